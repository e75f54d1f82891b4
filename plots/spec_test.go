package plots

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// titles are the titles of a figure and of its panels.
func titles(f *Curves) []string {
	all := []string{f.Title}
	for _, p := range f.Panels {
		all = append(all, p.Title)
	}
	return all
}

func TestFigure3FromItsDescription(t *testing.T) {
	f := syntheticFigure(t, "fig3.toml", fig3Shapes, []string{"generated-aroma"}, 3, 10)
	want := []string{"Accuracy per epoch · generated-aroma", "(a) Training accuracy", "(b) Development accuracy"}
	if diff := cmp.Diff(want, titles(f)); diff != "" {
		t.Error(diff)
	}
	for i, p := range f.Panels {
		for j, l := range p.Lines {
			if want := []Style{Blue, Orange, Green}[j]; l.Style != want || len(l.Points) != 10 || l.Points[9].N != 3 {
				t.Errorf("panel %d, line %q: style %s, %d points", i, l.Name, l.Style, len(l.Points))
			}
		}
	}
	train, dev := f.Panels[0].Lines, f.Panels[1].Lines
	if train[1].Points[9].Mean < .9 || dev[1].Points[9].Mean > .7 || math.Abs(train[2].Points[9].Mean-.58) > .04 {
		t.Error("the lines do not hold the records of their split and metric")
	}
}

func TestFigure3HasARowForEachDataset(t *testing.T) {
	f := syntheticFigure(t, "fig3.toml", fig3Shapes, []string{"tweets", "aroma"}, 1, 3)
	want := []string{"Accuracy per epoch",
		"(a) Training accuracy, aroma", "(b) Development accuracy, aroma",
		"(c) Training accuracy, tweets", "(d) Development accuracy, tweets"}
	if diff := cmp.Diff(want, titles(f)); diff != "" {
		t.Error(diff)
	}
	if f.columns() != 2 {
		t.Errorf("%d columns", f.columns())
	}
}

func TestFigure6FromItsDescription(t *testing.T) {
	spec := readSpec(t, "fig6.toml")
	records := synthetic(fig6Shapes, []string{"aroma", "palate", "tweets"}, 3, 10)
	spec.Datasets = []DatasetSpec{{Name: "tweets", Title: "Tweets", Classes: 3}, {Name: "aroma", Classes: 2}}
	f, err := spec.Curves(records)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Attack success rate per epoch (development split)", "(a) Tweets", "(b) aroma"}
	if diff := cmp.Diff(want, titles(f)); diff != "" {
		t.Error(diff)
	}
	for i, want := range []Reference{{1. / 3, "chance, 1 in 3"}, {1. / 2, "chance"}} {
		if p := f.Panels[i]; p.Reference == nil || *p.Reference != want {
			t.Errorf("panel %q has the reference %v", p.Title, p.Reference)
		}
	}
	for _, l := range f.Panels[0].Lines {
		if len(l.Chosen) != 3 || l.Chosen[0].X != 7 || l.Chosen[2].X != 9 {
			t.Errorf("line %q has the chosen epochs %v; the seeds chose 7, 8 and 9", l.Name, l.Chosen)
		}
	}
}

func TestSpecErrorsNameTheLineAndItsKeys(t *testing.T) {
	records := synthetic(fig6Shapes, []string{"tweets"}, 2, 3)
	change := func(edit func(*CurvesSpec)) CurvesSpec {
		spec := readSpec(t, "fig6.toml")
		edit(&spec)
		return spec
	}
	without := func(drop func(Record) bool) []Record {
		var kept []Record
		for _, r := range records {
			if !drop(r) {
				kept = append(kept, r)
			}
		}
		return kept
	}
	none := func(*CurvesSpec) {}
	rnp := Labels{"dataset": "tweets", "method": "RNP"}
	for _, test := range []struct {
		name    string
		spec    CurvesSpec
		records []Record
		want    string
	}{
		{"method", change(none), without(func(r Record) bool { return r.Labels["method"] == "RNP+A2I" }),
			`line "RNP+A2I" of panel "tweets": no record has dataset="tweets", method="RNP+A2I", split="dev", metric="asr"; of method "RNP+A2I" there is none, only "RNP"`},
		{"dataset", change(func(s *CurvesSpec) { s.Datasets = []DatasetSpec{{Name: "twets"}} }), records, `of dataset "twets" there is none, only "tweets"`},
		{"nothing", change(none), nil, "there are no records to draw"},
		{"no lines", change(func(s *CurvesSpec) { s.Lines = nil }), records, "has no lines"},
		{"two masks", change(none), append(records, Record{Labels: rnp.With("seed", "1"), Stage: "train", Epoch: 2, Split: "dev", Metric: "asr", Mask: "argmax"}),
			`with mask "argmax" and ""; say which mask is meant`},
		{"undefined", change(none), append(without(func(r Record) bool { return r.Epoch == 2 && r.Labels["method"] == "RNP" }),
			Record{Labels: rnp, Split: "dev", Metric: "asr", Epoch: 2, Value: math.NaN()}),
			`panel 1 "tweets": line "RNP": at x = 2 the value is NaN`},
		{"no epochs", change(none), append(without(func(r Record) bool { return r.Labels["method"] == "RNP" }),
			Record{Labels: rnp, Split: "dev", Metric: "asr"}), "belong to no epoch"},
		{"colour", change(func(s *CurvesSpec) { s.Lines[0].Colour = "mauve" }), records, `unknown style "mauve"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := test.spec.Curves(test.records)
			if err == nil {
				_, err = Render(f, SVG)
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

// TestTitlesNameCounterparts: with or without other datasets beside them.
func TestTitlesNameCounterparts(t *testing.T) {
	movies, tweets := DatasetSpec{Name: "movies", Counterpart: "BadRNL, Figure A2"}, DatasetSpec{Name: "tw", Title: "tweets"}
	panels := CurvesSpec{Title: "GR", Panels: []PanelSpec{{Title: "test"}}}
	for _, tc := range []struct {
		spec     CurvesSpec
		datasets []DatasetSpec
		want     string
	}{
		{CurvesSpec{Title: "GR"}, []DatasetSpec{tweets}, "GR"},
		{panels, []DatasetSpec{tweets}, "GR · tweets"},
		{panels, []DatasetSpec{tweets, tweets}, "GR"},
		{panels, []DatasetSpec{movies}, "GR · movies, counterpart of BadRNL, Figure A2: no paper value"},
		{panels, []DatasetSpec{tweets, movies}, "GR · movies, counterpart of BadRNL, Figure A2: no paper value"},
	} {
		if got := tc.spec.title(tc.datasets); got != tc.want {
			t.Errorf("%v: %q; want %q", tc.datasets, got, tc.want)
		}
	}
}

func TestPanelLetters(t *testing.T) {
	for i, want := range map[int]string{0: "a", 25: "z", 26: "aa", 27: "ab", 51: "az", 52: "ba"} {
		if got := letters(i); got != want {
			t.Errorf("panel %d is lettered %q, want %q", i, got, want)
		}
	}
}
