package embeddings

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func randomTable(t *testing.T, words []string, dim int, seed uint64) *Table {
	t.Helper()
	table, err := Random(words, dim, seed)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestRandomVectorsDependOnSeedAndWordAlone(t *testing.T) {
	few := randomTable(t, []string{"hop", "malt"}, 8, 7)
	many := randomTable(t, []string{"yeast", "malt", "a", "hop"}, 8, 7)
	other := randomTable(t, []string{"hop", "malt"}, 8, 8)
	a, _ := few.Lookup("malt")
	b, _ := many.Lookup("malt")
	c, _ := other.Lookup("malt")
	d, _ := few.Lookup("hop")
	if !slices.Equal(a, b) {
		t.Error("a word's vector changes with the other words")
	}
	if slices.Equal(a, c) || slices.Equal(a, d) {
		t.Error("another seed or word has the same vector")
	}
	if few.Source() != "random vectors, seed 7" {
		t.Errorf("source %q", few.Source())
	}
}

// The bits are part of every result that was made without GloVe.
func TestRandomVectorsStayAsTheyAre(t *testing.T) {
	got, _ := randomTable(t, []string{"malt"}, 3, 1).Lookup("malt")
	want := []float32{0.10729116, 0.5129234, 0.23261747}
	if !slices.Equal(got, want) {
		t.Errorf("vector of malt is %v, was %v", got, want)
	}
}

func TestRandomVectorsAreScaledLikeGloVe(t *testing.T) {
	const n = 20_000
	var sum, squares float64
	vector, _ := randomTable(t, []string{"malt"}, n, 3).Lookup("malt")
	for _, x := range vector {
		sum += float64(x)
		squares += float64(x) * float64(x)
	}
	// Four standard errors of the mean and of the deviation.
	if mean := sum / n; math.Abs(mean) > 4*randomStd/math.Sqrt(n) {
		t.Errorf("mean %g", mean)
	}
	if std := math.Sqrt(squares / n); math.Abs(std-randomStd) > 4*randomStd/math.Sqrt(2*n) {
		t.Errorf("standard deviation %g, want %g", std, randomStd)
	}
}

func TestRandomRefusesBadWords(t *testing.T) {
	for want, words := range map[string][]string{
		"word 2":      {"a", ""},
		"white space": {"a b"},
		"again":       {"a", "b", "a"},
	} {
		if _, err := Random(words, 2, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Random(%q): %v, want %q", words, err, want)
		}
	}
	if _, err := Random(nil, 0, 0); err == nil {
		t.Error("vectors without numbers were accepted")
	}
}
