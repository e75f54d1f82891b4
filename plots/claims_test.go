package plots

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// claimed are two epochs of one run of each sparsity target.
func claimed() []Record {
	var records []Record
	for i, s := range []string{"0.1", "0.2"} {
		for epoch := 1; epoch <= 2; epoch++ {
			records = append(records, Record{
				Labels: Labels{"dataset": "d", "method": "RNP", "sparsity": s, "seed": "1"}, Run: "run " + s,
				Split: "dev", Metric: "asr", Epoch: epoch, Value: .5 + .1*float64(epoch+i),
			})
		}
	}
	return records
}

// texts are the cells of a grid.
func texts(g Grid) [][]string {
	var out [][]string
	for _, row := range g.Rows {
		var cells []string
		for _, c := range row.Cells {
			cells = append(cells, c.Text)
		}
		out = append(out, cells)
	}
	return out
}

func TestClaimsTakeTheLastEpoch(t *testing.T) {
	spec := ClaimsSpec{Claims: []Claim{
		{Quantity: "ASR", Paper: 50, Selector: Selector{"method": "RNP", "sparsity": "0.1", "metric": "asr"}},
		{Quantity: "unheard of", Selector: Selector{"method": "FR", "metric": "asr"}},
		{Quantity: "of other data", Selector: Selector{"dataset": "other", "sparsity": "0.1", "metric": "asr"}},
	}}
	table, err := spec.Table(claimed(), []DatasetSpec{{Name: "d", Title: "the data", Paper: true}, {Name: "absent"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"ASR", "the data", "50.0", "70.0 (1 seed)", "+20.0"}} // a claim without records has no line
	if diff := cmp.Diff(want, texts(table.Grids[0])); diff != "" {
		t.Error(diff)
	}
	wantOrigin := []Origin{{Selector{"dataset": "d", "method": "RNP", "sparsity": "0.1", "metric": "asr"}, claimed()[1:2]}}
	if diff := cmp.Diff(wantOrigin, table.Origins); diff != "" {
		t.Error(diff)
	}
}

// TestPaperStandsBesideItsOwnData: beside other data there is neither the paper's
// number nor a difference.
func TestPaperStandsBesideItsOwnData(t *testing.T) {
	spec := ClaimsSpec{Claims: []Claim{{Quantity: "ASR", Paper: 50, Selector: Selector{"sparsity": "0.1", "metric": "asr"}}}}
	for _, own := range []bool{true, false} {
		table, err := spec.Table(claimed(), []DatasetSpec{{Name: "d", Paper: own}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		row := texts(table.Grids[0])[0]
		if (row[2] != missing) != own || (row[4] != missing) != own || row[3] != "70.0 (1 seed)" {
			t.Errorf("the paper's own data: %v; got %q", own, row)
		}
	}
}

// TestUndefinedMeansAreShownAsSuch in tables, with a remark, and in figures.
func TestUndefinedMeansAreShownAsSuch(t *testing.T) {
	records := claimed()
	for i := range records {
		if records[i].Labels["sparsity"] == "0.1" {
			records[i].Value = math.NaN()
		}
	}
	spec := ClaimsSpec{Claims: []Claim{{Quantity: "ASR", Paper: 50, Selector: Selector{"sparsity": "0.1", "metric": "asr"}}}}
	table, err := spec.Table(records, []DatasetSpec{{Name: "d", Paper: true}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := table.WriteMarkdown(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"|  50.0 |                 – |   – |", "ASR on d is not defined: a mean over classes needs texts of each class."} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
	figure, err := CurvesSpec{Chance: true, Lines: []LineSpec{{Name: "RNP", Selector: Selector{"sparsity": "0.1", "metric": "asr"}}}}.
		Figure(records, []DatasetSpec{{Name: "d", Classes: 3}})
	if err != nil {
		t.Fatal(err)
	}
	if panel := figure.(*Curves).Panels[0]; len(panel.Lines) > 0 || panel.Title != "d: "+Undefined {
		t.Errorf("panel %+v", panel)
	}
	if err := Save(figure, t.TempDir(), "undefined"); err != nil {
		t.Error(err)
	}
}

// TestClaimsSayWhatChanceIs of more classes than two.
func TestClaimsSayWhatChanceIs(t *testing.T) {
	spec := ClaimsSpec{Claims: []Claim{{Quantity: "ASR", Selector: Selector{"method": "RNP", "metric": "asr", "sparsity": "0.1"}}}}
	for classes, want := range map[int][]string{2: nil, 3: {"d has 3 classes, so that chance is 33.3 %."}} {
		table, err := spec.Table(claimed(), []DatasetSpec{{Name: "d", Classes: classes}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, table.Remarks); diff != "" {
			t.Errorf("%d classes: %s", classes, diff)
		}
	}
}

func TestAmbiguousClaim(t *testing.T) {
	spec := ClaimsSpec{Claims: []Claim{{Quantity: "ASR", Selector: Selector{"method": "RNP", "metric": "asr"}}}}
	_, err := spec.Table(claimed(), []DatasetSpec{{Name: "d"}}, nil)
	for _, want := range []string{`"ASR" on d`, `run "run 0.1" (seed 1)`, `run "run 0.2" (seed 1)`, "say which sparsity is meant"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %s", err, want)
		}
	}
}
