package infer_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rationale/datasets"
	"rationale/datasets/formats"
	"rationale/datasets/words"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// A source is a tiny one of a format: the line or lines that make a row of a
// text, and what else the import has to be told.
type source struct {
	format, head string
	row          func(dir, id, text, query string, good bool) string
	options      map[string]string
	lists        bool // texts are given as lists of words
	queries      bool
}

func class(good bool, a, b string) string {
	if good {
		return a
	}
	return b
}

func csvRow(_, id, text, query string, good bool) string {
	quoted := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	return strings.Join([]string{id, quoted(text), quoted(text), class(good, "positive", "negative"), quoted(query)}, ",")
}

func jsonRow(_, id, text, query string, good bool) string {
	list, _ := json.Marshal(append(strings.Fields(text), "New York", "[x]"))
	return fmt.Sprintf(`{"id":%q,"words":%s,"claim":%q,"label":%q}`, id, list, query, class(good, "yes", "no"))
}

func eraserRow(dir, id, text, query string, good bool) string {
	if err := os.MkdirAll(filepath.Join(dir, "docs"), 0o755); err != nil {
		panic(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "docs", id), []byte(text), 0o644); err != nil {
		panic(err)
	}
	return fmt.Sprintf(`{"annotation_id":%q,"classification":%q,"query":%q,"docids":[%q],"evidences":[]}`, id, class(good, "SUPPORTS", "REFUTES"), query, id)
}

const csvHead = "textID,text,selected_text,sentiment,query\n"

// sources are at least one for each format.
var sources = map[string]source{
	"beer": {format: "beer", options: map[string]string{"aspect": "1"}, row: func(_, _, text, _ string, good bool) string {
		return class(good, "0.1 0.9 0 0 0\t", "0.9 0.1 0 0 0\t") + text
	}},
	"hotel": {format: "hotel", options: map[string]string{"aspect": "1"}, head: "task\tlabel\ttext\trationale\n", row: func(_, _, text, _ string, good bool) string {
		return "t\t" + class(good, "1", "0") + "\t" + text + "\t0 1"
	}},
	"aste": {format: "aste", row: func(_, _, text, _ string, good bool) string {
		return text + "####[([0], [1], '" + class(good, "POS", "NEG") + "')]"
	}},
	"tweets":      {format: "tweets", head: csvHead, row: csvRow},
	"eraser":      {format: "eraser", row: eraserRow, queries: true},
	"csv unicode": {format: "csv", head: csvHead, row: csvRow, queries: true, options: map[string]string{"label": "sentiment", "query": "query"}},
	"csv ascii":   {format: "csv", head: csvHead, row: csvRow, options: map[string]string{"label": "sentiment", "words": "ascii", "lower": "false"}},
	"csv space":   {format: "csv", head: csvHead, row: csvRow, queries: true, options: map[string]string{"label": "sentiment", "query": "query", "words": "space"}},
	"csv tokens":  {format: "csv", head: csvHead, row: csvRow, options: map[string]string{"label": "sentiment", "tokens": "text"}},
	"jsonl":       {format: "jsonl", row: jsonRow, lists: true, queries: true, options: map[string]string{"tokens": "words", "query": "claim", "lower": "false"}},
	"generated":   {format: "generated", options: map[string]string{"train": "16", "dev": "4", "test": "6", "shortest": "16", "longest": "20"}},
}

// write writes the three files of a source with texts that fall into words in
// many ways.
func (s source) write(t *testing.T) []string {
	t.Helper()
	if s.row == nil {
		return nil
	}
	dir := t.TempDir()
	var paths []string
	for split, rows := range map[string]int{"train": 16, "dev": 4, "test": 6} {
		content := s.head
		for i := range rows {
			good := i%2 == 0
			text := fmt.Sprintf("Tea-%d was  %s, caf\u00e9 :( \u0130t isn't \u212a.", i%5, class(good, "first-rate", "run-down"))
			query := ""
			if s.queries {
				query = fmt.Sprintf("Wasn't tea-%d \"good\"?", i%3)
			}
			if s.format == "eraser" {
				text = strings.Replace(text, " :(", "\n\n:(", 1)
			}
			content += s.row(dir, fmt.Sprintf("%s-%d", split, i), text, query, good) + "\n"
		}
		path := filepath.Join(dir, split+class(strings.HasPrefix(s.format, "csv") || s.format == "tweets", ".csv", ".txt"))
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// imported stores the source as dataset "x".
func (s source) imported(t *testing.T) string {
	t.Helper()
	dir, paths, split := t.TempDir(), s.write(t), ""
	for _, path := range paths {
		name := filepath.Base(path)
		split += "," + strings.TrimSuffix(name, filepath.Ext(name)) + "=" + name
	}
	o := formats.ImportOptions{Format: s.format, Name: "x", Sources: paths, Split: strings.TrimPrefix(split, ","), Options: s.options, Balance: "off"}
	if _, err := formats.Import(t.Context(), dir, o, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

// givenBack is a text as a user would give it: its words parted as its rule
// demands.
func givenBack(t *testing.T, text datasets.Text, rule words.Rule, lists bool) string {
	t.Helper()
	if lists {
		raw, err := json.Marshal(text.Tokens)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	if text.Spaces != nil {
		return written(text)
	}
	if rule != words.Sentences {
		return strings.Join(text.Tokens, " ")
	}
	var lines []string
	at := int32(0)
	for _, end := range text.Sentences {
		lines = append(lines, strings.Join(text.Tokens[at:end], " "))
		at = end
	}
	return strings.Join(lines, "\n")
}

// written is a text with the spaces that it had.
func written(text datasets.Text) string {
	var b strings.Builder
	for i, token := range text.Tokens {
		if text.Spaces[i] {
			b.WriteByte(' ')
		}
		b.WriteString(token)
	}
	return b.String()
}

// TestTextsGivenBack: in each format of texts, a test text given back as a text of a
// user's becomes the same pieces, and the model says and selects what it did in
// its evaluation.
func TestTextsGivenBack(t *testing.T) {
	for _, f := range formats.All() {
		if !f.Graphs && !slices.ContainsFunc(slices.Collect(maps.Values(sources)), func(s source) bool { return s.format == f.Name }) {
			t.Errorf("format %s has no source here", f.Name)
		}
	}
	for name, s := range sources {
		t.Run(name, func(t *testing.T) {
			dir := s.imported(t)
			set, err := datasets.Open(dir, "x")
			if err != nil {
				t.Fatal(err)
			}
			defer set.Close()
			data := stagetest.Tokenized(t, dir, "x")
			evaluation, _ := stagetest.Evaluated(t, stagetest.Small("RNP"), data, "x")
			checkGivenBack(t, s, set, evaluation, data)
		})
	}
}

func checkGivenBack(t *testing.T, s source, set *datasets.Set, evaluation, data string) {
	t.Helper()
	rule := set.Meta().WordRule
	if !rule.Known() || s.queries && !set.Meta().QueryRule.Known() {
		t.Fatalf("rules %q and %q", rule, set.Meta().QueryRule)
	}
	e := openEvaluated(t, set, evaluation, data)
	if len(e.examples) != e.test.Len() {
		t.Fatalf("%d of %d texts", len(e.examples), e.test.Len())
	}
	var texts []request
	for i, want := range e.examples {
		source, err := e.test.Text(i)
		if err != nil {
			t.Fatal(err)
		}
		text, query := givenBack(t, source, rule, s.lists), strings.Join(source.Query, " ")
		if s.queries != (query != "") {
			t.Fatalf("%s: the query is %q", want.ID, query)
		}
		texts = append(texts, request{query, text})
		given, err := e.reader.Prepare(query, text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if source.Spaces == nil { // those of the user's text are known
			given.Text.Spaces = nil
		}
		if d := cmp.Diff(e.read[i], given.Text, cmpopts.IgnoreFields(tokenize.Text{}, "ID", "Label", "Rationale", "Gold")); d != "" {
			t.Errorf("%q (-stage +reader)\n%s", text, d)
		}
		got, err := e.model.Answer(t.Context(), query, text)
		if err != nil {
			t.Fatal(err)
		}
		if source.Spaces == nil {
			got.Spaces = nil
		}
		want.ID, want.Class, want.Gold = "", "", nil
		if d := cmp.Diff(want, got.Example, cmpopts.EquateApprox(0, 1e-5)); d != "" {
			t.Errorf("%q (-evaluation +answer)\n%s", text, d)
		}
		if _, err := e.reader.Prepare(class(s.queries, "", "is it?"), text); err == nil {
			t.Errorf("%q is read with a query that it should not have, or without one", text)
		}
	}
	checkExported(t, stagetest.Exported(t, evaluation, data, nil), texts, e.examples)
}
