package tokenizer

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Word 1 has three pieces, word 2 none.
var pieces = Encoding{IDs: []int32{5, 6, 7, 8, 9}, Word: []int32{0, 1, 1, 1, 3}}

func bools(s string) []bool {
	list := make([]bool, len(s))
	for i := range s {
		list[i] = s[i] == '1'
	}
	return list
}

func text(list []bool) string {
	var b strings.Builder
	for _, x := range list {
		b.WriteByte("01"[map[bool]int{true: 1}[x]])
	}
	return b.String()
}

func TestWordsAndPieces(t *testing.T) {
	for words, want := range map[string]string{
		"0000": "00000", "1000": "10000", "0100": "01110", "0010": "00000", "0001": "00001",
		"11": "11110", "": "00000", "111111": "11111",
	} {
		if got := text(pieces.FromWords(bools(words))); got != want {
			t.Errorf("FromWords(%s) = %s, want %s", words, got, want)
		}
	}
	for chosen, want := range map[string]string{
		"00000": "0000", "00100": "0100", "10001": "1001", "11111": "1101", "1": "1000", "": "0000", "1111111": "1101",
	} {
		if got := text(pieces.ToWords(bools(chosen), 4)); got != want {
			t.Errorf("ToWords(%s) = %s, want %s", chosen, got, want)
		}
	}
	if got := text(pieces.ToWords(bools("11111"), 2)); got != "11" {
		t.Errorf("ToWords of two words = %s", got)
	}
}

func TestSentencesAndPieces(t *testing.T) {
	ends := []int32{1, 1, 3} // the second is empty, word 3 belongs to none
	for sentences, want := range map[string]string{"100": "10000", "010": "00000", "001": "01110", "111": "11110", "1": "10000"} {
		if got := text(pieces.FromSentences(ends, bools(sentences))); got != want {
			t.Errorf("FromSentences(%s) = %s, want %s", sentences, got, want)
		}
	}
	for chosen, want := range map[string]string{"10000": "100", "00010": "001", "00001": "000", "11111": "101", "": "000"} {
		if got := text(pieces.ToSentences(bools(chosen), ends)); got != want {
			t.Errorf("ToSentences(%s) = %s, want %s", chosen, got, want)
		}
	}
}

func TestSpansAndPieces(t *testing.T) {
	words := []Span{{0, 2}, {3, 9}, {9, 10}, {11, 12}}
	for _, c := range []struct {
		chosen []Span
		want   string
	}{
		{nil, "00000"},
		{[]Span{{1, 4}}, "11110"}, // cuts into both words
		{[]Span{{2, 3}}, "00000"}, // the space between them
		{[]Span{{4, 4}}, "00000"}, // empty
		{[]Span{{0, 1}, {11, 99}}, "10001"},
	} {
		if got := text(pieces.FromSpans(words, c.chosen)); got != c.want {
			t.Errorf("FromSpans(%v) = %s, want %s", c.chosen, got, c.want)
		}
	}
	for chosen, want := range map[string][]Span{
		"00000": nil, "00100": {{3, 9}}, "11000": {{0, 9}}, "10001": {{0, 2}, {11, 12}},
	} {
		if got := pieces.ToSpans(bools(chosen), words); !slices.Equal(got, want) {
			t.Errorf("ToSpans(%s) = %v, want %v", chosen, got, want)
		}
	}
}

func TestCharsToBytes(t *testing.T) {
	got, err := CharsToBytes("aéb€", []Span{{0, 1}, {1, 2}, {1, 4}, {4, 4}})
	if want := []Span{{0, 1}, {1, 3}, {1, 7}, {7, 7}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("CharsToBytes = %v, %v, want %v", got, err, want)
	}
	for _, bad := range []Span{{-1, 1}, {2, 1}, {0, 5}} {
		if _, err := CharsToBytes("aéb€", []Span{{0, 0}, bad}); err == nil || !strings.Contains(err.Error(), "span 2") {
			t.Errorf("CharsToBytes(%v): %v", bad, err)
		}
	}
}

func TestTruncate(t *testing.T) {
	for n, want := range map[int]struct{ kept, cut int }{-1: {0, 5}, 0: {0, 5}, 3: {3, 2}, 5: {5, 0}, 9: {5, 0}} {
		got, cut := pieces.Truncate(n)
		if got.Len() != want.kept || len(got.Word) != want.kept || cut != want.cut {
			t.Errorf("Truncate(%d) keeps %d and cuts %d, want %+v", n, got.Len(), cut, want)
		}
	}
	short, _ := pieces.Truncate(2)
	_ = append(short.IDs, 99)
	if pieces.IDs[2] == 99 {
		t.Error("appending to a truncated encoding changed the whole one")
	}
}

// encodings draws texts of words with 0 to 3 pieces each.
func encodings(t *rapid.T) (e Encoding, words int) {
	counts := rapid.SliceOf(rapid.IntRange(0, 3)).Draw(t, "pieces")
	for word, n := range counts {
		for range n {
			e.IDs = append(e.IDs, 1)
			e.Word = append(e.Word, int32(word))
		}
	}
	return e, len(counts)
}

func TestWordsComeBackFromTheirPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, words := encodings(t)
		selected := rapid.SliceOfN(rapid.Bool(), words, words).Draw(t, "selected")
		back := e.ToWords(e.FromWords(selected), words)
		for word := range words {
			if has := slices.Contains(e.Word, int32(word)); back[word] != (selected[word] && has) {
				t.Fatalf("word %d of %v came back as %v", word, selected, back)
			}
		}
	})
}

func TestSentencesAreTheWordsTheyHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, words := encodings(t)
		ends := rapid.SliceOf(rapid.Int32Range(0, int32(words))).Draw(t, "ends")
		slices.Sort(ends)
		selected := rapid.SliceOfN(rapid.Bool(), len(ends), len(ends)).Draw(t, "selected")
		byWord := make([]bool, words)
		start := int32(0)
		for s, end := range ends {
			for word := start; word < end; word++ {
				byWord[word] = selected[s]
			}
			start = max(start, end)
		}
		if got, want := e.FromSentences(ends, selected), e.FromWords(byWord); !slices.Equal(got, want) {
			t.Fatalf("by sentence %v, by word %v", got, want)
		}
	})
}
