package tokenize_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rationale/onnx/nn"
	"rationale/onnx/pretrained"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
	"rationale/stages/checkpoint"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
	"rationale/tokenizer/embeddings"
	"rationale/tokenizer/wordpiece"
)

// claims has a query in one text, a rationale in two, and words that the
// tables of these tests do not know.
const claims = `{"id":"a","words":["The","good","goods","!"],"verdict":"no","why":[0,1,1,0],"claim":"goodness the","split":"train"}
{"id":"b","words":["good","the","good"],"verdict":"yes","why":[1,0,0],"split":"train"}
{"id":"c","words":["the","bad"],"verdict":"no","split":"train"}
{"id":"d","words":["good"],"verdict":"yes","split":"dev"}
{"id":"e","words":["é"],"verdict":"no","split":"test"}
`

// importClaims stores the claims as dataset "claims".
func importClaims(t *testing.T) string {
	t.Helper()
	return stagetest.Import(t, "claims", claims, map[string]string{
		"tokens": "words", "label": "verdict", "rationale": "why", "query": "claim", "id": "id", "lower": "true",
	})
}

// readAll runs the stage on the claims and reads the training split.
func readAll(t *testing.T, p tokenize.Params, inputs map[string]string) (map[string]tokenize.Text, tokenize.Summary, string) {
	t.Helper()
	p.Dataset = "claims"
	if inputs == nil {
		inputs = map[string]string{}
	}
	inputs[tokenize.DatasetRole] = importClaims(t)
	dir := stagetest.Run(t, tokenize.New(p), inputs)
	texts, err := tokenize.Read(dir, "train")
	if err != nil {
		t.Fatal(err)
	}
	sum, err := tokenize.ReadSummary(dir)
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]tokenize.Text{}
	for _, text := range texts {
		byID[text.ID] = text
	}
	return byID, sum, dir
}

// entries are the lines of vocab.txt behind ids, which count from first.
func entries(t *testing.T, dir string, ids []int32, first int) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, tokenize.VocabularyFile))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	var out []string
	for _, id := range ids {
		entry := "-"
		if i := int(id) - first; i >= 0 {
			entry = lines[i]
		}
		out = append(out, entry)
	}
	return out
}

// want is a text as the tests write it down.
type want struct {
	pieces string
	word   []int32
	gold   string // 1 for a gold piece; empty when unknown
	lead   int
}

func check(t *testing.T, dir string, first int, got tokenize.Text, w want) {
	t.Helper()
	gold := ""
	for _, g := range got.Gold {
		gold += map[bool]string{false: "0", true: "1"}[g]
	}
	view := want{strings.Join(entries(t, dir, got.IDs, first), " "), got.Word, gold, got.Lead}
	if d := cmp.Diff(w, view, cmp.AllowUnexported(want{})); d != "" {
		t.Errorf("text %s: (-want +got)\n%s", got.ID, d)
	}
}

func TestWordsOnRandomVectors(t *testing.T) {
	texts, sum, dir := readAll(t, tokenize.Params{MaxLength: 6, RandomVectors: 7, RandomWidth: 3}, nil)
	check(t, dir, 1, texts["a"], want{"goodness the - the good goods", []int32{0, 1, -1, 2, 3, 4}, "000011", 2})
	check(t, dir, 1, texts["b"], want{"good the good", []int32{0, 1, 2}, "100", 0})
	check(t, dir, 1, texts["c"], want{"the bad", []int32{0, 1}, "", 0})
	if d := cmp.Diff(tokenize.Counts{
		Texts: 3, Queries: 1, Pieces: 11, Cut: 1, CutTexts: 1, Gold: 3, WithGold: 2, Annotated: 6,
	}, sum.Splits["train"]); d != "" {
		t.Errorf("counts (-want +got)\n%s", d)
	}
	if !sum.Random || sum.Coverage.UnknownTokens != 0 || sum.Coverage.Tokens != 13 || sum.Vocab != 8 {
		t.Errorf("summary %+v", sum)
	}
	vectors, err := tokenize.ReadVectors(dir)
	if err != nil {
		t.Fatal(err)
	}
	data := tensor.Data[float32](vectors)
	defer checkFiniteVectors(t, dir)
	if !slices.Equal(vectors.Shape(), []int64{8, 3}) || !slices.Equal(data[:3], []float32{0, 0, 0}) || data[3] == 0 {
		t.Errorf("vectors of shape %v begin with %v", vectors.Shape(), data[:6])
	}
}

func TestWordsOnATable(t *testing.T) {
	dir := t.TempDir()
	table := "the 1 2\ngood 3 4\nunused 5 6\n"
	err := embeddings.Build(context.Background(), embeddings.Input{Reader: strings.NewReader(table), Format: embeddings.GloVe, Dim: 2, Name: "test"},
		filepath.Join(dir, embeddings.FileName), nil)
	if err != nil {
		t.Fatal(err)
	}
	texts, sum, out := readAll(t, tokenize.Params{MaxLength: 5}, map[string]string{tokenize.VectorsRole: dir})
	check(t, out, 1, texts["a"], want{"- the - the good", []int32{0, 1, -1, 2, 3}, "00001", 2})
	counts := sum.Splits["train"]
	if counts.Unknown != 4 || counts.Cut != 2 || counts.GoldCut != 1 || sum.Random || sum.Coverage.UnknownTypes != 5 {
		t.Errorf("summary %+v", sum)
	}
	if sum.Source != "test" || sum.Width != 2 {
		t.Errorf("vectors of %q, %d wide; the table is called test and has 2 numbers a word", sum.Source, sum.Width)
	}
	if want := 4. / 11; counts.Shares.Unknown != want {
		t.Errorf("share of unknown pieces %v; want %v", counts.Shares.Unknown, want)
	}
	vectors, err := tokenize.ReadVectors(out)
	if err != nil {
		t.Fatal(err)
	}
	if got := tensor.Data[float32](vectors); !slices.Equal(got, []float32{0, 0, 3, 4, 1, 2}) {
		t.Errorf("vectors %v", got)
	}
}

func TestWordPiece(t *testing.T) {
	vocabulary := stagetest.Vocabulary(t)
	texts, sum, dir := readAll(t, tokenize.Params{MaxLength: 10, Tokenizer: tokenize.WordPiece},
		map[string]string{tokenize.VocabularyRole: vocabulary})
	check(t, dir, 0, texts["a"], want{
		"[CLS] good ##ness the [SEP] the good good ##s [SEP]",
		[]int32{-1, 0, 0, 1, -1, 2, 3, 4, 4, -1}, "0000001110", 2,
	})
	check(t, dir, 0, texts["c"], want{"[CLS] the b ##a ##d [SEP]", []int32{-1, 0, 1, 1, 1, -1}, "", 0})
	if d := cmp.Diff(tokenize.Counts{
		Texts: 3, Queries: 1, Pieces: 15, Cut: 1, CutTexts: 1, Gold: 4, Unknown: 1, WithGold: 2, Annotated: 7,
		Shares: tokenize.Shares{Unknown: 1. / 15},
	}, sum.Splits["train"]); d != "" {
		t.Errorf("counts (-want +got)\n%s", d)
	}
	if sum.Splits["test"].Unknown != 0 {
		t.Error("é is not read as e")
	}
	got, want := stagetest.Files(t, dir)[tokenize.VocabularyFile], stagetest.Files(t, vocabulary)["vocab.txt"]
	if string(got) != string(want) {
		t.Error("the vocabulary was not handed on as it is")
	}
	if _, err := os.Stat(filepath.Join(dir, tokenize.VectorsFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("vectors of pieces: %v", err)
	}
}

// TestCheckpoint reads texts in a checkpoint's pieces, which have its vectors.
func TestCheckpoint(t *testing.T) {
	folder := stagetest.Checkpoint(t)
	p := tokenize.Params{MaxLength: 10, Tokenizer: tokenize.WordPiece, Checkpoint: "tiny"}
	texts, sum, dir := readAll(t, p, map[string]string{checkpoint.Role: folder})
	if got := strings.Join(entries(t, dir, texts["c"].IDs, 0), " "); got != "[CLS] the bad [SEP]" {
		t.Errorf("the bad is read as %s", got)
	}
	if sum.Source != "tiny" || sum.Width != 12 || sum.Random {
		t.Errorf("vectors of %q, %d numbers each, made up: %t", sum.Source, sum.Width, sum.Random)
	}
	vectors, err := tokenize.ReadVectors(dir)
	if err != nil {
		t.Fatal(err)
	}
	encoder, err := pretrained.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	if want := encoder.Params[nn.WordTable]; !slices.Equal(vectors.Shape(), want.Shape()) || !slices.Equal(vectors.Float64s(), want.Float64s()) {
		t.Error("the vectors are not the encoder's")
	}
}

// TestSettingsOfTheVocabulary reads the same folder as a cased one.
func TestSettingsOfTheVocabulary(t *testing.T) {
	vocabulary := stagetest.Vocabulary(t)
	if err := os.WriteFile(filepath.Join(vocabulary, "tokenizer_config.json"), []byte(`{"do_lower_case": false}`), 0o644); err != nil {
		t.Fatal(err)
	}
	inputs := map[string]string{tokenize.VocabularyRole: vocabulary}
	texts, cased, dir := readAll(t, tokenize.Params{MaxLength: 9, Tokenizer: tokenize.WordPiece}, inputs)
	if got := entries(t, dir, texts["a"].IDs, 0)[5]; got != "[UNK]" {
		t.Errorf("The is read as %s", got)
	}
	inputs[tokenize.VocabularyRole] = stagetest.Vocabulary(t)
	_, uncased, _ := readAll(t, tokenize.Params{MaxLength: 9, Tokenizer: tokenize.WordPiece}, inputs)
	if cased.Digest == uncased.Digest {
		t.Error("both settings have the same digest")
	}
}

// TestSettingsAreKept demands that the summary says how texts were read.
func TestSettingsAreKept(t *testing.T) {
	vocabulary := stagetest.Vocabulary(t)
	_, pieces, _ := readAll(t, tokenize.Params{MaxLength: 9, Tokenizer: tokenize.WordPiece}, map[string]string{tokenize.VocabularyRole: vocabulary})
	uncased := wordpiece.Uncased()
	want := tokenize.Settings{Tokenizer: tokenize.WordPiece, Lower: true, MaxLength: 9, QueryLimit: tokenize.QueryLimit, WordRule: "tokens", QueryRule: "tokens", WordPiece: &uncased}
	if d := cmp.Diff(want, pieces.Settings); d != "" {
		t.Errorf("pieces (-want +got)\n%s", d)
	}
	data := stagetest.Import(t, "claims", claims, map[string]string{
		"text": "id", "label": "verdict", "lower": "false", "words": "space",
	})
	dir := stagetest.Run(t, tokenize.New(tokenize.Params{Dataset: "claims", MaxLength: 9, RandomWidth: 2}), map[string]string{tokenize.DatasetRole: data})
	words, err := tokenize.ReadSummary(dir)
	if err != nil {
		t.Fatal(err)
	}
	want = tokenize.Settings{Tokenizer: tokenize.Words, MaxLength: 9, QueryLimit: tokenize.QueryLimit, WordRule: "space", QueryRule: "space"}
	if d := cmp.Diff(want, words.Settings); d != "" {
		t.Errorf("words (-want +got)\n%s", d)
	}
}

// TestCounting demands that what 256 and 512 cut off is counted whatever the
// maximum in use, and that special pieces take their places.
func TestCounting(t *testing.T) {
	words := strings.TrimSuffix(strings.Repeat(`"good",`, 600), ",")
	var rows strings.Builder
	for _, split := range []string{"train", "dev", "test"} {
		for _, class := range []string{"no", "yes"} {
			fmt.Fprintf(&rows, "{\"words\":[%s],\"verdict\":%q,\"split\":%q}\n", words, class, split)
		}
	}
	data := stagetest.Import(t, "long", rows.String(), map[string]string{"tokens": "words", "label": "verdict"})
	dir := stagetest.Run(t, tokenize.New(tokenize.Params{Dataset: "long", MaxLength: 300, Tokenizer: tokenize.WordPiece}),
		map[string]string{tokenize.DatasetRole: data, tokenize.VocabularyRole: stagetest.Vocabulary(t)})
	sum, err := tokenize.ReadSummary(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := tokenize.Counts{
		Texts: 2, Pieces: 1200, Cut: 2 * 302, CutTexts: 2, CutAt256: 2 * 346, CutAt512: 2 * 90,
		Shares: tokenize.Shares{CutAt256: 346. / 600, CutAt512: 90. / 600},
	}
	for split, got := range sum.Splits {
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", split, d)
		}
	}
}

func TestRefusals(t *testing.T) {
	data := importClaims(t)
	for _, tc := range []struct {
		name   string
		params tokenize.Params
		want   string
	}{
		{"no length", tokenize.Params{RandomWidth: 2}, "max_length must be positive"},
		{"unknown tokenizer", tokenize.Params{MaxLength: 9, Tokenizer: "bpe"}, "there are words and wordpiece"},
		{"no vocabulary", tokenize.Params{MaxLength: 9, Tokenizer: tokenize.WordPiece}, "needs a vocabulary"},
		{"no vectors", tokenize.Params{MaxLength: 9}, "random_width"},
		{"no room", tokenize.Params{MaxLength: 3, RandomWidth: 2}, "text a: a maximum length of 3"},
		{"another dataset", tokenize.Params{Dataset: "x", MaxLength: 3}, `no dataset "x"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inputs := map[string]string{tokenize.DatasetRole: data}
			if tc.params.Dataset == "" {
				tc.params.Dataset = "claims"
			}
			err := tokenize.New(tc.params).Run(context.Background(), stagetest.Env(t, inputs))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v; want %q in it", err, tc.want)
			}
		})
	}
}

func TestStopsWhenToldTo(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	env := stagetest.Env(t, map[string]string{tokenize.DatasetRole: importClaims(t)})
	err := tokenize.New(tokenize.Params{Dataset: "claims", MaxLength: 9, RandomWidth: 2}).Run(ctx, env)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestDocumentWords holds the way back against the definition.
func TestDocumentWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := tokenize.Text{
			Lead: rapid.IntRange(0, 3).Draw(t, "lead"),
			Word: rapid.SliceOfN(rapid.Int32Range(-1, 8), 0, 12).Draw(t, "word"),
		}
		pieces := rapid.SliceOfN(rapid.Bool(), len(text.Word), len(text.Word)+3).Draw(t, "pieces")
		words := rapid.IntRange(0, 6).Draw(t, "words")
		want := make([]bool, words)
		for w := range want {
			for i, of := range text.Word {
				want[w] = want[w] || (pieces[i] && int(of) == text.Lead+w)
			}
		}
		if got := text.DocumentWords(pieces, words); !slices.Equal(got, want) {
			t.Fatalf("%v; want %v", got, want)
		}
	})
}

// checkFiniteVectors puts a number that is none among the vectors.
func checkFiniteVectors(t *testing.T, dir string) {
	t.Helper()
	path := filepath.Join(dir, tokenize.VectorsFile)
	named, meta, err := safetensors.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range named {
		tensor.Data[float32](x)[3] = float32(math.Inf(1))
	}
	if err := safetensors.WriteFile(path, named, meta); err != nil {
		t.Fatal(err)
	}
	if _, err := tokenize.ReadVectors(dir); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "expected finite numbers") {
		t.Errorf("infinite vectors: %v", err)
	}
}
