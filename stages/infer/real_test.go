package infer_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/datasets"
	"rationale/datasets/formats"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// TestRealTextsGivenBack gives the test texts of real sets, of FEVER the first ones, back to a model that
// was trained on them briefly, as a user would, and counts the texts of which ids,
// selection and class are those of the evaluation: all.
func TestRealTextsGivenBack(t *testing.T) {
	for _, c := range []struct{ folder, format, split string }{
		{"tweet_sentiment_extraction", "tweets", ""},
		{"aste_v2/14res", "aste", ""},
		{"eraser_movies", "eraser", ""},
		{"eraser_fever", "eraser", "train=val.jsonl,test=test.jsonl,dev=0.1,by=document"},
	} {
		t.Run(strings.ReplaceAll(c.folder, "/", "-"), func(t *testing.T) {
			source, dir := filepath.Join(stagetest.RealData(t, c.folder), c.folder), t.TempDir()
			o := formats.ImportOptions{Format: c.format, Name: "x", Sources: []string{source}, Split: c.split}
			if _, err := formats.Import(t.Context(), dir, o, nil); err != nil {
				t.Fatal(err)
			}
			set, err := datasets.Open(dir, "x")
			if err != nil {
				t.Fatal(err)
			}
			defer set.Close()
			evaluation, data := brieflyTrained(t, dir)
			countGivenBack(t, set, evaluation, data)
		})
	}
}

func brieflyTrained(t *testing.T, dir string) (evaluation, data string) {
	t.Helper()
	data = stagetest.Run(t, tokenize.New(tokenize.Params{Dataset: "x", MaxLength: 256, RandomVectors: 1, RandomWidth: stagetest.Width}),
		map[string]string{tokenize.DatasetRole: dir})
	evaluation, _ = stagetest.Evaluated(t, stagetest.Small("RNP"), data, "x")
	return evaluation, data
}

func countGivenBack(t *testing.T, set *datasets.Set, evaluation, data string) {
	t.Helper()
	e := openEvaluated(t, set, evaluation, data)
	ids, selections, classes, chosen := 0, 0, 0, 0
	var texts []request
	for i, want := range e.examples {
		source, err := e.test.Text(i)
		if err != nil {
			t.Fatal(err)
		}
		text, query := givenBack(t, source, set.Meta().WordRule, false), strings.Join(source.Query, " ")
		texts = append(texts, request{query, text})
		given, err := e.reader.Prepare(query, text)
		if err != nil {
			t.Fatalf("%s: %v", want.ID, err)
		}
		got, err := e.model.Answer(t.Context(), query, text)
		if err != nil {
			t.Fatalf("%s: %v", want.ID, err)
		}
		ids += count(slices.Equal(e.read[i].IDs, given.IDs) && slices.Equal(e.read[i].SentenceEnds, given.SentenceEnds))
		selections += count(slices.Equal(want.Selected, got.Selected) && slices.Equal(want.Tokens, got.Tokens))
		classes += count(want.Predicted == got.Predicted)
		chosen += count(slices.Contains(want.Selected, true))
	}
	n := len(e.examples)
	t.Logf("%d texts of %d: ids equal in %d, selections in %d, classes in %d; in %d something is selected", n, e.test.Len(), ids, selections, classes, chosen)
	if chosen == 0 {
		t.Errorf("nothing is selected anywhere; the test shows nothing")
	}
	if ids != n || selections != n || classes != n {
		t.Errorf("not all are equal")
	}
	checkExported(t, stagetest.Exported(t, evaluation, data, nil), texts, e.examples)
}

func count(so bool) int {
	if so {
		return 1
	}
	return 0
}
