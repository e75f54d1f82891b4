package datasets

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// counted is a manifest with so many rows of each class in train, dev and test.
func counted(classes []string, perClass ...[]int) Meta {
	m := Meta{Name: "x", Format: "csv", Split: "train=x.csv", Classes: classes, Splits: map[string]SplitMeta{}}
	for i, counts := range perClass {
		s := SplitMeta{PerClass: counts}
		for _, n := range counts {
			s.Rows += n
		}
		m.Splits[SplitNames[i]] = s
	}
	return m
}

func TestWarningsSayWhatTheManifestTells(t *testing.T) {
	two, full := []string{"bad", "good"}, []int{3, 3}
	generated := counted(two, full, full, []int{0, 0})
	generated.Format, generated.Split = "generated", ""
	small, rounded, emptyFile := counted(two, []int{1, 1}, []int{0, 0}, full), counted(two, []int{2, 1}, []int{0, 0}, []int{0, 0}), counted(two, full, []int{0, 0}, full)
	rounded.Split, emptyFile.Split = "train=x.csv,dev=0.1,test=0.1", "train=x.csv,dev=d.csv"
	for what, c := range map[string]struct {
		meta Meta
		want []string // one for each warning
	}{
		"all well":          {counted(two, full, full, full), nil},
		"no dev and test":   {counted(two, full, []int{0, 0}, []int{0, 0}), []string{"--split train=x.csv,dev=0.1,test=0.1"}},
		"no test":           {counted(two, full, full, []int{0, 0}), []string{"no row in test, to measure on: import it again with --split train=x.csv,test=0.1"}},
		"nothing generated": {generated, []string{"--set test=500"}},
		"a share of few":    {small, []string{"--split train=x.csv,dev=0.3"}},
		"a share of none":   {rounded, []string{"--split train=x.csv,dev=0.3,test=0.3"}},
		"too few to share":  {counted(two, []int{1, 1}, []int{0, 0}, []int{0, 0}), []string{"more rows: 2 are too few"}},
		"an empty file":     {emptyFile, []string{"another file than d.csv for dev"}},
		"no train":          {counted(two, []int{0, 0}, full, full), []string{"no row in train, to train on"}},
		"one class":         {counted([]string{"bad"}, []int{3}, []int{3}, []int{3}), []string{"all rows are of one class, bad"}},
		"one class in dev":  {counted(two, full, []int{0, 4}, full), []string{"all 4 rows of dev are of one class, good"}},
		"unseen class":      {counted([]string{"a", "b", "c"}, []int{3, 3, 0}, []int{1, 1, 1}, []int{1, 1, 1}), []string{"no row of train is of class c"}},
		"numbers":           {counted([]string{"1", "1.0"}, full, full, full), []string{`1 and 1.0 look alike`}},
		"case":              {counted([]string{"Pos", "pos"}, full, full, full), []string{`Pos and pos look alike`}},
		"accents":           {counted([]string{"caf\u00e9", "cafe\u0301"}, full, full, full), []string{`"caf\u00e9" and "cafe\u0301" look alike`}},
	} {
		got := c.meta.Warnings()
		if len(got) != len(c.want) {
			t.Errorf("%s: %q", what, got)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(got[i], want) {
				t.Errorf("%s: %s\nwant %s", what, got[i], want)
			}
		}
	}
}

// However a name is composed and whatever the size of its letters, it looks alike.
func TestLookAlikesAreFound(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.StringMatching(`[a-zéñüå茶]{1,6}`).Draw(r, "name")
		other := rapid.SampledFrom([]func(string) string{norm.NFD.String, strings.ToUpper, func(s string) string { return s + "\u200b" }}).Draw(r, "way")(name)
		if other != name && len(lookAlikes([]string{name, "x9", other})) != 1 {
			r.Fatalf("%q and %q", name, other)
		}
		if len(lookAlikes([]string{name, name + "z"})) != 0 {
			r.Fatalf("%q and %qz", name, name)
		}
	})
}
