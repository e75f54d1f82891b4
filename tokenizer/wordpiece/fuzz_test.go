package wordpiece

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"unicode"
)

// variants are the tokenizers under test, each with a twin without a cache.
func variants(t testing.TB) (cached, plain []*Tokenizer) {
	keep, drop := false, true
	for _, change := range []func(*Settings){
		func(*Settings) {},
		func(s *Settings) { s.Lower = false },
		func(s *Settings) { s.StripAccents = &keep },
		func(s *Settings) { s.Lower, s.StripAccents = false, &drop },
		func(s *Settings) { s.CleanText, s.ChineseChars, s.MaxChars = false, false, 5 },
	} {
		s := Uncased()
		change(&s)
		cached = append(cached, bert(t, uncasedFile, s))
		twin := bert(t, uncasedFile, s)
		twin.cache = nil
		plain = append(plain, twin)
	}
	return cached, plain
}

// normalWords normalises a text in one go and splits it, without the shortcuts
// that EncodeText takes.
func normalWords(bert *Tokenizer, text string) []string {
	var s scratch
	bert.normalizer.run(&s, text, 0)
	var words []string
	word := ""
	end := func() {
		if word != "" {
			words = append(words, word)
		}
		word = ""
	}
	for _, c := range s.chars {
		switch {
		case unicode.IsSpace(c.r):
			end()
		case punctuation.has(c.r):
			end()
			words = append(words, string(c.r))
		default:
			word += string(c.r)
		}
	}
	end()
	return words
}

// checkPlaces: places lie in the text and never go back.
func checkPlaces(t *testing.T, text string, p Pieces) {
	t.Helper()
	start, end := 0, 0
	for i := range p.IDs {
		if p.Start[i] < start || p.End[i] < end || p.Start[i] >= p.End[i] || p.End[i] > len(text) {
			t.Fatalf("%q: piece %d at [%d, %d) after [%d, %d)", text, i, p.Start[i], p.End[i], start, end)
		}
		start, end = p.Start[i], p.End[i]
	}
}

// checkRebuilds: the pieces of each known word are the word again.
func checkRebuilds(t *testing.T, bert *Tokenizer, text string, p Pieces) {
	t.Helper()
	words := normalWords(bert, text)
	rebuilt := make([]string, len(words))
	for i, token := range p.Tokens {
		w := p.Word[i]
		if rebuilt[w] != "" {
			token = strings.TrimPrefix(token, bert.settings.Prefix)
		}
		rebuilt[w] += token
	}
	for i, word := range words {
		if rebuilt[i] != word && rebuilt[i] != bert.settings.Unknown {
			t.Fatalf("%q: word %d is %q, its pieces make %q", text, i, word, rebuilt[i])
		}
	}
}

func FuzzEncodeText(f *testing.F) {
	cached, plain := variants(f)
	for _, text := range []string{
		"Hello, World! caf\u00e9 \u4f60\u597d", "\u0130\u1e9e", "e\u0301\u0f73\u302e\u0300", "a\x00b\xffc\u200b",
		"\uac00\uac01 \u3000x\u2028y", "[CLS] ##s", strings.Repeat("a", 101), "\U0002b8ff\U00011938\U00016ff0",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for i, bert := range cached {
			p := bert.EncodeText(text)
			checkPlaces(t, text, p)
			checkRebuilds(t, bert, text, p)
			for _, other := range []Pieces{bert.EncodeText(text), plain[i].EncodeText(text)} {
				if !reflect.DeepEqual(p, other) {
					t.Fatalf("%q: %v, then %v", text, p, other)
				}
			}
		}
	})
}

// FuzzLoad reads damaged tokenizer files: an error or a tokenizer that works.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(wholeFile), true)
	f.Add([]byte("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n##b\n"), false)
	f.Fuzz(func(t *testing.T, data []byte, whole bool) {
		name := filepath.Join(t.TempDir(), "vocab.txt")
		if whole {
			name = filepath.Join(t.TempDir(), "tokenizer.json")
		}
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		bert, err := Load(name)
		if err != nil {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("the error does not name the file: %v", err)
			}
			return
		}
		p := bert.EncodeText("ab B \u00e9!")
		checkPlaces(t, "ab B \u00e9!", p)
	})
}

// TestManyGoroutines encodes the same texts from eight goroutines, with and
// without the cache.
func TestManyGoroutines(t *testing.T) {
	cached, plain := variants(t)
	lines := readLines[golden](t, fixture(t, "wordpiece.jsonl"))
	var wait sync.WaitGroup
	for worker := range 8 {
		wait.Go(func() {
			bert, twin := cached[worker%len(cached)], plain[worker%len(cached)]
			for _, line := range lines {
				if a, b := bert.EncodeText(line.Text), twin.EncodeText(line.Text); !reflect.DeepEqual(a, b) {
					t.Errorf("%q: %v with the cache, %v without", line.Text, a, b)
					return
				}
			}
		})
	}
	wait.Wait()
}
