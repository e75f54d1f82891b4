package zscore

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rationale/datasets"
)

// fixture is zscore.json: a toy training set and its scores, computed elsewhere.
type fixture struct {
	Documents []struct {
		Tokens []string
		Label  int
	}
	Scores    [][5]any
	Mean, Std float64
	Cuts      map[string]struct {
		Lower, Upper float64
		Outside      [][2]any
		Dropped      []int
	}
}

// readFixture reads it from the folder named by FIXTURES, which may hold another one
// of the same form, or else from testdata.
func readFixture(t *testing.T) (f fixture) {
	t.Helper()
	dir := os.Getenv("FIXTURES")
	if dir == "" {
		dir = "testdata"
	}
	data, err := os.ReadFile(filepath.Join(dir, "zscore.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*max(1, math.Abs(want)) {
		t.Errorf("%s = %v; want %v", what, got, want)
	}
}

// TestFixture: every score, the bounds at every factor, and who is dropped.
func TestFixture(t *testing.T) {
	f := readFixture(t)
	counts := NewCounts(2)
	for _, d := range f.Documents {
		counts.Add(d.Tokens, d.Label)
	}
	s := counts.Scores()
	near(t, "mean", s.Mean, f.Mean)
	near(t, "std", s.Std, f.Std)
	if len(s.All) != len(f.Scores) {
		t.Fatalf("%d scores; want %d", len(s.All), len(f.Scores))
	}
	for i, want := range f.Scores {
		got := s.All[i]
		if diff := cmp.Diff(want[:4], []any{got.Word, float64(got.Label), float64(got.Total), float64(got.With)}); diff != "" {
			t.Errorf("score %d: %s", i, diff)
		}
		near(t, "z of "+got.Word, got.Z, want[4].(float64))
	}
	for factor, cut := range f.Cuts {
		t.Run(factor, func(t *testing.T) {
			x, err := strconv.ParseFloat(factor, 64)
			if err != nil {
				t.Fatal(err)
			}
			lower, upper := s.Bounds(x)
			near(t, "lower", lower, cut.Lower)
			near(t, "upper", upper, cut.Upper)
			outside := map[[2]any]bool{}
			for _, o := range s.Outside(x) {
				outside[[2]any{o.Word, float64(o.Label)}] = true
			}
			for _, o := range cut.Outside {
				if !outside[o] {
					t.Errorf("%v is not outside", o)
				}
			}
			if len(outside) != len(cut.Outside) {
				t.Errorf("outside: %v; want %v", outside, cut.Outside)
			}
			drop, dropped := newFilter(s.Outside(x), false), []int{}
			for i, d := range f.Documents {
				if drop.suspicious(&datasets.Text{Tokens: d.Tokens, Label: d.Label}) != nil {
					dropped = append(dropped, i)
				}
			}
			if diff := cmp.Diff(cut.Dropped, dropped); diff != "" {
				t.Errorf("dropped: %s", diff)
			}
		})
	}
}

// words are the scores of words that stand so many times in texts of label 1 and of
// label 0.
func scoresOf(words map[string][2]int) Scores {
	counts := NewCounts(2)
	for word, n := range words {
		for label, times := range n {
			for range times {
				counts.Add([]string{word}, label)
			}
		}
	}
	return counts.Scores()
}

// TestGap: a word far above all others is found, words that fall off slowly are not.
func TestGap(t *testing.T) {
	slow := map[string][2]int{}
	for i := range 40 {
		slow["w"+strconv.Itoa(i)] = [2]int{50 - i, 50 + i}
	}
	if factor, found := scoresOf(slow).Gap(); found || factor != Usual {
		t.Errorf("without a gap: %v, %v", factor, found)
	}
	slow["cf"] = [2]int{0, 400}
	s := scoresOf(slow)
	factor, found := s.Gap()
	if !found || factor >= Usual {
		t.Fatalf("with a gap: %v, %v", factor, found)
	}
	if out := s.Outside(factor); len(out) != 1 || out[0].Word != "cf" || out[0].Label != 1 {
		t.Errorf("outside: %v", out)
	}
	if factor, found := NewCounts(2).Scores().Gap(); found || factor != Usual {
		t.Errorf("without a word: %v, %v", factor, found)
	}
}

// TestScoresAreBalanced: with two labels the scores of a word sum to 0 whenever both
// occur, and what lies outside shrinks as the factor grows.
func TestScoresAreBalanced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.IntRange(0, 9)
		words := map[string][2]int{"seen": {1, 0}}
		for _, word := range []string{"a", "b", "c", "d"} {
			words[word] = [2]int{times.Draw(t, word+"/0"), times.Draw(t, word+"/1")}
		}
		s, sums, seen := scoresOf(words), map[string]float64{}, map[string]int{}
		for _, score := range s.All {
			sums[score.Word] += score.Z
			seen[score.Word]++
		}
		for word, sum := range sums {
			if seen[word] == 2 && math.Abs(sum) > 1e-9 {
				t.Fatalf("scores of %s sum to %v", word, sum)
			}
		}
		low := rapid.Float64Range(0, 3).Draw(t, "factor")
		if a, b := len(s.Outside(low)), len(s.Outside(low+.5)); b > a {
			t.Fatalf("%d outside at %v, %d at %v", a, low, b, low+.5)
		}
	})
}
