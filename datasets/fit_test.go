package datasets

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestUnfit(t *testing.T) {
	for _, tc := range []struct {
		name             string
		classes          []string
		train, dev, test []int
		want             string
	}{
		{"sound", []string{"a", "b"}, []int{3, 1}, []int{1, 1}, []int{1, 2}, ""},
		{"a class of three that dev lacks", []string{"a", "b", "c"}, []int{3, 1, 1}, []int{1, 1, 0}, []int{1, 2, 1}, ""},
		{"one class", []string{"a"}, []int{3}, []int{1}, []int{1}, "of one class, a"},
		{"no train", []string{"a", "b"}, []int{0, 0}, []int{1, 1}, []int{1, 1}, "no training texts"},
		{"no dev", []string{"a", "b"}, []int{1, 1}, []int{0, 0}, []int{1, 1}, "no development texts"},
		{"no test", []string{"a", "b"}, []int{1, 1}, []int{1, 1}, []int{0, 0}, "no test texts"},
		{"one class in train", []string{"a", "b"}, []int{0, 4}, []int{1, 1}, []int{1, 1}, "all of its 4 train texts are of one class, b"},
		{"one class in dev", []string{"a", "b"}, []int{1, 1}, []int{2, 0}, []int{1, 1}, "all of its 2 dev texts are of one class, a"},
	} {
		got := counted(tc.classes, tc.train, tc.dev, tc.test).Unfit()
		if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
		if got != "" && !strings.Contains(got, "import") {
			t.Errorf("%s: %q says nothing to do", tc.name, got)
		}
	}
}

// TestFitHasTwoClassesEverywhere: a dataset is fit exactly when every split has
// texts of two classes or more.
func TestFitHasTwoClassesEverywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes := []string{"a", "b", "c"}[:rapid.IntRange(1, 3).Draw(t, "classes")]
		splits := make([][]int, 3)
		fit := true
		for i := range splits {
			splits[i] = rapid.SliceOfN(rapid.IntRange(0, 2), len(classes), len(classes)).Draw(t, "rows")
			occurring := 0
			for _, n := range splits[i] {
				if n > 0 {
					occurring++
				}
			}
			fit = fit && occurring > 1
		}
		if why := counted(classes, splits[0], splits[1], splits[2]).Unfit(); (why == "") != fit {
			t.Errorf("%v: %q", splits, why)
		}
	})
}
