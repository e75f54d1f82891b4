package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"rationale/pipeline/campaign"
	"rationale/pipeline/disk"
	"rationale/tokenizer/embeddings"
)

// check holds a result that differs from the undamaged one's against the
// damaged file, which a small reader of its own reads.
type check func(k place, o campaign.Observation) error

// place is where a case lies and which file of it was damaged.
type place struct{ dir, path string }

// asImported: what was stored is what the format says about the sources.
func asImported(folder string, s sourceReader) check {
	return func(k place, o campaign.Observation) error {
		want, err := s.rows(filepath.Join(k.dir, folder))
		if err != nil {
			return fmt.Errorf("accepted what the format does not say: %w", err)
		}
		if o.State != want.String() {
			return fmt.Errorf("stored something else than\n%s", want)
		}
		return nil
	}
}

// importedState lists the rows of the imported dataset and whatever else lies
// in the folder of datasets.
func importedState(dir string) (string, error) {
	entries, err := os.ReadDir(filepath.Join(dir, "out", "data"))
	if err != nil && !os.IsNotExist(err) {
		return "", err
	}
	state := ""
	for _, e := range entries {
		switch {
		case e.Name() == "imported":
			all, err := readDataset(filepath.Join(dir, "out", "data", "imported"))
			if err != nil {
				return "", err
			}
			state += all.String()
		case !strings.HasPrefix(e.Name(), "toys") && e.Name() != ".lock" && e.Name() != disk.Marker:
			state += "left behind: " + e.Name() + "\n"
		}
	}
	return state, nil
}

// vectorState lists the words and numbers of the table.
func vectorState(dir string) (string, error) {
	t, err := embeddings.Open(filepath.Join(dir, tablePath))
	if os.IsNotExist(err) || err != nil && strings.Contains(err.Error(), "no such file") {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer t.Close()
	return fmt.Sprintf("%d words, %s", t.Len(), t.Digest()), nil
}

// asGloVe: the table holds what the lines say, word by word.
func asGloVe(k place, _ campaign.Observation) error {
	raw, err := os.ReadFile(k.path)
	if err != nil {
		return err
	}
	t, err := embeddings.Open(filepath.Join(k.dir, tablePath))
	if err != nil {
		return err
	}
	defer t.Close()
	lines := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	if len(lines) != t.Len() {
		return fmt.Errorf("%d lines and %d words", len(lines), t.Len())
	}
	for _, line := range lines {
		fields := strings.Fields(line)
		vector, ok := t.Lookup(fields[0])
		if !ok || len(vector) != len(fields)-1 {
			return fmt.Errorf("word %q: %d numbers of %d", fields[0], len(vector), len(fields)-1)
		}
		for i, x := range vector {
			if want, err := strconv.ParseFloat(fields[i+1], 32); err != nil || float32(want) != x || math.IsInf(want, 0) || math.IsNaN(want) {
				return fmt.Errorf("word %q: number %d is %v, the line says %q", fields[0], i, x, fields[i+1])
			}
		}
	}
	return nil
}

// soundDataset: Arrow's own reader reads the dataset too, every row is sound,
// and what is printed has as many rows.
func soundDataset(k place, o campaign.Observation) error {
	if strings.Contains(o.Stdout, "damaged") && strings.Contains(o.Stdout, "toys") {
		return nil // a list that says so
	}
	all, err := readDataset(filepath.Dir(k.path))
	if err != nil {
		return err
	}
	for split, counted := range countedRows(o.Stdout) {
		if counted != len(all[split]) {
			return fmt.Errorf("%d rows of %s, and %d printed", len(all[split]), split, counted)
		}
	}
	return finite(k, o)
}

// countedRows finds the rows by split in what describe or tokenize print.
func countedRows(stdout string) map[string]int {
	var d struct {
		Stats struct {
			Splits []struct {
				Name string
				Rows int
			}
		}
		Splits map[string]struct{ Texts int }
	}
	counts := map[string]int{}
	_ = json.Unmarshal([]byte(stdout), &d) // other verbs print other things
	for _, s := range d.Stats.Splits {
		counts[s.Name] = s.Rows
	}
	for name, s := range d.Splits {
		counts[name] = s.Texts
	}
	return counts
}

// finite: no number that is none is printed.
func finite(_ place, o campaign.Observation) error {
	for _, word := range strings.FieldsFunc(o.Stdout, func(r rune) bool { return strings.ContainsRune(" \t\n,:[]{}\"", r) }) {
		if x, err := strconv.ParseFloat(word, 64); err == nil && (math.IsNaN(x) || math.IsInf(x, 0)) {
			return fmt.Errorf("prints the number %s", word)
		}
	}
	return nil
}

// finiteUnlessGiven: a text of the user's may hold such a number and is printed.
func finiteUnlessGiven(k place, o campaign.Observation) error {
	if given := strings.ToLower(o.Given); strings.Contains(given, "nan") || strings.Contains(given, "inf") {
		return nil
	}
	return finite(k, o)
}

// finiteTable: words and vectors are sound, and the result is finite.
func finiteTable(k place, o campaign.Observation) error {
	t, err := embeddings.Open(k.path)
	if err != nil {
		return err
	}
	defer t.Close()
	for _, word := range strings.Fields(someWords) {
		vector, _ := t.Lookup(word)
		for _, x := range vector {
			if x != x || math.IsInf(float64(x), 0) {
				return fmt.Errorf("the vector of %q holds %v", word, x)
			}
		}
	}
	return finite(k, o)
}

// asRecorded: the numbers printed are the cells of records.csv, as --json
// prints them; tables are for people and only have to be finite.
func asRecorded(k place, o campaign.Observation) error {
	var printed struct {
		Test []struct {
			Mask, Metric string
			Value        *float64
		}
	}
	if json.Unmarshal([]byte(o.Stdout), &printed) != nil || printed.Test == nil {
		return nil
	}
	raw, err := os.ReadFile(k.path)
	if err != nil {
		return err
	}
	cells, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff")))).ReadAll()
	if err != nil || len(cells) != len(printed.Test)+1 {
		return fmt.Errorf("%d records printed of %d lines: %v", len(printed.Test), len(cells), err)
	}
	column := func(i int, name string) string { return cells[i+1][slices.Index(cells[0], name)] }
	for i, p := range printed.Test {
		want, err := strconv.ParseFloat(column(i, "value"), 64)
		switch {
		case p.Mask != column(i, "mask") || p.Metric != column(i, "metric"):
			return fmt.Errorf("record %d is %s %s", i, p.Mask, p.Metric)
		case err != nil || p.Value == nil || *p.Value != want:
			return fmt.Errorf("record %d: %q is printed as %v", i, column(i, "value"), p.Value)
		}
	}
	return nil
}

// asExplained: the examples printed are the lines of rationales.jsonl, with as
// many marks as tokens.
func asExplained(k place, o campaign.Observation) error {
	var printed []map[string]any
	if json.Unmarshal([]byte(o.Stdout), &printed) != nil {
		return nil
	}
	raw, err := os.ReadFile(k.path)
	if err != nil {
		return err
	}
	lines := json.NewDecoder(bytes.NewReader(raw))
	for i, p := range printed {
		var want map[string]any
		if err := lines.Decode(&want); err != nil {
			return err
		}
		for _, key := range []string{"id", "tokens", "gold", "selected", "class", "predicted"} {
			if fmt.Sprint(p[key]) != fmt.Sprint(want[key]) {
				return fmt.Errorf("example %d: %s is printed as %v, the file says %v", i, key, p[key], want[key])
			}
		}
		if err := asManyMarks(p); err != nil {
			return err
		}
	}
	return nil
}

func asManyMarks(example map[string]any) error {
	tokens, _ := example["tokens"].([]any)
	for _, key := range []string{"gold", "selected"} {
		if marks, ok := example[key].([]any); ok && len(marks) != len(tokens) {
			return fmt.Errorf("%d %s for %d tokens", len(marks), key, len(tokens))
		}
	}
	return nil
}

// saneAnswer: an answer about a text of the user's has a mark for each token,
// and one of the classes that the summary names.
func saneAnswer(s *scene) check {
	return func(k place, o campaign.Observation) error {
		var printed []map[string]any
		if json.Unmarshal([]byte(o.Stdout), &printed) != nil {
			return finite(k, o)
		}
		var summary struct{ Classes []string }
		if err := readJSON(filepath.Join(k.dir, "out/store/artifacts", s.Data, "summary.json"), &summary); err != nil {
			return err
		}
		for _, p := range printed {
			if class, _ := p["predicted"].(string); !slices.Contains(summary.Classes, class) {
				return fmt.Errorf("predicts %q of %q", class, summary.Classes)
			}
			if want := strings.Fields(someText); !reflect.DeepEqual(fmt.Sprint(p["tokens"]), fmt.Sprint(want)) {
				return fmt.Errorf("tokens %v", p["tokens"])
			}
			if err := asManyMarks(p); err != nil {
				return err
			}
		}
		return nil
	}
}

// asListed: each piece's id is the number of its line in the vocabulary.
func asListed(k place, o campaign.Observation) error {
	raw, err := os.ReadFile(k.path)
	if err != nil {
		return err
	}
	var printed struct {
		Pieces []string
		IDs    []int
	}
	if json.Unmarshal([]byte(o.Stdout), &printed) != nil {
		return nil
	}
	lines := strings.Split(string(raw), "\n")
	for i, piece := range printed.Pieces {
		if id := printed.IDs[i]; id >= len(lines) || strings.TrimSuffix(lines[id], "\r") != piece {
			return fmt.Errorf("piece %q has the id %d", piece, id)
		}
	}
	return nil
}
