package formats

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"rationale/datasets/fault"
)

func init() {
	register(Format{
		Name: "eraser",
		Doc: "An ERASER task (Movies, FEVER, MultiRC, …): a folder with docs/ or docs.jsonl, and train.jsonl, val.jsonl, " +
			"test.jsonl; all evidence of an example together is its rationale.",
		Example: "rationale data import eraser fever/ --name fever --split train=val.jsonl,test=test.jsonl,dev=0.1,by=document",
		Licence: "public download (ERASER benchmark); each task has the terms of its source",
		Lower:   true,
		Classes: [][]string{{"REFUTES", "SUPPORTS"}, {"False", "True"}, {"NEG", "POS"}},
		Folder:  func(map[string]string) []string { return []string{"train.jsonl", "val.jsonl", "test.jsonl"} },
		Read:    readERASER,
	})
}

func readERASER(in *Intake) error {
	if err := checkERASERFiles(in.Files()); err != nil {
		return err
	}
	libraries := map[string]*library{}
	for _, file := range in.Files() {
		folder := filepath.Dir(file.Path)
		if libraries[folder] == nil {
			docs, err := openLibrary(folder)
			if err != nil {
				return err
			}
			defer docs.close()
			libraries[folder] = docs
		}
		if err := readERASERFile(in, file, libraries[folder]); err != nil {
			return err
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(libraries)) {
		in.sources = append(in.sources, libraries[folder].identity())
	}
	return nil
}

// checkERASERFiles keeps dev.jsonl and val.jsonl apart: in FEVER they hold the
// same claims, so that one would leak into the other.
func checkERASERFiles(files []File) error {
	seen := map[string]bool{}
	for _, f := range files {
		seen[filepath.Base(f.Path)] = true
	}
	if seen["dev.jsonl"] && seen["val.jsonl"] {
		return fmt.Errorf("%s: dev.jsonl and val.jsonl hold the same examples; use one of them", filepath.Dir(files[0].Path))
	}
	return nil
}

func readERASERFile(in *Intake, file File, docs *library) error {
	return in.Lines(file, func(_ int, line string) (Example, error) {
		var a eraserAnnotation
		if strings.TrimSpace(line) == "" {
			return Example{}, notARow
		}
		if err := readFields(line, &a, "one annotation a line"); err != nil {
			return Example{}, err
		}
		return a.example(docs)
	})
}

// eraserAnnotation is one line of train.jsonl, val.jsonl or test.jsonl.
type eraserAnnotation struct {
	ID        string             `json:"annotation_id"`
	Class     string             `json:"classification"`
	Query     string             `json:"query"`
	DocIDs    []string           `json:"docids"`
	Evidences [][]eraserEvidence `json:"evidences"`
}

type eraserEvidence struct {
	DocID string `json:"docid"`
	Start int    `json:"start_token"`
	End   int    `json:"end_token"`
}

// example joins the annotation with its document.
func (a *eraserAnnotation) example(docs *library) (Example, error) {
	if a.Class == "" {
		return Example{}, fault.New("unknown label", "classification is empty")
	}
	id, err := a.document()
	if err != nil {
		return Example{}, err
	}
	doc, err := docs.get(id)
	if err != nil {
		return Example{}, err
	}
	e := Example{Class: a.Class, Document: id}
	e.ID, e.Tokens, e.Sentences, e.Query = a.ID, doc.tokens, doc.sentences, claimTokens(a.Query)
	e.Rationale, err = a.rationale(len(doc.tokens))
	return e, err
}

// document is the one that the evidence is in; without evidence the one that the
// annotation names, or is named after.
func (a *eraserAnnotation) document() (string, error) {
	var ids []string
	for _, group := range a.Evidences {
		for _, evidence := range group {
			ids = append(ids, evidence.DocID)
		}
	}
	if ids == nil {
		ids = a.DocIDs
	}
	if ids == nil {
		return a.ID, nil
	}
	for _, id := range ids {
		if id != ids[0] {
			return "", fault.New("several documents", "the example spans %q and %q; expected one document", ids[0], id)
		}
	}
	return ids[0], nil
}

// rationale is the union of all evidence, nil when there is none.
func (a *eraserAnnotation) rationale(tokens int) ([]bool, error) {
	var spans [][]int
	for _, e := range slices.Concat(a.Evidences...) {
		spans = append(spans, []int{e.Start, e.End})
	}
	if spans == nil {
		return nil, nil
	}
	marked := make([]bool, tokens)
	return marked, markTokens(marked, spans)
}
