package embeddings

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// wink wraps vectors of two numbers in the JSON of the npm package.
func wink(vectors string) string {
	return `{"precision":8,"size":1,"dimensions":2,"words":["a",{"b":[]}],"vectors":` + vectors + `,"unkVector":[0,0,0,-1]}`
}

func buildFrom(t testing.TB, format Format, text string) (*Table, error) {
	t.Helper()
	data, err := read(context.Background(), Input{Reader: strings.NewReader(text), Format: format, Dim: 2, Name: "vectors"}, nil)
	if err != nil {
		return nil, err
	}
	return parse(data)
}

func TestFormatsAgree(t *testing.T) {
	texts := map[Format]string{
		GloVe: "the 1 -0.25\nnaïve 3e-2 .5\r\n\"\\ 7 8",
		Wink:  wink(`{"the":[1,-0.25,1.1,0],"na\u00efve":[3e-2,0.5,9,1],"\"\\":[7,8,9,2]}`),
	}
	for format, text := range texts {
		table, err := buildFrom(t, format, text)
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		for word, want := range map[string][]float32{"the": {1, -.25}, "naïve": {.03, .5}, `"\`: {7, 8}} {
			if got, _ := table.Lookup(word); !slices.Equal(got, want) {
				t.Errorf("%s: Lookup(%q) = %v, want %v", format, word, got, want)
			}
		}
	}
}

func TestBuildErrorsSayWhere(t *testing.T) {
	for _, c := range []struct {
		name   string
		format Format
		text   string
		want   []string
	}{
		{"glove field missing", GloVe, "a 1 2\nb 1\n", []string{"line 2", "1 numbers", "want 2"}},
		{"glove field too many", GloVe, "a 1 2 3\n", []string{"line 1", "3 numbers"}},
		{"glove header", GloVe, "400000 100\na 1 2\n", []string{"line 1"}},
		{"glove double space", GloVe, "a 1  2\n", []string{"line 1"}},
		{"glove number", GloVe, "a 1 2\nb 1 x\n", []string{"line 2", `number 2 is "x"`}},
		{"glove NaN", GloVe, "a 1 NaN\n", []string{"line 1", `number 2 of "a" is NaN`}},
		{"glove infinite", GloVe, "a -Inf 1\n", []string{"line 1", "finite"}},
		{"glove overflow", GloVe, "a 1e39 1\n", []string{"line 1", "1e39"}},
		{"glove no-break space", GloVe, "a\u00a0b 1 2\n", []string{"line 1", "white space"}},
		{"glove ideographic space", GloVe, "x 1 2\n\u3000 1 2\n", []string{"line 2", "white space"}},
		{"glove next line", GloVe, "a\u0085 1 2\n", []string{"line 1", "white space"}},
		{"glove file separator", GloVe, "a\x1c 1 2\n", []string{"line 1", "white space"}},
		{"glove empty word", GloVe, " 1 2\n", []string{"line 1", "empty"}},
		{"glove blank line", GloVe, "a 1 2\n\nb 1 2\n", []string{"line 2"}},
		{"glove twice", GloVe, "a 1 2\nb 1 2\na 1 2\n", []string{"line 3", `"a" again`, "line 1"}},
		{"glove empty", GloVe, "", []string{"no word"}},
		{"glove endless line", GloVe, "a " + strings.Repeat("1", maxGloVeLine), []string{"line 1", "too long"}},
		{"wink not JSON", Wink, "the 1 2\n", []string{"byte", "invalid character"}},
		{"wink a list", Wink, "[]", []string{`expected`}},
		{"wink without vectors", Wink, `{"words":[]}`, []string{`no object "vectors"`}},
		{"wink other dimensions", Wink, `{"dimensions":50}`, []string{"50 numbers", "want 2"}},
		{"wink short", Wink, wink(`{"a":[1,2,3]}`), []string{`"a" has 3 numbers`}},
		{"wink long", Wink, wink(`{"a":[1,2,3,4,5]}`), []string{`"a" has 5 numbers`}},
		{"wink null in the place of a number", Wink, wink(`{"b":[1,2,3,4],"a":[1,null,3,4]}`), []string{`number 2 of "a"`}},
		{"wink text in the place of a number", Wink, wink(`{"a":[1,"2",3,4]}`), []string{`word "a"`, "byte"}},
		{"wink overflow", Wink, wink(`{"a":[1,1e39,3,4]}`), []string{`word "a"`}},
		{"wink null in the place of a vector", Wink, wink(`{"a":null}`), []string{`"a" has 0 numbers`}},
		{"wink white space", Wink, wink(`{"a\u2003b":[1,2,3,4]}`), []string{"white space"}},
		{"wink twice", Wink, wink(`{"a":[1,2,3,4],"b":[1,2,3,4],"a":[1,2,3,4]}`), []string{"word 3", `"a" again`, "word 1"}},
		{"wink cut off", Wink, wink(`{"a":[1,2,3,4]}`)[:90], []string{"cut off"}},
		{"wink with more behind it", Wink, wink(`{"a":[1,2,3,4]}`) + "{}", []string{"behind the end"}},
		{"glove absurd", GloVe, "a 1 2\nb 3e38 1\n", []string{"line 2", `number 1 of "b" is 3e+38`}},
		{"glove absurd below zero", GloVe, "a 1 -2e4\n", []string{"line 1", `number 2 of "a" is -20000`}},
		{"wink absurd", Wink, wink(`{"a":[1,-3e38,3,4]}`), []string{`number 2 of "a"`}},
		{"glove fewer words than its header says", GloVe, "3 2\na 1 2\nb 1 2\n", []string{"2 words", "header speaks of 3"}},
		{"glove cut within a number", GloVe, "a 1.25 2.25\nb 1.25 2.2", []string{"line 2", "is the file truncated?"}},
		{"glove cut within a word", GloVe, "a 1.25 2.25\nb", []string{"line 2"}},
		{"glove UTF-16", GloVe, "\xff\xfea\x00", []string{"UTF-16"}},
		{"xz", GloVe, "\xfd7zXZ\x00\x00", []string{"packed as xz"}},
		{"bzip2", GloVe, "BZh91AY&SY", []string{"packed as xz, bzip2"}},
		{"unknown format", "word2vec", "", []string{`unknown format "word2vec"`}},
	} {
		_, err := buildFrom(t, c.format, c.text)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", c.name, err, want)
			}
		}
	}
}

func TestFailedBuildLeavesTheOldTable(t *testing.T) {
	path := buildSmall(t, small)
	before := open(t, path).Digest()
	in := Input{Reader: strings.NewReader("a 1\n"), Format: GloVe, Dim: 3, Name: "bad.txt"}
	err := Build(context.Background(), in, path, nil)
	if err == nil || !strings.Contains(err.Error(), "bad.txt: line 1") {
		t.Errorf("Build of a bad file: %v", err)
	}
	if after := open(t, path).Digest(); after != before {
		t.Error("a failed build changed the table")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestBuildStopsWhenCancelled(t *testing.T) {
	var text strings.Builder
	for i := range progressEvery + 1 {
		fmt.Fprintf(&text, "w%d 1 2 3\n", i)
	}
	ctx, cancel := context.WithCancel(context.Background())
	heard := 0
	out := filepath.Join(t.TempDir(), "out")
	err := Build(ctx, Input{Reader: strings.NewReader(text.String()), Format: GloVe, Dim: 3}, out, func(words int) {
		heard = words
		cancel()
	})
	if !errors.Is(err, context.Canceled) || heard != progressEvery {
		t.Errorf("Build = %v after %d words", err, heard)
	}
	if _, err := os.Stat(out); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a cancelled build left a table: %v", err)
	}
}

func TestBuildFile(t *testing.T) {
	dir := t.TempDir()
	path, out := filepath.Join(dir, "glove.6B.100d.txt"), filepath.Join(dir, "out")
	if err := os.WriteFile(path, []byte("a"+strings.Repeat(" 0.5", 100)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := BuildFile(context.Background(), path, GloVe, out, nil); err != nil {
		t.Fatal(err)
	}
	if table := open(t, out); table.Source() != "glove.6B.100d.txt" || table.Dim() != 100 {
		t.Errorf("source %q, dim %d", table.Source(), table.Dim())
	}
	if err := BuildFile(context.Background(), filepath.Join(dir, "none"), GloVe, out, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("BuildFile without a file: %v", err)
	}
}

func FuzzReaders(f *testing.F) {
	f.Add("the 1 -0.25\nnaïve 3e-2 .5\r\n", true)
	f.Add(wink(`{"the":[1,-0.25,1.1,0],"b":[1,2,3,4]}`), false)
	f.Add(wink(`{"a":[1,null]}`), false)
	f.Fuzz(func(t *testing.T, text string, glove bool) {
		format := Wink
		if glove {
			format = GloVe
		}
		table, err := buildFrom(t, format, text)
		if err == nil && table.Len() == 0 {
			t.Error("a table without words")
		}
	})
}
