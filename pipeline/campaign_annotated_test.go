package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

func readHotelRows(_, split, text string) ([]row, error) {
	return eachLine(text, func(number int, line string) (row, error) {
		if number == 1 {
			return row{}, errNotARow
		}
		fields := strings.Split(line, "\t")
		if len(fields) < 3 || fields[1] != "0" && fields[1] != "1" || split == "test" && len(fields) < 4 {
			return row{}, fmt.Errorf("fields %q", fields)
		}
		x := row{class: fields[1]}
		var places []int
		x.tokens, places = singles(fields[2])
		if split != "test" {
			return x, nil
		}
		marks, err := marksOf(fields[3])
		for _, place := range places {
			x.gold = append(x.gold, place < len(marks) && marks[place])
		}
		return x, err
	})
}

var asteRow = regexp.MustCompile(`^\[(\(\[[0-9, ]+\], \[[0-9, ]+\], '(POS|NEG|NEU)'\)(, )?)+\]$`)
var asteOpinion = regexp.MustCompile(`\], \[([0-9, ]+)\], '([A-Z]+)'`)

func readASTERows(_, _, text string) ([]row, error) {
	return eachLine(text, func(_ int, line string) (row, error) {
		sentence, list, _ := strings.Cut(line, "####")
		if !asteRow.MatchString(list) {
			return row{}, fmt.Errorf("triples %q", list)
		}
		x := row{}
		x.tokens, _ = singles(sentence)
		x.gold = make([]bool, len(x.tokens))
		found := map[string]bool{}
		for _, opinion := range asteOpinion.FindAllStringSubmatch(list, -1) {
			found[opinion[2]] = true
			x.class = map[string]string{"POS": "positive", "NEG": "negative"}[opinion[2]]
			for _, number := range strings.Split(opinion[1], ",") {
				n, err := strconv.Atoi(strings.TrimSpace(number))
				if err != nil || n >= len(x.tokens) {
					return row{}, fmt.Errorf("word %q of %d", number, len(x.tokens))
				}
				x.gold[n] = true
			}
		}
		if len(found) != 1 || x.class == "" {
			return row{}, errNotARow
		}
		return x, nil
	})
}

// eraserRows reads the annotations of one split and their documents.
func eraserRows(document func(dir, id string) (string, error)) func(dir, split, text string) ([]row, error) {
	return func(dir, _, text string) ([]row, error) {
		return eachLine(text, func(_ int, line string) (row, error) {
			if strings.TrimSpace(line) == "" {
				return row{}, errNotARow
			}
			var a struct {
				ID        string   `json:"annotation_id"`
				Class     string   `json:"classification"`
				DocIDs    []string `json:"docids"`
				Evidences [][]struct {
					DocID string `json:"docid"`
					Start int    `json:"start_token"`
					End   int    `json:"end_token"`
				} `json:"evidences"`
			}
			if err := json.Unmarshal([]byte(line), &a); err != nil || a.Class == "" {
				return row{}, fmt.Errorf("class %q: %v", a.Class, err)
			}
			ids := map[string]bool{}
			var spans [][]int
			for _, group := range a.Evidences {
				for _, e := range group {
					ids[e.DocID], spans = true, append(spans, []int{e.Start, e.End})
				}
			}
			if len(spans) == 0 {
				for _, id := range append(a.DocIDs, map[bool][]string{true: {a.ID}}[a.DocIDs == nil]...) {
					ids[id] = true
				}
			}
			if len(ids) != 1 {
				return row{}, fmt.Errorf("documents %v", ids)
			}
			x := row{class: a.Class}
			for id := range ids {
				content, err := document(dir, id)
				if err != nil {
					return row{}, err
				}
				for _, sentence := range strings.FieldsFunc(content, func(r rune) bool { return r == '\n' || r == '\r' }) {
					tokens, _ := singles(sentence)
					x.tokens = append(x.tokens, tokens...)
				}
			}
			if spans == nil {
				return x, nil
			}
			var err error
			x.gold, err = spansOf(len(x.tokens), spans)
			return x, err
		})
	}
}

func documentFile(dir, id string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "docs", id))
	return string(raw), err
}

func packedDocument(dir, id string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "docs.jsonl"))
	if err != nil {
		return "", err
	}
	found, text := false, ""
	for _, line := range strings.Split(string(raw), "\n") {
		var d struct{ DocID, Document string }
		if strings.TrimSpace(line) == "" {
			continue
		}
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			return "", err
		}
		if d.DocID == id {
			found, text = true, d.Document
		}
	}
	if !found {
		return "", fmt.Errorf("no document %q", id)
	}
	return text, nil
}
