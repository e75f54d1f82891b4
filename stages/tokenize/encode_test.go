package tokenize

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"rationale/datasets"
	"rationale/tokenizer"
	"rationale/tokenizer/wordpiece"
)

// tokenizers are both kinds on a few entries; "\u200b" is a word of which
// WordPiece leaves nothing.
func tokenizers(t testing.TB) map[string]func(Settings) *vocabulary {
	t.Helper()
	words, err := tokenizer.NewWords([]string{"good", "the"}, true)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := tokenizer.NewVocabulary(strings.Fields("[PAD] [UNK] [CLS] [SEP] the good ##ness ##s b ##a ##d"))
	if err != nil {
		t.Fatal(err)
	}
	pieces, err := wordpiece.New(entries, wordpiece.Uncased())
	if err != nil {
		t.Fatal(err)
	}
	return map[string]func(Settings) *vocabulary{
		Words:     func(s Settings) *vocabulary { return newWords(words, s) },
		WordPiece: func(s Settings) *vocabulary { return newPieces(pieces, s) },
	}
}

var wordsOfTexts = rapid.SampledFrom([]string{"The", "good", "goodness", "bad", "unheard", "\u200b"})

// drawText makes up a text; rationale and sentences are there or not.
func drawText(t *rapid.T) datasets.Text {
	text := datasets.Text{ID: "x", Label: 1, Tokens: rapid.SliceOfN(wordsOfTexts, 1, 9).Draw(t, "tokens")}
	if n := rapid.IntRange(0, 4).Draw(t, "query"); n > 0 {
		text.Query = rapid.SliceOfN(wordsOfTexts, n, n).Draw(t, "query words")
	}
	text.Poisoned = rapid.Bool().Draw(t, "poisoned")
	if rapid.Bool().Draw(t, "annotated") {
		text.Rationale = rapid.SliceOfN(rapid.Bool(), len(text.Tokens), len(text.Tokens)).Draw(t, "rationale")
	}
	if rapid.Bool().Draw(t, "sentences") {
		for i := 1; i < len(text.Tokens); i++ {
			if rapid.Bool().Draw(t, "end") {
				text.Sentences = append(text.Sentences, int32(i))
			}
		}
		text.Sentences = append(text.Sentences, int32(len(text.Tokens)))
	}
	return text
}

// TestRowsAreWhole holds what the stage makes of a text against the text, and
// against what is read of it again.
func TestRowsAreWhole(t *testing.T) {
	kinds, path := tokenizers(t), filepath.Join(t.TempDir(), "x.arrow")
	rapid.Check(t, func(t *rapid.T) {
		s := Settings{MaxLength: rapid.IntRange(1, 25).Draw(t, "length"), QueryLimit: rapid.IntRange(0, 5).Draw(t, "limit")}
		v := kinds[rapid.SampledFrom([]string{Words, WordPiece}).Draw(t, "tokenizer")](s)
		text := drawText(t)
		e, err := v.encode(text)
		if err != nil {
			if !strings.Contains(err.Error(), "raise max_length") || s.MaxLength > len(text.Query)*3+3 {
				t.Fatal(err)
			}
			return
		}
		checkRow(t, e, text, s)
		if len(e.IDs) == 0 {
			return // the stage's datasets have no such text
		}
		if err := writeTexts(path, []Text{e.Text, e.Text}, schema(e.Poisoned)); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		again, err := readTexts(data, schema(e.Poisoned))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]Text{e.Text, e.Text}, again, cmpopts.EquateEmpty()); d != "" || (again[1].SentenceEnds == nil) != (text.Sentences == nil) {
			t.Fatalf("(-written +read)\n%s", d)
		}
	})
}

// checkRow goes through the pieces one by one.
func checkRow(t *rapid.T, e encoded, text datasets.Text, s Settings) {
	sentences := e.PieceSentences()
	if (sentences == nil) != (text.Sentences == nil) || len(e.IDs) > s.MaxLength {
		t.Fatalf("%d pieces with sentences %v", len(e.IDs), sentences)
	}
	whole := map[int]bool{} // sentences with a gold piece
	for i, word := range e.Word {
		w, sentence, gold := int(word)-e.Lead, -1, false
		if w >= 0 {
			sentence = slices.IndexFunc(text.Sentences, func(end int32) bool { return w < int(end) })
			gold = text.Rationale != nil && text.Rationale[w]
		}
		if e.Selectable(i) != (w >= 0) || text.Sentences != nil && int(sentences[i]) != sentence || text.Rationale != nil && e.Gold[i] != gold {
			t.Fatalf("piece %d, word %d of the document: selectable %t, sentence %v, gold %v", i, w, e.Selectable(i), sentences, e.Gold)
		}
		if gold && sentence >= 0 {
			whole[sentence] = true
		}
	}
	if (e.Gold == nil) != (text.Rationale == nil) || e.goldKept != len(whole) || e.goldSentences < e.goldKept {
		t.Fatalf("%d of %d gold sentences kept; want %d", e.goldKept, e.goldSentences, len(whole))
	}
}

// TestRoomIsWhatIsRead: the law for those that have no vocabulary agrees with what a
// vocabulary of words leaves.
func TestRoomIsWhatIsRead(t *testing.T) {
	words := tokenizers(t)[Words]
	rapid.Check(t, func(t *rapid.T) {
		text := datasets.Text{Query: slices.Repeat([]string{"good"}, rapid.IntRange(0, 2*QueryLimit).Draw(t, "query"))}
		length := rapid.IntRange(1, 4*QueryLimit).Draw(t, "length")
		v := words(Settings{MaxLength: length, QueryLimit: QueryLimit})
		if got, want := Room(&text, length), v.room(v.beginning(text.Query)); got != want {
			t.Errorf("room for %d words; %d are read", got, want)
		}
	})
}

// TestSentencesAreCutLikePieces counts by hand.
func TestSentencesAreCutLikePieces(t *testing.T) {
	text := datasets.Text{
		Tokens: strings.Fields("the good . bad the . good ."), Query: []string{"good"},
		Rationale: []bool{false, true, false, false, false, false, true, false}, Sentences: []int32{3, 6, 8},
	}
	for length, want := range map[int]string{
		10: "[5 8 10] 2 0", 9: "[5 8 9] 2 0", 8: "[5 8] 1 1", 7: "[5 7] 1 1", 5: "[5] 1 1", 3: "[3] 0 2",
	} {
		v := tokenizers(t)[Words](Settings{MaxLength: length, QueryLimit: 1})
		e, err := v.encode(text)
		if err != nil {
			t.Fatal(err)
		}
		var c Counts
		c.add(e, length)
		if got := fmt.Sprint(e.SentenceEnds, c.GoldSentences, c.GoldSentencesCut); got != want {
			t.Errorf("length %d: %s; want %s", length, got, want)
		}
	}
}

// TestCheckRefuses changes one thing of a sound row at a time.
func TestCheckRefuses(t *testing.T) {
	sound := func() Text {
		e, err := tokenizers(t)[WordPiece](Settings{MaxLength: 9, QueryLimit: 2}).encode(datasets.Text{
			Tokens: []string{"good", "goodness"}, Query: []string{"the"}, Rationale: []bool{true, false}, Sentences: []int32{1, 2},
		})
		if err != nil {
			t.Fatal(err)
		}
		return e.Text // [CLS] the [SEP] good good ##ness [SEP]
	}
	if err := sound().check(); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Text){
		"identifier":                 func(x *Text) { x.ID = "\xff" },
		"no pieces":                  func(x *Text) { x.IDs = nil },
		"6 roles":                    func(x *Text) { x.Roles = x.Roles[1:] },
		"6 words":                    func(x *Text) { x.Word = x.Word[1:] },
		"1 marks for 2 words":        func(x *Text) { x.Rationale = x.Rationale[1:] },
		"class -1":                   func(x *Text) { x.Label = -1 },
		"pieces from -4":             func(x *Text) { x.IDs[2] = -4 },
		"2 of 1 words of a query":    func(x *Text) { x.Lead = 2 },
		"piece 2 has role 1":         func(x *Text) { x.Lead, x.Query = 0, nil },
		"piece 4 has role 1":         func(x *Text) { x.Roles[3] = QueryPiece },
		"piece 1 has role 2":         func(x *Text) { x.Roles[0] = DocumentPiece },
		"piece 7 has role 0":         func(x *Text) { x.Word[6] = -2 },
		"word 3, of 1 of the query":  func(x *Text) { x.Word[5] = 3 },
		`word 2 is ""`:               func(x *Text) { x.Tokens[1] = "" },
		`word 1 is "\xff"`:           func(x *Text) { x.Query[0] = "\xff" },
		"sentence 2 ends at piece 3": func(x *Text) { x.SentenceEnds[1] = 3 },
		"sentence 2 ends at piece 8": func(x *Text) { x.SentenceEnds[1] = 8 },
		"the document goes on":       func(x *Text) { x.SentenceEnds = x.SentenceEnds[:1] },
	} {
		x := sound()
		change(&x)
		if err := x.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
}
