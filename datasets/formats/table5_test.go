package formats

import (
	"math"
	"testing"

	"rationale/datasets"
)

// printed is a split of a dataset as Table 5 of the A2I paper has it. Lengths are of
// texts cut at 256 tokens; the share of marked tokens, in percent, is that of all
// texts together, and printed for the annotated ones alone.
type printed struct {
	negative, positive int
	length, marked     float64
}

// table5 are the paper's numbers, split by split, by the folder of real data, the
// format and the aspect.
var table5 = []struct {
	format, aspect string
	splits         [3]printed
	left           int // annotated reviews without a class or a rationale
}{
	{"beer", "appearance", [3]printed{{16891, 16891, 141, 0}, {2103, 6628, 145, 0}, {13, 923, 126, 18.5}}, 24 + 34},
	{"beer", "aroma", [3]printed{{15169, 15169, 144, 0}, {2218, 6579, 147, 0}, {29, 848, 127, 15.6}}, 45 + 72},
	{"beer", "palate", [3]printed{{13652, 13652, 147, 0}, {2000, 6740, 149, 0}, {20, 785, 128, 12.4}}, 23 + 166},
	{"hotel", "location", [3]printed{{7236, 7236, 151, 0}, {906, 906, 152, 0}, {96, 104, 155, 8.5}}, 0},
	{"hotel", "service", [3]printed{{50742, 50742, 154, 0}, {6344, 6344, 153, 0}, {99, 101, 152, 11.5}}, 0},
	{"hotel", "cleanliness", [3]printed{{75049, 75049, 144, 0}, {9382, 9382, 144, 0}, {101, 99, 147, 8.9}}, 0},
}

// TestRealTable5 imports the beer and hotel reviews, where they lie in folders
// "beer" and "hotel" of the real data, and compares them with the paper.
func TestRealTable5(t *testing.T) {
	for _, c := range table5 {
		t.Run(c.format+"-"+c.aspect, func(t *testing.T) {
			set := mustImport(t, ImportOptions{
				Format: c.format, Name: "x", Sources: []string{realData(t, c.format)}, Options: map[string]string{"aspect": c.aspect},
			})
			for i, got := range mustDescribe(t, set).Splits {
				c.splits[i].compare(t, got)
			}
			left := 0
			for _, n := range set.Meta().Splits["test"].Skipped {
				left += n
			}
			if left != c.left {
				t.Errorf("%d annotated reviews are left out; want %d", left, c.left)
			}
		})
	}
}

// releasedMore is how many rows more than the paper counts the released development
// files of hotel reviews hold.
const releasedMore = 1

func (p printed) compare(t *testing.T, got datasets.SplitStats) {
	t.Helper()
	more := got.Rows - p.negative - p.positive
	if more < 0 || more > 0 && (got.Name != "dev" || more > releasedMore) {
		t.Errorf("%s: texts per class %v; the paper has %d and %d", got.Name, got.PerClass, p.negative, p.positive)
	}
	for class, want := range []int{p.negative, p.positive} {
		if n := got.PerClass[class]; n < want || n > want+more {
			t.Errorf("%s: %d texts of class %d; the paper has %d", got.Name, n, class, want)
		}
	}
	if math.Round(got.MeanCut) != p.length {
		t.Errorf("%s: mean length %.2f; the paper has %.0f", got.Name, got.MeanCut, p.length)
	}
	if marked := 100 * got.GoldShare; p.marked != 0 && math.Abs(marked-p.marked) > .05+1e-9 {
		t.Errorf("%s: %.2f %% marked; the paper has %.1f %%", got.Name, marked, p.marked)
	}
}
