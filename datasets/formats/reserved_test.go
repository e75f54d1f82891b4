package formats

import (
	"strings"
	"testing"
)

// The datasets that the program brings along keep their names.
func TestEmbeddedNamesAreTaken(t *testing.T) {
	path := oneFile(t, "x.csv", "text,label\na,1\nb,2\n")
	for _, name := range []string{"generated-aroma", "Generated-mine"} {
		_, err := Import(t.Context(), t.TempDir(), ImportOptions{Format: "csv", Name: name, Sources: []string{path}}, nil)
		if err == nil || !strings.Contains(err.Error(), "choose another --name") {
			t.Errorf("%s: %v", name, err)
		}
	}
	opts := ImportOptions{Format: "generated", Name: "generated-aroma", Options: options("train=5", "dev=2", "test=2")}
	if _, err := Write(t.Context(), t.TempDir(), opts, nil); err != nil {
		t.Errorf("the stage's own: %v", err)
	}
}

// A last row that may have been cut is told of, unless its form shows its end.
func TestOpenEndsAreTold(t *testing.T) {
	for file, want := range map[string]bool{
		"label,text\n1,a\n1,good te": true, "label,text\n1,a\n1,\"good te\"": false, "label,text\n1,a\n1,good\n": false, "text,label\na,1\nb,1": true,
	} {
		set := mustImport(t, ImportOptions{Format: "csv", Name: "c", Sources: []string{oneFile(t, "x.csv", file)}})
		if got := len(set.Meta().OpenEnds) == 1; got != want {
			t.Errorf("%q: %v", file, set.Meta().OpenEnds)
		}
	}
}
