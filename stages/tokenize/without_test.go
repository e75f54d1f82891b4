package tokenize

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rationale/tokenizer"
	"rationale/tokenizer/wordpiece"
)

// TestGap: words have none of their own, pieces that of [MASK], or of [UNK].
func TestGap(t *testing.T) {
	for list, want := range map[string]int32{"[PAD] [UNK] [CLS] [SEP] [MASK] the": 4, "[PAD] the [UNK] [CLS] [SEP]": 2} {
		entries, err := tokenizer.NewVocabulary(strings.Fields(list))
		if err != nil {
			t.Fatal(err)
		}
		pieces, err := wordpiece.New(entries, wordpiece.Uncased())
		if err != nil {
			t.Fatal(err)
		}
		if r := (&Reader{vocabulary: newPieces(pieces, Settings{})}); r.Gap() != want {
			t.Errorf("%s: %d, want %d", list, r.Gap(), want)
		}
	}
	if v := tokenizers(t)[Words](Settings{}); v.gap != tokenizer.UnknownWord {
		t.Errorf("words: %d", v.gap)
	}
}

// TestWithoutWords: what is left is a text again, whose pieces are those of the
// words that are left, in their order, sentences and marks with them.
func TestWithoutWords(t *testing.T) {
	for name, newVocabulary := range tokenizers(t) {
		rapid.Check(t, func(t *rapid.T) {
			text := drawText(t)
			s := Settings{Tokenizer: name, MaxLength: rapid.IntRange(9, 20).Draw(t, "length"), QueryLimit: 2}
			v := newVocabulary(s)
			whole, err := v.encode(text)
			if err != nil || !slices.Contains(whole.Roles, DocumentPiece) {
				t.Skip("nothing of the document is read")
			}
			taken := rapid.SliceOfN(rapid.Bool(), len(text.Tokens), len(text.Tokens)).Draw(t, "taken")
			checkWithout(t, whole.Text, taken, v.gap)
			checkBlanked(t, whole.Text, taken, v.gap)
		})
	}
}

func checkWithout(t *rapid.T, whole Text, taken []bool, gap int32) {
	got := whole.Without(taken, gap)
	if err := got.check(); err != nil {
		t.Fatalf("%+v: %v", got, err)
	}
	if diff := cmp.Diff(got.Gold, got.pieceGold()); diff != "" {
		t.Errorf("marks: %s", diff)
	}
	if got.Unread() < whole.Unread() {
		t.Errorf("%d words are not read; of the whole text %d", got.Unread(), whole.Unread())
	}
	var want []int32
	sentences := map[int32]int32{}
	for i, of := range whole.PieceSentences() {
		sentences[whole.Word[i]] = of
	}
	for i, word := range whole.Word {
		if !whole.Selectable(i) || !taken[int(word)-whole.Lead] {
			want = append(want, whole.IDs[i])
		}
	}
	if marks := len(whole.IDs) - countRole(whole, DocumentPiece); len(want) == marks { // nothing is left
		first := slices.Index(whole.Roles, DocumentPiece)
		want = slices.Insert(want, first, gap)
	}
	if !slices.Equal(got.IDs, want) {
		t.Errorf("pieces %v; want %v of %v", got.IDs, want, whole.IDs)
	}
	for i, of := range got.PieceSentences() {
		if of != sentences[got.Word[i]] {
			t.Errorf("piece %d is in sentence %d; it was in %d", i, of, sentences[got.Word[i]])
		}
	}
}

func countRole(t Text, role Role) int {
	n := 0
	for _, r := range t.Roles {
		if r == role {
			n++
		}
	}
	return n
}

// checkBlanked wants nothing changed but the pieces of taken words.
func checkBlanked(t *rapid.T, whole Text, taken []bool, gap int32) {
	got := whole.Blanked(taken, gap)
	for i, id := range whole.IDs {
		if whole.Selectable(i) && taken[int(whole.Word[i])-whole.Lead] {
			id = gap
		}
		if got.IDs[i] != id {
			t.Errorf("piece %d is %d; want %d", i, got.IDs[i], id)
		}
	}
	got.IDs = whole.IDs
	if diff := cmp.Diff(whole, got); diff != "" {
		t.Error(diff)
	}
}
