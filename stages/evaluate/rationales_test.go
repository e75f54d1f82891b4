package evaluate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Examples that lack a class, or whose marks are more or fewer than the tokens,
// are refused with their place.
func TestExamplesAreWhole(t *testing.T) {
	for line, want := range map[string]string{
		`{"class":"a","predicted":"b","tokens":["a","b"],"selected":[true,false],"gold":[false,false]}`: "",
		`{"class":"a","predicted":"b","tokens":["a","b"]}`:                                              "",
		`{"class":"a","predicted":"b","tokens":["a","b"],"selected":[true]}`:                            "example 2: 1 marks for 2 tokens",
		`{"class":"a","predicted":"b","tokens":["a"],"gold":[true,false,true]}`:                         "example 2: 3 marks for 1 tokens",
		`{"class":"a","predicted":"b","tokens":["a","b"],"spaces":[true]}`:                              "example 2: 1 marks for 2 tokens",
		`{"class":"a","predicted":"b","tokens":["a"],"selected":[]}`:                                    "example 2: 0 marks for 1 tokens",
		`{"class":"a","predicted":"b","tokens":[],"selected":[true],"gold":null}`:                       "example 2: 1 marks for 0 tokens",
		`{"class":"a","predicted":"b","tokens":["a"],"probability":[0.5,1]}`:                            "example 2: 2 probabilities for 1 tokens",
		`{"class":"a","predicted":"b","tokens":["a"],"unread":2}`:                                       "example 2: 2 of 1 tokens unread",
		`{"class":"a","predicted":"b","tokens":["0","1"],"edges":[[0,1]]}`:                              "",
		`{"class":"a","predicted":"b","tokens":["0"],"edges":[]}`:                                       "",
		`{"class":"a","predicted":"b","tokens":["0","1"],"edges":[[0,2]]}`:                              "example 2: an edge joins nodes 0 and 2 of a graph of 2",
		`{"class":"a","predicted":"b","tokens":["0","1"],"edges":[[-1,1]]}`:                             "example 2: an edge joins nodes -1 and 1 of a graph of 2",
		`{"class":"a","tokens":["a"]}`:                                                                  `example 2: class "a", predicted ""; expected`,
		`{"class":null,"predicted":"b","tokens":["a"]}`:                                                 `example 2: class "", predicted "b"; expected`,
		`{"xclass":"a","predicted":"b","tokens":["a"]}`:                                                 `example 2: json: unknown field "xclass"`,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, RationalesFile), []byte(`{"class":"a","predicted":"b","tokens":[]}`+"\n"+line), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := ReadExamples(dir)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", line, err)
		}
	}
}
