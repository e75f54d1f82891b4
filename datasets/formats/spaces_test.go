package formats

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Where the import finds the words, it keeps before which of them white space
// stood; ready tokens have none.
func TestSpacesOfTexts(t *testing.T) {
	for what, c := range map[string]struct {
		format, name, content string
		options               []string
		want                  []bool
	}{
		"text":   {"jsonl", "a.jsonl", `{"text": " dies :( it's\t4.5%", "label": "a"}` + "\n", nil, []bool{true, true, false, true, false, false, true, false, false, false}},
		"folded": {"csv", "a.csv", "text,label\nIT'S :(,a\n", []string{"words=ascii"}, []bool{false, false, false, true, false}},
		"space":  {"csv", "a.csv", "text,label\ndies  :( ,a\n", []string{"words=space"}, []bool{false, true}},
		"tokens": {"jsonl", "a.jsonl", `{"tokens": ["dies", ":", "("], "label": "a"}` + "\n", []string{"tokens=tokens"}, nil},
	} {
		t.Run(what, func(t *testing.T) {
			set := mustImport(t, ImportOptions{Format: c.format, Name: "s", Sources: []string{oneFile(t, c.name, c.content)}, Options: options(c.options...)})
			if diff := cmp.Diff(c.want, splitTexts(t, set, "train")[0].Spaces); diff != "" || set.Meta().Spaces != (c.want != nil) {
				t.Errorf("spaces known: %t\n%s", set.Meta().Spaces, diff)
			}
		})
	}
}
