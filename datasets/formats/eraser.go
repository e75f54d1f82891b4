package formats

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"rationale/datasets/fault"
	"rationale/datasets/words"
)

func init() {
	register(Format{
		Name: "eraser",
		Doc: "An ERASER task (Movies, FEVER, MultiRC, …): a folder with docs/ or docs.jsonl, and train.jsonl, val.jsonl, " +
			"test.jsonl; all evidence of an example together is its rationale.",
		Example: "rationale data import eraser fever/ --name fever --split train=val.jsonl,test=test.jsonl,dev=0.1,by=document",
		Licence: "public download (ERASER benchmark); each task has the terms of its source",
		Lower:   true,
		Words:   words.Sentences,
		Query:   words.Claim,
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

// eraserEvidence is a range of a document's tokens. Both numbers have to be
// there: without them it would be a rationale without words.
type eraserEvidence struct {
	DocID string `json:"docid"`
	Start *int   `json:"start_token"`
	End   *int   `json:"end_token"`
}

// example joins the annotation with its documents.
func (a *eraserAnnotation) example(docs *library) (Example, error) {
	if a.Class == "" {
		return Example{}, fault.New("unknown label", "classification is empty")
	}
	ids, err := a.documents()
	if err != nil {
		return Example{}, err
	}
	text, places, err := docs.join(ids)
	if err != nil {
		return Example{}, err
	}
	e := Example{Class: a.Class, Document: ids[0]}
	e.ID, e.Tokens, e.Sentences, e.Query = a.ID, text.tokens, text.sentences, words.ClaimWords(a.Query)
	e.Rationale, err = a.rationale(len(text.tokens), places)
	return e, err
}

// documents are those that docids names, in its order. Without docids it is the
// one that the evidence is in, and without evidence the one that the annotation
// is named after.
func (a *eraserAnnotation) documents() ([]string, error) {
	ids := a.DocIDs
	if len(ids) == 0 {
		ids = a.evidenceDocuments()
		if len(ids) > 1 {
			return nil, fault.New("several documents", "the evidence is in %q and %q; expected docids, which says in which order they are read", ids[0], ids[1])
		}
	}
	if len(ids) == 0 {
		ids = []string{a.ID}
	}
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			return nil, fault.New("several documents", "docids names %q twice", id)
		}
	}
	return ids, nil
}

func (a *eraserAnnotation) evidenceDocuments() []string {
	var ids []string
	for _, e := range slices.Concat(a.Evidences...) {
		if !slices.Contains(ids, e.DocID) {
			ids = append(ids, e.DocID)
		}
	}
	return ids
}

// rationale is the union of all evidence, nil when there is none.
func (a *eraserAnnotation) rationale(tokens int, places map[string]words.Span) ([]bool, error) {
	evidence := slices.Concat(a.Evidences...)
	if evidence == nil {
		return nil, nil
	}
	marked := make([]bool, tokens)
	for _, e := range evidence {
		place, named := places[e.DocID]
		if !named {
			return nil, fault.New("evidence elsewhere", "evidence is in document %q; expected one that docids names", e.DocID)
		}
		if e.Start == nil || e.End == nil {
			return nil, fault.New("evidence without tokens", "evidence in document %q lacks start_token or end_token; expected both numbers", e.DocID)
		}
		if err := markTokens(marked[place.Start:place.End], [][]int{{*e.Start, *e.End}}); err != nil {
			return nil, err
		}
	}
	return marked, nil
}
