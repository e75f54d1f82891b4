package tokenizer

import (
	"bytes"
	"slices"
	"testing"
	"unicode/utf8"
)

// Whatever is read as a vocabulary has each token once, under its line, and is
// read as the same again once written.
func FuzzReadVocabulary(f *testing.F) {
	for _, seed := range []string{"a\nb\n", "a\r\nb", "a\n\nb\n", "a\na\n", "\xff\n", "a\rb\n", "\x00\n", "\ufeffa\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := ReadVocabulary(bytes.NewReader(data), "vocab.txt")
		if err != nil {
			return
		}
		for i, token := range v.Tokens() {
			if at, ok := v.Index(token); !ok || int(at) != i || !utf8.ValidString(token) {
				t.Fatalf("token %d, %q, is found at %d", i, token, at)
			}
		}
		var out bytes.Buffer
		if err := v.Write(&out); err != nil {
			t.Fatal(err)
		}
		again, err := ReadVocabulary(&out, "vocab.txt")
		if err != nil || !slices.Equal(again.Tokens(), v.Tokens()) {
			t.Fatalf("%q was written as %q: %v", data, out.String(), err)
		}
	})
}
