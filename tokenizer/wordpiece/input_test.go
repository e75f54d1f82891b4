package wordpiece

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rationale/tokenizer"
)

// goldenPair is a text or pair as Hugging Face's truncation, padding and
// template give it; Error is set where it refuses.
type goldenPair struct {
	First    string  `json:"first"`
	Second   string  `json:"second"`
	Limit    int     `json:"limit"`
	Strategy string  `json:"strategy"`
	Padded   int     `json:"padded"`
	IDs      []int32 `json:"ids"`
	Types    []int32 `json:"types"`
	Mask     []int32 `json:"mask"`
	Error    string  `json:"error"`
}

func (g goldenPair) make(bert *Tokenizer) (Input, error) {
	first, second := bert.EncodeText(g.First).Encoding, bert.EncodeText(g.Second).Encoding
	switch g.Strategy {
	case "single":
		return bert.Single(first, g.Limit)
	case "only_second":
		return bert.Pair(first, second, g.Limit, OnlySecond)
	}
	return bert.Pair(first, second, g.Limit, LongestFirst)
}

func TestGoldenPairs(t *testing.T) {
	bert := uncased(t)
	for i, g := range readLines[goldenPair](t, fixture(t, "pairs.jsonl")) {
		in, err := g.make(bert)
		if (err != nil) != (g.Error != "") {
			t.Errorf("line %d: error %v, want %q", i+1, err, g.Error)
			continue
		}
		if err != nil {
			continue
		}
		in = bert.Pad(in, g.Padded)
		if !slices.Equal(in.IDs, g.IDs) || !slices.Equal(in.Types, g.Types) || !slices.Equal(in.Mask, g.Mask) {
			t.Errorf("line %d: %+v\n got %v %v %v", i+1, g, in.IDs, in.Types, in.Mask)
		}
	}
}

func TestInputsTooShortForTheirSpecialPieces(t *testing.T) {
	bert := tiny(t, Uncased())
	var none tokenizer.Encoding
	if _, err := bert.Single(none, 1); err == nil || !strings.Contains(err.Error(), "limit of 1") {
		t.Errorf("Single: %v", err)
	}
	if _, err := bert.Pair(none, none, 2, LongestFirst); err == nil || !strings.Contains(err.Error(), "limit of 2") {
		t.Errorf("Pair: %v", err)
	}
}

func TestPadAndCut(t *testing.T) {
	bert := tiny(t, Uncased(), "a", "b")
	in, err := bert.Single(bert.EncodeText("a b a b").Encoding, 5)
	if err != nil {
		t.Fatal(err)
	}
	in = bert.Pad(in, 7)
	if want := []int32{2, 4, 5, 4, 3, 0, 0}; !slices.Equal(in.IDs, want) || in.Cut != [2]int{1, 0} {
		t.Errorf("ids %v, cut %v, want %v", in.IDs, in.Cut, want)
	}
	if want := []int32{-1, 0, 1, 2, -1, -1, -1}; !slices.Equal(in.Piece, want) {
		t.Errorf("pieces %v, want %v", in.Piece, want)
	}
	if again := bert.Pad(in, 3); len(again.IDs) != 7 {
		t.Errorf("padding to 3 left %d pieces", len(again.IDs))
	}
}

// TestSelectionsComeBackFromAnInput holds for every pair, however it is cut.
func TestSelectionsComeBackFromAnInput(t *testing.T) {
	bert := tiny(t, Uncased(), "a")
	rapid.Check(t, func(t *rapid.T) {
		text := func(name string) ([]bool, tokenizer.Encoding) {
			selected := rapid.SliceOfN(rapid.Bool(), 0, 9).Draw(t, name)
			return selected, bert.Encode(slices.Repeat([]string{"a"}, len(selected)))
		}
		first, e1 := text("first")
		second, e2 := text("second")
		in, err := bert.Pair(e1, e2, rapid.IntRange(pairSpecials, 24).Draw(t, "limit"), LongestFirst)
		if err != nil {
			t.Fatal(err)
		}
		in = bert.Pad(in, 24)
		back1, back2 := in.ToPieces(in.FromPieces(first, second), len(first), len(second))
		kept1, kept2 := len(first)-in.Cut[0], len(second)-in.Cut[1]
		if !slices.Equal(back1[:kept1], first[:kept1]) || slices.Contains(back1[kept1:], true) ||
			!slices.Equal(back2[:kept2], second[:kept2]) || slices.Contains(back2[kept2:], true) {
			t.Fatalf("%v and %v came back as %v and %v", first, second, back1, back2)
		}
	})
}

func TestSpecials(t *testing.T) {
	if got, want := uncased(t).Specials(), (Specials{Unknown: 100, Pad: 0, Class: 101, Separator: 102, Mask: 103}); got != want {
		t.Errorf("specials %+v, want %+v", got, want)
	}
	if got := tiny(t, Uncased()).Specials().Mask; got != -1 {
		t.Errorf("mask %d of a vocabulary without one", got)
	}
}

// TestNoTextSpellsASpecialToken also holds for special tokens without
// brackets, which punctuation does not take apart.
func TestNoTextSpellsASpecialToken(t *testing.T) {
	s := Cased()
	s.Pad, s.Class, s.Separator, s.Mask = "PAD", "CLS", "SEP", "MASK"
	v, err := tokenizer.NewVocabulary([]string{"PAD", "[UNK]", "CLS", "SEP", "MASK", "[", "]", "UNK", "[CLS]"})
	if err != nil {
		t.Fatal(err)
	}
	bert, err := New(v, s)
	if err != nil {
		t.Fatal(err)
	}
	p := bert.EncodeText("PAD CLS SEP MASK [UNK] [CLS]")
	if want := []int32{1, 1, 1, 1, 5, 7, 6, 5, 1, 6}; !slices.Equal(p.IDs, want) || p.Unknown != 5 {
		t.Errorf("ids %v with %d unknown, want %v", p.IDs, p.Unknown, want)
	}
	golden := uncased(t)
	lowest := int32(math.MaxInt32)
	for _, id := range golden.EncodeText("[PAD] [UNK] [CLS] [SEP] [MASK] [unused5] ##s").IDs {
		lowest = min(lowest, id)
	}
	if lowest <= golden.Specials().Mask {
		t.Errorf("id %d was read out of a text", lowest)
	}
}
