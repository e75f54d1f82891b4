package stages_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/stages"
)

func TestJSONThereAndBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	if err := stages.WriteJSON(path, map[string]int{"b": 1, "a": 2}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || string(data) != "{\n  \"a\": 2,\n  \"b\": 1\n}\n" {
		t.Errorf("%q, %v", data, err)
	}
	got := map[string]int{}
	if err := stages.ReadJSON(path, &got); err != nil || got["a"] != 2 || got["b"] != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestErrorsNameTheFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.json")
	if err := os.WriteFile(path, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	type known struct{ A int }
	odd := map[string]string{"unknown": `{"a": 1, "b": 2}`, "behind": `{"a": 1} {}`, "cut": `{"a": 1`}
	for name, content := range odd {
		if err := os.WriteFile(filepath.Join(dir, name+".x.json"), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	full := errors.New("disk full")
	for name, err := range map[string]error{
		"not JSON":     stages.ReadJSON(path, &struct{}{}),
		"no such file": stages.ReadJSON(path+"x", &struct{}{}),
		"unknown key":  stages.ReadJSON(filepath.Join(dir, "unknown.x.json"), &known{}),
		"two values":   stages.ReadJSON(filepath.Join(dir, "behind.x.json"), &known{}),
		"cut short":    stages.ReadJSON(filepath.Join(dir, "cut.x.json"), &known{}),
		"no folder":    stages.WriteFile(filepath.Join(dir, "no", "x.json"), func(io.Writer) error { return nil }),
		"full disk":    stages.WriteFile(path, func(io.Writer) error { return full }),
		"not for JSON": stages.WriteJSON(path, func() {}),
	} {
		if err == nil || !strings.Contains(err.Error(), "x.json") {
			t.Errorf("%s: error %v", name, err)
		}
		if name == "full disk" && !errors.Is(err, full) {
			t.Errorf("the cause is lost: %v", err)
		}
	}
}

func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	err := stages.WriteFile("/dev/full", func(w io.Writer) error {
		_, err := io.WriteString(w, "some text")
		return err
	})
	if err == nil {
		t.Error("writing to a full disk went unnoticed")
	}
}
