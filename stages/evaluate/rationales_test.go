package evaluate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Marks that are more or fewer than the tokens are refused with their place.
func TestExamplesHaveAMarkForEachToken(t *testing.T) {
	for line, want := range map[string]string{
		`{"tokens":["a","b"],"selected":[true,false],"gold":[false,false]}`: "",
		`{"tokens":["a","b"]}`:                        "",
		`{"tokens":["a","b"],"selected":[true]}`:      "example 2: 1 marks for 2 tokens",
		`{"tokens":["a"],"gold":[true,false,true]}`:   "example 2: 3 marks for 1 tokens",
		`{"tokens":["a"],"selected":[]}`:              "example 2: 0 marks for 1 tokens",
		`{"tokens":[],"selected":[true],"gold":null}`: "example 2: 1 marks for 0 tokens",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, RationalesFile), []byte(`{"tokens":[]}`+"\n"+line), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := ReadExamples(dir)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", line, err)
		}
	}
}
