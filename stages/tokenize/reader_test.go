package tokenize_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// TestReaderReadsAsTheStageDid: every text of a tokenized dataset, given back as
// words, comes out as it is stored, whatever the tokenizer, with and without a
// query, cut or not.
func TestReaderReadsAsTheStageDid(t *testing.T) {
	claims := stagetest.ImportClaims(t)
	for _, length := range []int{8, 12, stagetest.MaxLength} {
		for name, p := range map[string]tokenize.Params{
			tokenize.Words:     {RandomVectors: 1, RandomWidth: 3},
			tokenize.WordPiece: {Tokenizer: tokenize.WordPiece},
		} {
			t.Run(fmt.Sprint(name, length), func(t *testing.T) {
				p.MaxLength = length
				if name == tokenize.WordPiece {
					p.MaxLength += 60 // a letter is a piece
				}
				checkReader(t, claims, stagetest.Claims, p)
				checkReader(t, stagetest.Generated(t), stagetest.Dataset, p)
			})
		}
	}
}

func checkReader(t *testing.T, data, name string, p tokenize.Params) {
	t.Helper()
	p.Dataset = name
	in := map[string]string{tokenize.DatasetRole: data}
	if p.Tokenizer == tokenize.WordPiece {
		in[tokenize.VocabularyRole] = stagetest.Vocabulary(t)
	}
	dir := stagetest.Run(t, tokenize.New(p), in)
	r, err := tokenize.OpenReader(dir)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := tokenize.Read(dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range texts {
		got, err := r.Read(want.Query, want.Tokens)
		if err != nil {
			t.Fatal(err)
		}
		// What nobody can give: the name, what people said, and the sentences.
		want.ID, want.Label, want.Gold, want.Marked, want.Sentences = "", 0, nil, nil, nil
		if d := cmp.Diff(want, got.Text); d != "" {
			t.Fatalf("(-stored +read)\n%s", d)
		}
	}
}

// TestSentencesOfPieces: sentences end where their last piece does, and what is
// cut off is in none.
func TestSentencesOfPieces(t *testing.T) {
	data := stagetest.ImportClaims(t)
	for length, want := range map[int]string{
		24: "house 0 stands in the north . | its door is green . | nobody has seen the garden .",
		14: "house 0 stands in the north . | its door",
		12: "house 0 stands in the north .",
		6:  "house",
	} {
		dir := stagetest.Run(t, tokenize.New(tokenize.Params{Dataset: stagetest.Claims, MaxLength: length, RandomVectors: 1, RandomWidth: 3}),
			map[string]string{tokenize.DatasetRole: data})
		texts, err := tokenize.Read(dir, "train")
		if err != nil {
			t.Fatal(err)
		}
		if got := sentences(texts[0]); got != want {
			t.Errorf("at most %d pieces: %q, want %q", length, got, want)
		}
	}
}

// sentences spells the words of a text's sentences.
func sentences(t tokenize.Text) string {
	var out []string
	for s, end := range t.Sentences {
		var words []string
		for k := t.SentenceStart(s); k < int(end); k++ {
			words = append(words, t.Tokens[int(t.Word[k])-len(t.Query)])
		}
		out = append(out, strings.Join(words, " "))
	}
	return strings.Join(out, " | ")
}

func TestRolesOfPieces(t *testing.T) {
	texts, _, _ := readAll(t, tokenize.Params{MaxLength: 6, RandomVectors: 7, RandomWidth: 3}, nil)
	want := []tokenize.Role{tokenize.Query, tokenize.Query, tokenize.Mark, tokenize.Document, tokenize.Document, tokenize.Document}
	var got []tokenize.Role
	for i := range texts["a"].IDs {
		got = append(got, texts["a"].Role(i))
	}
	if !slices.Equal(got, want) || texts["a"].Start() != 3 {
		t.Errorf("roles %v from %d, want %v", got, texts["a"].Start(), want)
	}
	if got := texts["a"].Selectable(); !slices.Equal(got, []bool{false, false, false, true, true, true}) {
		t.Errorf("selectable %v", got)
	}
}
