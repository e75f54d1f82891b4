package formats

import (
	"strings"
	"testing"
)

// emptyFiles are for each format the name of a file that it reads, the option
// without which it would not, and what a file without a row in it may hold.
var emptyFiles = map[string]struct {
	name    string
	options []string
	rowless []string
}{
	"aste":          {name: "train_triplets.txt"},
	"ba2motifs-pkl": {name: "BA-2motif.pkl"},
	"beer":          {name: "reviews.aspect1.train.txt"},
	"csv":           {name: "x.csv", rowless: []string{"text,label\n", "text,label\n\n\r\n"}},
	"eraser":        {name: "train.jsonl", rowless: []string{"\n \n"}},
	"hotel":         {name: "hotel_Service.train", rowless: []string{"task\tlabel\ttext\trationale\n"}},
	"jsonl":         {name: "x.jsonl", options: []string{"rationale=why"}, rowless: []string{"\n", " \r\n\n"}},
	"tu":            {name: "x_graph_labels.txt"},
	"tweets":        {name: "train.csv", rowless: []string{"textID,text,selected_text,sentiment\n"}},
}

// TestEmptyFiles: whatever the format, a file without a row is called empty, and
// nothing is said of columns.
func TestEmptyFiles(t *testing.T) {
	for _, f := range All() {
		c, known := emptyFiles[f.Name]
		if !known && !f.Generates {
			t.Errorf("format %s has no file here", f.Name)
		}
		if !known {
			continue
		}
		for _, content := range append([]string{"", "\ufeff"}, c.rowless...) {
			path := oneFile(t, c.name, content)
			switch f.Name {
			case "eraser":
				path = eraserWith(t, c.name, content)
			case "tu":
				path = tree(t, map[string]string{c.name: content, "x_graph_indicator.txt": "1\n", "x_A.txt": ""}) + "/" + c.name
			}
			message := importError(t, ImportOptions{Format: f.Name, Sources: []string{path}, Split: "train=" + c.name, Options: options(c.options...)})
			if !strings.Contains(message, c.name+" is empty") || strings.Contains(message, "no column") {
				t.Errorf("%s, %q: %s", f.Name, content, message)
			}
		}
	}
}

// eraserWith is a file of annotations beside documents.
func eraserWith(t *testing.T, name, content string) string {
	t.Helper()
	return tree(t, map[string]string{name: content, "docs/d": "a text\n"}) + "/" + name
}

// TestEmptyFileAmongOthers is not passed over in silence.
func TestEmptyFileAmongOthers(t *testing.T) {
	dir := tree(t, map[string]string{"train.jsonl": `{"text":"a","label":"x"}` + "\n", "test.jsonl": ""})
	message := importError(t, ImportOptions{Format: "jsonl", Sources: []string{dir + "/train.jsonl", dir + "/test.jsonl"}, SkipBad: true})
	if !strings.Contains(message, "test.jsonl is empty") {
		t.Error(message)
	}
}
