package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// errNotARow leaves a line out.
var errNotARow = errors.New("not a row")

// sourceReader is what a format says about one file, told anew in few lines:
// the rows of a split's file, or an error where the format says nothing.
type sourceReader struct {
	files map[string]string // by split
	read  func(dir, split string, text string) ([]row, error)
}

// rows reads the sources below a folder.
func (s sourceReader) rows(dir string) (rows, error) {
	all := rows{}
	for split, name := range s.files {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if os.IsNotExist(err) {
			continue // a folder may lack some of them
		}
		if err != nil {
			return nil, err
		}
		text, err := plainText(raw)
		if err == nil {
			all[split], err = s.read(dir, split, text)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return all, nil
}

func plainText(raw []byte) (string, error) {
	if bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		r, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return "", err
		}
		if raw, err = io.ReadAll(io.LimitReader(r, 64<<20)); err != nil {
			return "", err
		}
	}
	return strings.TrimPrefix(string(raw), "\ufeff"), nil
}

// eachLine reads a row from each line but those that are none.
func eachLine(text string, read func(number int, line string) (row, error)) ([]row, error) {
	var all []row
	for i, line := range strings.Split(text, "\n") {
		if line == "" && i == strings.Count(text, "\n") {
			break // behind the last line end
		}
		r, err := read(i+1, strings.TrimSuffix(line, "\r"))
		switch {
		case errors.Is(err, errNotARow):
		case err != nil:
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		default:
			all = append(all, r)
		}
	}
	return all, nil
}

// parted splits at white space; gold marks go along where pieces are empty.
func parted(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f })
}

// singles splits at single spaces and drops what is white.
func singles(text string) (tokens []string, places []int) {
	for i, piece := range strings.Split(text, " ") {
		if words := strings.TrimFunc(piece, func(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }); words != "" {
			tokens, places = append(tokens, words), append(places, i)
		}
	}
	return tokens, places
}

func marksOf(text string) ([]bool, error) {
	var out []bool
	for _, field := range strings.FieldsFunc(strings.Trim(text, "[] "), func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r >= 0x1c && r <= 0x1f }) {
		switch field {
		case "0", "false":
			out = append(out, false)
		case "1", "true":
			out = append(out, true)
		default:
			return nil, fmt.Errorf("mark %q", field)
		}
	}
	return out, nil
}

// recordsOf reads CSV with a header.
func recordsOf(text string, read func(cell func(string) string) (row, error)) ([]row, error) {
	r := csv.NewReader(strings.NewReader(text))
	records, err := r.ReadAll()
	if err != nil || len(records) == 0 {
		return nil, fmt.Errorf("not CSV: %v", err)
	}
	var all []row
	for _, record := range records[1:] {
		x, err := read(func(column string) string {
			if i := slices.Index(records[0], column); i >= 0 {
				return record[i]
			}
			return ""
		})
		switch {
		case errors.Is(err, errNotARow):
		case err != nil:
			return nil, err
		default:
			all = append(all, x)
		}
	}
	return all, nil
}

func readCSVRows(_, _, text string) ([]row, error) {
	return recordsOf(text, func(cell func(string) string) (row, error) {
		gold, err := marksOf(cell("why"))
		return row{strings.TrimSpace(cell("stars")), parted(cell("body")), gold}, err
	})
}

var tweetToken = regexp.MustCompile(`[a-z0-9]+|[^a-z0-9\s\pZ\x0b\x{85}\x1c-\x1f]`)

func readTweetRows(_, _, text string) ([]row, error) {
	return recordsOf(text, func(cell func(string) string) (row, error) {
		class := strings.TrimSpace(cell("sentiment"))
		if class == "neutral" {
			return row{}, errNotARow
		}
		if class != "positive" && class != "negative" {
			return row{}, fmt.Errorf("class %q", class)
		}
		text, part := strings.ToLower(cell("text")), strings.ToLower(cell("selected_text"))
		x, from := row{class: class}, strings.Index(text, part)
		for _, at := range tweetToken.FindAllStringIndex(text, -1) {
			x.tokens = append(x.tokens, text[at[0]:at[1]])
			if part != "" {
				x.gold = append(x.gold, at[0] < from+len(part) && from < at[1])
			}
		}
		if from < 0 {
			return row{}, fmt.Errorf("%q is not in %q", part, text)
		}
		return x, nil
	})
}

func readJSONRows(_, _, text string) ([]row, error) {
	return eachLine(text, func(_ int, line string) (row, error) {
		if strings.TrimSpace(line) == "" {
			return row{}, errNotARow
		}
		var x struct {
			Words []string        `json:"words"`
			Label json.RawMessage `json:"label"`
			Why   json.RawMessage `json:"why"`
		}
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			return row{}, err
		}
		class := string(x.Label)
		if strings.HasPrefix(class, `"`) {
			if err := json.Unmarshal(x.Label, &class); err != nil {
				return row{}, err
			}
		}
		why := string(x.Why)
		if why == "null" {
			why = ""
		}
		gold, err := marksOf(strings.Trim(why, `"`))
		return row{strings.TrimSpace(class), x.Words, gold}, err
	})
}

func scoreClass(score float64) (string, error) {
	switch {
	case score >= 0 && score <= 0.4:
		return "negative", nil
	case score >= 0.6 && score <= 1:
		return "positive", nil
	case score > 0.4 && score < 0.6:
		return "", errNotARow
	}
	return "", fmt.Errorf("score %v", score)
}

func readBeerRows(_, split, text string) ([]row, error) {
	if split == "test" {
		return eachLine(text, readBeerAnnotation)
	}
	return eachLine(text, func(_ int, line string) (row, error) {
		head, body, found := strings.Cut(line, "\t")
		scores := strings.Fields(head)
		if !found || len(scores) != 5 {
			return row{}, fmt.Errorf("%d scores", len(scores))
		}
		score, err := strconv.ParseFloat(scores[1], 64)
		if err != nil {
			return row{}, err
		}
		class, err := scoreClass(score)
		tokens, _ := singles(body)
		return row{class, tokens, nil}, err
	})
}

func readBeerAnnotation(_ int, line string) (row, error) {
	var a struct {
		X []string  `json:"x"`
		Y []float64 `json:"y"`
		S [][]int   `json:"1"`
	}
	if err := json.Unmarshal([]byte(line), &a); err != nil || len(a.Y) != 5 {
		return row{}, fmt.Errorf("%d scores: %v", len(a.Y), err)
	}
	class, err := scoreClass(a.Y[1])
	if err != nil {
		return row{}, err
	}
	if len(a.S) == 0 {
		return row{}, errNotARow
	}
	gold, err := spansOf(len(a.X), a.S)
	return row{class, a.X, gold}, err
}

func spansOf(tokens int, spans [][]int) ([]bool, error) {
	gold := make([]bool, tokens)
	for _, s := range spans {
		if len(s) != 2 || s[0] < 0 || s[1] > tokens || s[0] > s[1] {
			return nil, fmt.Errorf("span %v of %d tokens", s, tokens)
		}
		for i := s[0]; i < s[1]; i++ {
			gold[i] = true
		}
	}
	return gold, nil
}
