package embeddings

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// buildSmall writes a table of three-number vectors from GloVe text.
func buildSmall(t testing.TB, text string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "small.wordvec")
	in := Input{Reader: strings.NewReader(text), Format: GloVe, Dim: 3, Name: "small.txt"}
	if err := Build(context.Background(), in, out, nil); err != nil {
		t.Fatal(err)
	}
	return out
}

func open(t testing.TB, path string) *Table {
	t.Helper()
	table, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := table.Close(); err != nil {
			t.Error(err)
		}
	})
	return table
}

const small = "the 1 2 3\nbeer -0.5 .25 1e-3\n, 0 0 0\nzürich 4 5 6\n"

func TestTableGivesBackWhatItWasBuiltFrom(t *testing.T) {
	table := open(t, buildSmall(t, small))
	if table.Len() != 4 || table.Dim() != 3 || table.Source() != "small.txt" || len(table.Digest()) != 64 {
		t.Errorf("len %d, dim %d, source %q, digest %q", table.Len(), table.Dim(), table.Source(), table.Digest())
	}
	want := map[string][]float32{
		"the": {1, 2, 3}, "beer": {-.5, .25, 1e-3}, ",": {0, 0, 0}, "zürich": {4, 5, 6},
		"": nil, "th": nil, "then": nil, "zzz": nil, "!": nil,
	}
	for word, vector := range want {
		got, ok := table.Lookup(word)
		if ok != (vector != nil) || !slices.Equal(got, vector) || table.Contains(word) != ok {
			t.Errorf("Lookup(%q) = %v, %t, want %v", word, got, ok, vector)
		}
	}
}

func TestDigestCoversVectorsAndTheirOrder(t *testing.T) {
	seen := map[string]string{}
	for _, text := range []string{"a 1 1 1\nb 2 2 2\n", "b 2 2 2\na 1 1 1\n", "b 2 2 2\na 1 1 1.5\n"} {
		digest := open(t, buildSmall(t, text)).Digest()
		if other, ok := seen[digest]; ok {
			t.Errorf("%q and %q have the same digest", text, other)
		}
		seen[digest] = text
	}
}

// unorder makes a table of version 1 of one of today's.
func unorder(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l, err := readLayout(data, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	old := l
	old.ordered = false
	out := slices.Concat(data[:l.orderAt()], data[l.wordsAt():l.wordsAt()+l.wordsBytes])
	out = append(out, make([]byte, old.rowsAt()-len(out))...)
	out = append(out, data[l.rowsAt():]...)
	out[8] = unordered
	return sealed(out)
}

func TestWordsComeInTheOrderOfTheSource(t *testing.T) {
	path := buildSmall(t, small)
	table := open(t, path)
	if want := []string{"the", "beer", ",", "zürich"}; !table.Ordered() || !slices.Equal(table.Words(), want) {
		t.Errorf("ordered %t, words %q, want %q", table.Ordered(), table.Words(), want)
	}
	old, err := parse(unorder(t, path))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{",", "beer", "the", "zürich"}; old.Ordered() || !slices.Equal(old.Words(), want) {
		t.Errorf("version 1: ordered %t, words %q, want %q", old.Ordered(), old.Words(), want)
	}
	for _, word := range old.Words() {
		got, _ := old.Lookup(word)
		if want, ok := table.Lookup(word); !ok || !slices.Equal(got, want) {
			t.Errorf("version 1: %q has %v, want %v", word, got, want)
		}
	}
}

func TestNonsenseInTheOrderIsNoticedBehindAValidDigest(t *testing.T) {
	whole, err := os.ReadFile(buildSmall(t, small))
	if err != nil {
		t.Fatal(err)
	}
	l, err := readLayout(whole, int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range []byte{1, 4, 255} { // another word's, and of no word
		data := slices.Clone(whole)
		data[l.orderAt()] = place
		if _, err := parse(sealed(data)); err == nil || !strings.Contains(err.Error(), "order") {
			t.Errorf("first in the source is word %d: %v", place, err)
		}
	}
}

func TestMatrix(t *testing.T) {
	table := open(t, buildSmall(t, small))
	got, err := table.Matrix([]string{"zürich", "the"})
	if want := []float32{0, 0, 0, 4, 5, 6, 1, 2, 3}; err != nil || !slices.Equal(got, want) {
		t.Errorf("Matrix = %v, %v, want %v", got, err, want)
	}
	if _, err := table.Matrix([]string{"the", "unheard"}); err == nil || !strings.Contains(err.Error(), `word 2, "unheard"`) {
		t.Errorf("Matrix with an unknown word: %v", err)
	}
}

func TestClosedTableIsEmpty(t *testing.T) {
	table, err := Open(buildSmall(t, small))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := table.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := table.Lookup("the"); ok || table.Len() != 0 {
		t.Error("a closed table still has words")
	}
}

func TestEveryDamagedByteIsNoticed(t *testing.T) {
	path := buildSmall(t, small)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		damaged := slices.Clone(whole)
		damaged[i] ^= 1 << (i % 8)
		if _, err := parse(damaged); err == nil {
			t.Errorf("one flipped bit in byte %d of %d went unnoticed", i, len(whole))
		}
		if _, err := parse(whole[:i]); err == nil {
			t.Errorf("a table cut off at byte %d of %d went unnoticed", i, len(whole))
		}
	}
	if _, err := parse(append(whole, 0)); err == nil {
		t.Error("a byte too many went unnoticed")
	}
}

func TestOpenErrorsNameTheFileAndTheReason(t *testing.T) {
	dir := t.TempDir()
	whole, err := os.ReadFile(buildSmall(t, small))
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	flipped := slices.Clone(whole)
	flipped[len(flipped)-1] ^= 1
	newer := slices.Clone(whole)
	newer[8] = 9
	for path, want := range map[string]string{
		filepath.Join(dir, "none"): "build it first",
		dir:                        "not a regular file",
		write("glove.txt", []byte(strings.Repeat("the 1 2 3", 99))): "does not begin with",
		write("short", whole[:20]):                                  "not a table",
		write("cut", whole[:len(whole)-8]):                          "the header speaks of",
		write("flipped", flipped):                                   "SHA-256",
		write("newer", newer):                                       "version 9",
	} {
		_, err := Open(path)
		if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "build") && path != dir {
			t.Errorf("Open(%s): %v, want %q", path, err, want)
		}
	}
}

// sealed gives damaged bytes the digest that fits them, as an attacker would.
func sealed(data []byte) []byte {
	if len(data) >= headerSize {
		copy(data[digestAt:], digestOf(data))
	}
	return data
}

func TestWordsOutOfOrderAreNoticedBehindAValidDigest(t *testing.T) {
	c := &collector{dim: 1, words: []string{"a", "b"}, values: []float32{1, 2}}
	if _, err := parse(c.encode([]int{1, 0}, "")); err == nil || !strings.Contains(err.Error(), "out of order") {
		t.Errorf("words out of order: %v", err)
	}
	if _, err := parse(c.encode([]int{0, 0}, "")); err == nil {
		t.Error("a word that stands twice went unnoticed")
	}
}

func FuzzParse(f *testing.F) {
	whole, err := os.ReadFile(buildSmall(f, small))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(unorder(f, buildSmall(f, small)))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := parse(sealed(slices.Clone(data)))
		if err != nil {
			return
		}
		for i := range table.Len() {
			word := string(table.word(i))
			vector, ok := table.Lookup(word)
			if !ok || checkWord(word) != nil {
				t.Fatalf("word %d, %q, is not found or none", i, word)
			}
			for _, x := range vector {
				if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
					t.Fatalf("%q has the number %v", word, x)
				}
			}
		}
	})
}

// Whoever writes a digest anew still has to write words and numbers.
func TestNonsenseIsNoticedBehindAValidDigest(t *testing.T) {
	for what, c := range map[string]*collector{
		"a number that is none": {dim: 1, words: []string{"a"}, values: []float32{float32(math.NaN())}},
		"infinity":              {dim: 1, words: []string{"a"}, values: []float32{float32(math.Inf(1))}},
		"white space in a word": {dim: 1, words: []string{"a b"}, values: []float32{1}},
	} {
		if _, err := parse(c.encode([]int{0}, "")); err == nil {
			t.Errorf("%s went unnoticed", what)
		}
	}
}

// What was opened stays readable whatever becomes of its file.
func TestTruncatedWhileOpen(t *testing.T) {
	path := buildSmall(t, small)
	table, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	word := string(table.word(table.Len() - 1))
	want, _ := table.Lookup(word)
	want = slices.Clone(want)
	if err := os.Truncate(path, 1); err != nil {
		t.Fatal(err)
	}
	if got, ok := table.Lookup(word); !ok || !slices.Equal(got, want) {
		t.Errorf("%v after the file was cut short, %v before", got, want)
	}
}

// A header that speaks of a size that the file has, of nothing but holes, must
// not take that much memory.
func TestHugeTableTakesNoMemory(t *testing.T) {
	l := layout{dim: maxDim, count: 1 << 20, wordsBytes: 1 << 20}
	path := filepath.Join(t.TempDir(), "huge")
	if err := os.WriteFile(path, l.header(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, int64(l.size())); err != nil {
		t.Skip(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Error(err)
	}
}

func TestEveryWordIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfDistinct(rapid.StringMatching(`[a-zé!']{1,6}`), func(s string) string { return s }).Draw(t, "words")
		c := &collector{dim: 2, ctx: context.Background(), progress: func(int) {}}
		for i, word := range words {
			if err := c.add(word, []float32{float32(i), -float32(i)}); err != nil {
				t.Fatal(err)
			}
		}
		order, err := c.order(func(i int) string { return fmt.Sprint(i) })
		if err != nil {
			t.Fatal(err)
		}
		table, err := parse(c.encode(order, "x"))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(table.Words(), words) {
			t.Fatalf("the table's words are %q", table.Words())
		}
		for i, word := range words {
			if v, ok := table.Lookup(word); !ok || v[0] != float32(i) || v[1] != -float32(i) {
				t.Fatalf("Lookup(%q) = %v, %t", word, v, ok)
			}
		}
	})
}
