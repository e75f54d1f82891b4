package tokenize_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rationale/datasets"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// TestReaderReadsAsTheStage: every row of a dataset, given back as text,
// becomes the same pieces, whether it has a query and whether it is cut off.
func TestReaderReadsAsTheStage(t *testing.T) {
	for name, data := range map[string]string{"claims": importClaims(t), stagetest.Facts: stagetest.ImportFacts(t)} {
		for _, length := range []int{9, 12, 16, 40} {
			t.Run(fmt.Sprint(name, length), func(t *testing.T) {
				checkReader(t, tokenize.Params{Dataset: name, MaxLength: length, RandomWidth: 2}, map[string]string{tokenize.DatasetRole: data})
			})
			t.Run(fmt.Sprint(name, length, "pieces"), func(t *testing.T) {
				checkReader(t, tokenize.Params{Dataset: name, MaxLength: 3 * length, Tokenizer: tokenize.WordPiece},
					map[string]string{tokenize.DatasetRole: data, tokenize.VocabularyRole: stagetest.Vocabulary(t)})
			})
		}
	}
}

func checkReader(t *testing.T, p tokenize.Params, inputs map[string]string) {
	dir := stagetest.Run(t, tokenize.New(p), inputs)
	r, err := tokenize.OpenReader(dir)
	if err != nil {
		t.Fatal(err)
	}
	summary, err := tokenize.ReadSummary(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, split := range datasets.SplitNames {
		texts, err := tokenize.Read(dir, split)
		if err != nil {
			t.Fatal(err)
		}
		var sum tokenize.Counts
		for _, want := range texts {
			given, err := r.Prepare(strings.Join(want.Query, " "), strings.Join(want.Tokens, " "))
			got, counts := given.Text, given.Counts
			if err != nil {
				t.Fatalf("%s: %v", want.ID, err)
			}
			if d := cmp.Diff(want, got, cmpopts.IgnoreFields(tokenize.Text{}, "ID", "Spaces", "Label", "Rationale", "Gold", "SentenceEnds")); d != "" {
				t.Errorf("%s (-stage +reader)\n%s", want.ID, d)
			}
			read, err := r.Read(datasets.Text{Query: want.Query, Tokens: want.Tokens})
			if d := cmp.Diff(got, read.Text, cmpopts.IgnoreFields(tokenize.Text{}, "Spaces", "SentenceEnds")); err != nil || d != "" {
				t.Errorf("%s (-found +known words), error %v\n%s", want.ID, err, d)
			}
			if got.Label != -1 {
				t.Errorf("a label %d of nowhere", got.Label)
			}
			sum.Pieces, sum.Cut, sum.CutTexts, sum.Unknown = sum.Pieces+counts.Pieces, sum.Cut+counts.Cut, sum.CutTexts+counts.CutTexts, sum.Unknown+counts.Unknown
		}
		counted := summary.Splits[split]
		if want := (tokenize.Counts{Pieces: counted.Pieces, Cut: counted.Cut, CutTexts: counted.CutTexts, Unknown: counted.Unknown}); want != sum {
			t.Errorf("%s: counted %+v and the stage %+v", split, sum, want)
		}
	}
}

func TestReaderOfAQueryWithoutRoom(t *testing.T) {
	_, _, dir := readAll(t, tokenize.Params{MaxLength: 5, RandomWidth: 2}, nil)
	r, err := tokenize.OpenReader(dir)
	if err != nil {
		t.Fatal(err)
	}
	var user tokenize.UserError
	if _, err := r.Prepare("one two three four", "good"); !errors.As(err, &user) || !strings.Contains(err.Error(), "raise max_length") {
		t.Errorf("error %v", err)
	}
}

// TestReaderRefuses changes what the reader reads.
func TestReaderRefuses(t *testing.T) {
	for _, tc := range []struct{ file, old, new, want string }{
		{tokenize.VocabularyFile, "good\n", "", "is not the vocabulary that dataset claims was tokenized with"},
		{tokenize.VocabularyFile, "good\n", "good\ngood\n", "vocab.txt: line"},
		{tokenize.SummaryFile, `"lower": true`, `"lower": false`, "is not the vocabulary"},
		{tokenize.SummaryFile, `"tokenizer": "words"`, `"tokenizer": "bpe"`, `summary.json: settings: tokenizer "bpe"; expected words or wordpiece`},
		{tokenize.SummaryFile, `"tokenizer": "words"`, `"tokenizer": "wordpiece"`, "summary.json: settings: the tokenizer wordpiece with or without"},
		{tokenize.SummaryFile, `"query_limit": 32`, `"query_limit": -1`, "summary.json: settings: max_length 9, query_limit -1"},
		{tokenize.SummaryFile, `"max_length": 9`, `"max_length": 0`, "summary.json: settings: max_length 0"},
		{tokenize.SummaryFile, `"word_rule": "tokens"`, `"word_rule": "xx"`, `summary.json: settings: there is no rule "xx" for finding words`},
		{tokenize.SummaryFile, `"max_length"`, `"maxlength"`, `summary.json: json: unknown field "maxlength"`},
	} {
		_, _, dir := readAll(t, tokenize.Params{MaxLength: 9, RandomWidth: 2}, nil)
		path := filepath.Join(dir, tc.file)
		data := bytes.Replace(stagetest.Files(t, dir)[tc.file], []byte(tc.old), []byte(tc.new), 1)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := tokenize.OpenReader(dir); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s for %s: error %v", tc.new, tc.old, err)
		}
	}
	if _, err := tokenize.OpenReader(t.TempDir()); err == nil {
		t.Error("an empty folder is read")
	}
}
