package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rationale/datasets"
)

// Datasets that a stage has made say so wherever they are shown; imported ones
// say nothing of the kind.
func TestDerivedDatasetsAreShownAsSuch(t *testing.T) {
	s := outside{newSession(t)}
	s.importDataset("first")
	digest := derive(t, filepath.Join(s.dir, "data"), "reviews", "bad")
	show := func(args ...string) string {
		t.Helper()
		code, stdout, stderr := s.say(append(args, "--data", "data"), func(*exec.Cmd) {})
		if code != 0 {
			t.Fatalf("%v: %s", args, stderr)
		}
		return stdout
	}
	imported, derived := show("data", "describe", "reviews"), show("data", "describe", "bad")
	for _, line := range []string{"derived from: reviews, digest " + digest + ": labels turned\n", "poisoned: every label\n"} {
		if !strings.Contains(derived, line) || strings.Contains(imported, line[:8]) {
			t.Errorf("%q should stand in the second only:\n%s\n%s", line, imported, derived)
		}
	}
	if again := "import again: "; !strings.Contains(imported, again) || strings.Contains(derived, again) {
		t.Errorf("how to get them again:\n%s\n%s", imported, derived)
	}
	if list := show("list", "datasets"); strings.Count(list, "derived from reviews: labels turned; poisoned: every label") != 1 {
		t.Errorf("list:\n%s", list)
	}
	var d described
	if err := json.Unmarshal([]byte(show("data", "describe", "bad", "--json")), &d); err != nil || d.Meta.Poisoned != "every label" {
		t.Errorf("JSON: %+v, %v", d.Meta, err)
	}
}

// derive writes dataset to beside from, whose digest it gives.
func derive(t *testing.T, data, from, to string) string {
	t.Helper()
	set, err := datasets.Open(data, from)
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	meta := set.Derive(to, "labels turned")
	meta.Poisoned = "every label"
	split, err := set.Split("train")
	if err != nil {
		t.Fatal(err)
	}
	rows := datasets.Rows{Len: split.Len(), Text: func(i int) (datasets.Text, error) {
		text, err := split.Text(i)
		text.Label = 1 - text.Label
		return text, err
	}}
	if _, err := datasets.Write(t.Context(), filepath.Join(data, to), meta, map[string]datasets.Rows{"train": rows}); err != nil {
		t.Fatal(err)
	}
	return set.Digest()
}
