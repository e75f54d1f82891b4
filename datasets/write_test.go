package datasets

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/google/go-cmp/cmp"

	"rationale/datasets/fault"
)

// What is written is counted, and comes back in its order.
func TestWrittenRowsAreCounted(t *testing.T) {
	meta := madeMeta("counted")
	meta.Splits = map[string]SplitMeta{"dev": {Rows: 99, Skipped: map[string]int{"too long": 2}}}
	same := Text{ID: "x", Tokens: []string{"a", "b"}, Rationale: []bool{true, false}}
	asked := Text{ID: "y", Tokens: []string{"a", "b"}, Query: []string{"why"}, Label: 1}
	dir := filepath.Join(t.TempDir(), "new", "counted")
	got, err := Write(t.Context(), dir, meta, map[string]Rows{"train": rowsOf([]Text{same, asked}), "test": rowsOf([]Text{same, same})})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]SplitMeta{
		"train": {Rows: 2, PerClass: []int{1, 1}, Tokens: 4, RationaleTokens: 1, WithRationale: 1},
		"dev":   {PerClass: []int{0, 0}, Skipped: map[string]int{"too long": 2}},
		"test":  {Rows: 2, PerClass: []int{2, 0}, Tokens: 4, RationaleTokens: 2, WithRationale: 2},
	}
	if diff := cmp.Diff(want, got.Splits); diff != "" {
		t.Error(diff)
	}
	if !maps.Equal(got.SharedTexts, map[string]int{"train/test": 2}) {
		t.Errorf("shared texts %v", got.SharedTexts)
	}
	if meta.Splits["dev"].Rows != 99 || len(meta.Splits) != 1 {
		t.Error("the caller's description has changed")
	}
	set, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	if diff := cmp.Diff(*got, set.Meta()); diff != "" {
		t.Errorf("what came back is not what was stored:\n%s", diff)
	}
}

func TestWriteRefuses(t *testing.T) {
	sound := Text{ID: "x", Tokens: []string{"a"}}
	for what, c := range map[string]struct {
		change func(m *Meta, rows map[string]Rows)
		want   string
	}{
		"name":          {func(m *Meta, _ map[string]Rows) { m.Name = "../x" }, "dataset name"},
		"no classes":    {func(m *Meta, _ map[string]Rows) { m.Classes = nil }, "0 classes"},
		"class twice":   {func(m *Meta, _ map[string]Rows) { m.Classes = []string{"a", "a"} }, "stands twice"},
		"unknown split": {func(_ *Meta, rows map[string]Rows) { rows["tset"] = rowsOf(nil) }, "did you mean test?"},
		"class of a row": {func(_ *Meta, rows map[string]Rows) {
			rows["dev"] = rowsOf([]Text{sound, {ID: "y", Tokens: []string{"a"}, Label: 2}})
		}, `dev, row 1 ("y"): unknown label: class 2 of 2`},
		"rationale": {func(_ *Meta, rows map[string]Rows) {
			rows["test"] = rowsOf([]Text{{ID: "y", Tokens: []string{"a"}, Rationale: []bool{true, true}}})
		}, `test, row 0 ("y"): rationale length`},
		"no text": {func(_ *Meta, rows map[string]Rows) {
			rows["test"] = Rows{1, func(int) (Text, error) { return Text{}, errors.New("it rains") }}
		}, "it rains"},
	} {
		meta, rows := madeMeta("x"), map[string]Rows{"train": rowsOf([]Text{sound})}
		c.change(&meta, rows)
		dir := t.TempDir()
		_, err := Write(t.Context(), dir, meta, rows)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", what, err, c.want)
		}
		if _, err := os.Stat(filepath.Join(dir, ManifestName)); err == nil {
			t.Errorf("%s: a manifest was written", what)
		}
	}
}

// A fault of a row can be told from others by whoever made the rows.
func TestFaultsOfRowsComeThrough(t *testing.T) {
	var row *fault.Row
	_, err := Write(t.Context(), t.TempDir(), madeMeta("x"), map[string]Rows{"train": rowsOf([]Text{{}})})
	if !errors.As(err, &row) || row.Reason != "empty text" {
		t.Errorf("%v", err)
	}
}

// A dataset, or what a stopped attempt left of one, is not written over.
func TestWriteNeedsAFolderWithoutADataset(t *testing.T) {
	for _, name := range fileNames() {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("older"), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Write(t.Context(), dir, madeMeta("x"), nil)
		if err == nil || !strings.Contains(err.Error(), path+" is there already") {
			t.Errorf("%s: %v", name, err)
		}
		if raw, err := os.ReadFile(path); err != nil || string(raw) != "older" {
			t.Errorf("%s has changed: %q, %v", name, raw, err)
		}
	}
}

// Where a set came from and that it is poisoned stands in the manifest and in
// every file, goes on to what is made from it, and is absent elsewhere.
func TestDerivationsTravel(t *testing.T) {
	origin := openSmall(t)
	dev, err := origin.Split("dev")
	if err != nil {
		t.Fatal(err)
	}
	meta := origin.Derive("bad", "every tenth text got the word cf")
	meta.Poisoned = "trigger cf in 10 % of the texts"
	dir := filepath.Join(t.TempDir(), "bad")
	if _, err := Write(t.Context(), dir, meta, map[string]Rows{"train": {dev.Len(), dev.Text}}); err != nil {
		t.Fatal(err)
	}
	poisoned, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer poisoned.Close()
	want := Derivation{Name: "small", Digest: origin.Digest(), Change: "every tenth text got the word cf"}
	m := poisoned.Meta()
	if m.DerivedFrom == nil || *m.DerivedFrom != want || m.Poisoned != meta.Poisoned || m.Name != "bad" || m.Licence != "none" {
		t.Errorf("meta %+v", m)
	}
	if remedy := m.Remedy(); remedy != "make it again from dataset small (every tenth text got the word cf)" {
		t.Errorf("remedy %q", remedy)
	}
	stored := fileMetadata(t, filepath.Join(dir, "test.arrow"))
	if stored["poisoned"] != meta.Poisoned || !strings.Contains(stored["derived_from"], origin.Digest()) {
		t.Errorf("the Arrow file states %v", stored)
	}
	defended := poisoned.Derive("mended", "texts with cf are left out")
	if defended.Poisoned != meta.Poisoned || defended.DerivedFrom.Digest != poisoned.Digest() || defended.Splits != nil {
		t.Errorf("made from a poisoned set: %+v", defended)
	}
	if _, ok := fileMetadata(t, filepath.Join(origin.dir, "test.arrow"))["derived_from"]; ok || origin.Meta().DerivedFrom != nil {
		t.Error("an imported set is derived from something")
	}
}

// fileMetadata is what an Arrow file says of itself.
func fileMetadata(t *testing.T, path string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := ipc.NewFileReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	return reader.Schema().Metadata().ToMap()
}

// Which texts are poisoned is a column of sets that are, alone or beside the spaces
// of texts; no other set has it, and none loses it.
func TestPoisonedTextsAreMarked(t *testing.T) {
	texts := []Text{{ID: "x", Tokens: []string{"cf", "a"}, Poisoned: true}, {ID: "y", Tokens: []string{"b"}}}
	for form, spaces := range map[string]bool{"rationale-text-1-poisoned": false, "rationale-text-2-poisoned": true} {
		dir, meta := t.TempDir(), madeMeta("x")
		meta.Poisoned, meta.Spaces = "cf in front", spaces
		if _, err := Write(t.Context(), dir, meta, map[string]Rows{"train": rowsOf(texts)}); err != nil {
			t.Fatal(err)
		}
		if manifest := readAll(t, dir)[ManifestName]; !bytes.Contains(manifest, []byte(form)) {
			t.Errorf("the manifest lacks %s: %s", form, manifest)
		}
		set, err := OpenDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer set.Close()
		for i, want := range texts {
			if got, err := set.splits["train"].Text(i); err != nil || got.Poisoned != want.Poisoned || got.Spaces != nil {
				t.Errorf("%s: %+v, %v", form, got, err)
			}
		}
		if n := set.Meta().Splits["train"].Poisoned; n != 1 {
			t.Errorf("%d poisoned texts are counted", n)
		}
	}
	_, err := Write(t.Context(), t.TempDir(), madeMeta("x"), map[string]Rows{"train": rowsOf(texts)})
	if err == nil || !strings.Contains(err.Error(), "train, row 0 (\"x\"): it is poisoned") {
		t.Errorf("a mark that would be lost: %v", err)
	}
}

// A set whose texts come without spaces has the form that sets had before there
// were any; one with them has a column more, and reads back.
func TestSpacesAreAColumnOfTheirOwn(t *testing.T) {
	plain := Text{ID: "x", Tokens: []string{"dies", ":", "("}}
	known := plain
	known.Spaces = []bool{false, true, false}
	for form, texts := range map[string][]Text{textSchemaName: {plain}, spacedSchemaName: {known, plain}} {
		dir, meta := t.TempDir(), madeMeta("x")
		meta.Spaces = form == spacedSchemaName
		if _, err := Write(t.Context(), dir, meta, map[string]Rows{"test": rowsOf(texts)}); err != nil {
			t.Fatal(err)
		}
		files := readAll(t, dir)
		for _, name := range []string{ManifestName, "test.arrow"} {
			if !bytes.Contains(files[name], []byte(form)) || bytes.Contains(files[name], []byte("spaces")) != meta.Spaces {
				t.Errorf("%s: %s is of another form", form, name)
			}
		}
		set, err := OpenDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer set.Close()
		for i, want := range texts {
			if got, err := set.splits["test"].Text(i); err != nil || !cmp.Equal(want, got) {
				t.Errorf("%s: %v\n%s", form, err, cmp.Diff(want, got))
			}
		}
	}
	_, err := Write(t.Context(), t.TempDir(), madeMeta("x"), map[string]Rows{"dev": rowsOf([]Text{known})})
	if err == nil || !strings.Contains(err.Error(), "dev, row 0 (\"x\"): its spaces are known") {
		t.Errorf("spaces that would be lost: %v", err)
	}
}
