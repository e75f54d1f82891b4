package tokenizer

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func newWords(t *testing.T, lower bool, words ...string) *Words {
	t.Helper()
	w, err := NewWords(words, lower)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWordsEncode(t *testing.T) {
	for _, c := range []struct {
		lower bool
		ids   []int32
	}{
		{false, []int32{1, 0, 2, 0, 0, 3, 2}},
		{true, []int32{1, 1, 2, 0, 0, 0, 2}},
	} {
		w := newWords(t, c.lower, "the", "beer", "Hop")
		e := w.Encode([]string{"the", "The", "beer", "", "hop", "Hop", "beer\u00a0"})
		unknown := len(c.ids) - len(slices.DeleteFunc(slices.Clone(c.ids), func(id int32) bool { return id == UnknownWord }))
		if !slices.Equal(e.IDs, c.ids) || !slices.Equal(e.Word, []int32{0, 1, 2, 3, 4, 5, 6}) || e.Unknown != unknown {
			t.Errorf("lower %t: %+v, want ids %v", c.lower, e, c.ids)
		}
	}
}

func TestWordsIdentity(t *testing.T) {
	w := newWords(t, true, "a", "b")
	if w.Name() != "words" || w.Size() != 3 || !w.Lower() || w.Vocabulary().Token(1) != "b" {
		t.Errorf("name %q, size %d", w.Name(), w.Size())
	}
	same := newWords(t, true, "a", "b")
	if len(w.Digest()) != 64 || w.Digest() != same.Digest() {
		t.Errorf("digests %q and %q", w.Digest(), same.Digest())
	}
	for _, other := range []*Words{newWords(t, false, "a", "b"), newWords(t, true, "b", "a"), newWords(t, true, "ab"), newWords(t, true)} {
		if other.Digest() == w.Digest() {
			t.Errorf("another list or setting has the same digest: %v", other.Vocabulary().Tokens())
		}
	}
}

func TestWordListsComeBackFromTheirFile(t *testing.T) {
	w := newWords(t, false, "the", "naïve", "'s", "[UNK]")
	var file bytes.Buffer
	if err := w.Vocabulary().Write(&file); err != nil {
		t.Fatal(err)
	}
	crlf := strings.ReplaceAll(file.String(), "\n", "\r\n")
	for _, text := range []string{file.String(), crlf, strings.TrimSuffix(file.String(), "\n")} {
		again, err := ReadWords(strings.NewReader(text), "vocab.txt", false)
		if err != nil || again.Digest() != w.Digest() {
			t.Errorf("reading %q: %v", text, err)
		}
	}
}

func TestBadWordListsAreNamedByLine(t *testing.T) {
	for text, want := range map[string]string{
		"a\n\nb\n":                         "line 2: blank",
		"a\n \nb\n":                        "line 2: blank",
		"a\nb\na\n":                        `line 3: "a" again, first on line 1`,
		"a\nb c\n":                         "line 2: \"b c\" holds white space",
		"a\nb\u2009c\n":                    "line 2:",
		"a\nb\rc\n":                        "line 2:",
		"a\n\xff\n":                        "line 2:",
		"a\n" + strings.Repeat("b", 99999): "vocab.txt:2: ",
	} {
		_, err := ReadWords(strings.NewReader(text), "vocab.txt", false)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "vocab.txt:") {
			t.Errorf("ReadWords(%.20q): %v, want %q", text, err, want)
		}
	}
	if _, err := NewWords([]string{"a", "b\n"}, false); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("NewWords with a line break: %v", err)
	}
}

func TestCountWords(t *testing.T) {
	corpus := [][]string{{"The", "beer", "unheard", "beer"}, {}, {"the", "Beer", "", "Unheard"}}
	known := func(word string) bool { return strings.Contains("the beer Beer", word) }
	for _, c := range []struct {
		lower bool
		list  []string
		count Coverage
	}{
		{true, []string{"beer", "the"}, Coverage{Tokens: 8, UnknownTokens: 3, Types: 4, UnknownTypes: 2}},
		{false, []string{"Beer", "beer", "the"}, Coverage{Tokens: 8, UnknownTokens: 4, Types: 7, UnknownTypes: 4}},
	} {
		list, count := CountWords(slices.Values(corpus), c.lower, known)
		if !slices.Equal(list, c.list) || count != c.count {
			t.Errorf("lower %t: %v %+v, want %v %+v", c.lower, list, count, c.list, c.count)
		}
	}
	if _, count := CountWords(slices.Values([][]string(nil)), true, known); count.UnknownShare() != 0 {
		t.Error("an empty corpus has unknown words")
	}
	if share := (Coverage{Tokens: 8, UnknownTokens: 2}).UnknownShare(); share != .25 {
		t.Errorf("share %g", share)
	}
}

func FuzzReadWords(f *testing.F) {
	f.Add("the\nbeer\n", "the Beer", true)
	f.Add("a\r\n\xff\n", "a", false)
	f.Fuzz(func(t *testing.T, file, line string, lower bool) {
		w, err := ReadWords(strings.NewReader(file), "vocab.txt", lower)
		if err != nil {
			return
		}
		unknown := 0
		for _, id := range w.Encode(strings.Split(line, " ")).IDs {
			if id < 0 || int(id) >= w.Size() {
				t.Fatalf("id %d of %d", id, w.Size())
			}
			if id == UnknownWord {
				unknown++
			}
		}
		if got := w.Encode(strings.Split(line, " ")).Unknown; got != unknown {
			t.Fatalf("%d unknown words, counted %d", unknown, got)
		}
	})
}
