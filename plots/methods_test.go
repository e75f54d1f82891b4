package plots

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/plots/internal/golden"
)

// The annotated words of a made-up test set of a thousand.
const (
	goldWords = 156
	allWords  = 1000
)

// evaluated are the numbers of a run that selects so many words, so many of them
// annotated ones.
func evaluated(labels Labels, selected, both int) []Record {
	ratio := func(a, b int) float64 {
		if b == 0 {
			return 0
		}
		return float64(a) / float64(b)
	}
	p, r := ratio(both, selected), ratio(both, goldWords)
	f1 := 0.0
	if p+r > 0 {
		f1 = 2 * p * r / (p + r)
	}
	var out []Record
	for metric, v := range map[string]float64{
		sparsityMetric: ratio(selected, allWords), precisionMetric: p, recallMetric: r, f1Metric: f1,
		goldShareMetric: ratio(goldWords, allWords), "accuracy": .8 + ratio(both, 10*allWords), "asr": .5,
	} {
		out = append(out, Record{
			Labels: labels, Run: "evaluate-" + labels.String(), Stage: "evaluate", Split: "test", Mask: "sampled",
			Metric: metric, Epoch: 2, Selected: true, Value: v,
		})
	}
	for epoch := 1; epoch <= 3; epoch++ {
		out = append(out, Record{
			Labels: labels, Run: "train-" + labels.String(), Stage: "train", Split: "test", Mask: "sampled",
			Metric: f1Metric, Epoch: epoch, Selected: epoch == 2, Value: f1 + .01*float64(epoch-2),
		})
	}
	return out
}

// methodRun are the labels of a run.
func methodRun(dataset, method, target string, seed int) Labels {
	return Labels{"dataset": dataset, "method": method, "seed": strconv.Itoa(seed)}.With("target", target)
}

var fourMethods = []string{"RNP", "RNP+A2I", "FR", "FR+A2I"}

// methodRecords are runs of four methods at two targets with three seeds. One run
// of FR selects nothing, and those of RNP at 20 too much; on tweets FR has no run
// at 20.
func methodRecords() []Record {
	var out []Record
	for d, dataset := range []string{"beer_aroma", "tweets"} {
		for m, method := range fourMethods {
			for _, target := range []string{"0.1", "0.2"} {
				for seed := 1; seed <= 3; seed++ {
					words := map[string]int{"0.1": 100, "0.2": 200}[target] + 3*(seed-2)
					both := 60 + 8*m - 5*d + 2*seed*(m%2) + words/10
					switch {
					case d == 1 && method == "FR" && target == "0.2":
						continue
					case d == 0 && method == "FR" && target == "0.1" && seed == 2:
						words, both = 0, 0
					case method == "RNP" && target == "0.2":
						words += 25
					}
					out = append(out, evaluated(methodRun(dataset, method, target, seed), words, both)...)
				}
			}
		}
	}
	return out
}

func methodsSpec() MethodsSpec {
	return MethodsSpec{Title: "Methods", Methods: fourMethods, Paper: PaperKeys{Paper: "A2I", Table: "Table1"}}
}

func methodSets() []DatasetSpec {
	return []DatasetSpec{{Name: "beer_aroma", Title: "Aroma", Paper: true, PaperName: "Beer-Aroma"}, {Name: "tweets"}}
}

func methodsTable(t *testing.T, spec MethodsSpec, records []Record, datasets []DatasetSpec) *Table {
	t.Helper()
	table, err := spec.Table(records, datasets, paperValues(t))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestGoldenMethods: beside a paper and without one, in all forms.
func TestGoldenMethods(t *testing.T) {
	alone := methodsSpec()
	alone.Paper, alone.ASR = PaperKeys{}, true
	for name, table := range map[string]*Table{
		"methods-paper": methodsTable(t, methodsSpec(), methodRecords(), methodSets()),
		"methods":       methodsTable(t, alone, methodRecords(), methodSets()[1:]),
	} {
		goldenTable(t, name, table)
	}
}

func goldenTable(t *testing.T, name string, table *Table) {
	t.Helper()
	var md, tex bytes.Buffer
	if err := table.WriteMarkdown(&md); err != nil {
		t.Fatal(err)
	}
	if err := table.WriteLaTeX(&tex); err != nil {
		t.Fatal(err)
	}
	golden.Text(t, name+".md", md.Bytes())
	golden.Text(t, name+".tex", tex.Bytes())
	for _, s := range table.Sheets {
		var csv bytes.Buffer
		if err := s.WriteCSV(&csv); err != nil {
			t.Fatal(err)
		}
		golden.Text(t, strings.TrimSuffix(name+"-"+s.Name, "-")+".csv", csv.Bytes())
		if strings.Contains(csv.String(), "NaN") {
			t.Errorf("%s has a NaN", name)
		}
	}
	if strings.Contains(md.String()+tex.String(), "NaN") {
		t.Errorf("%s has a NaN", name)
	}
}

// TestMethodsNeedNoOrder: the table is the same whatever the order of records.
func TestMethodsNeedNoOrder(t *testing.T) {
	records := methodRecords()
	want := methodsTable(t, methodsSpec(), records, methodSets())
	SortRecords(records)
	got := methodsTable(t, methodsSpec(), records, methodSets())
	if diff := cmp.Diff(want.Grids, got.Grids); diff != "" {
		t.Error(diff)
	}
}

// TestQuotedMethods: methods that are not run have rows of the paper's numbers, beside
// the columns of their kind, and what is to be known about these is said; on other data
// there are none.
func TestQuotedMethods(t *testing.T) {
	spec := methodsSpec()
	spec.PerText, spec.Quoted = true, []string{"CR"}
	records := methodRecords()
	for _, r := range records {
		if r.Metric == f1Metric && r.Stage == "evaluate" {
			r.Metric, r.Value = "f1_per_text", r.Value/2
			records = append(records, r)
		}
	}
	printed := append(paperValues(t), PaperValue{
		PaperKeys: PaperKeys{Paper: "A2I", Table: "Table1", Dataset: "Beer-Aroma", Sparsity: "10", Method: "CR", Metric: "F1 per text"},
		Value:     39, Std: math.NaN(), Note: "averaged over texts",
	})
	table, err := spec.Table(records, methodSets(), printed)
	if err != nil {
		t.Fatal(err)
	}
	paper, tweets := table.Grids[0], table.Grids[1]
	column := slices.Index(paper.Header, "F1 per text")
	if row := paper.Rows[0].Cells; row[1].Text != "CR" || row[column].Paper != "39.0" || row[column].Text != missing || row[column-3].Paper != "" {
		t.Errorf("the quoted row is %+v", row)
	}
	if row := paper.Rows[1].Cells; row[1].Text != "RNP" || row[column].Text == missing {
		t.Errorf("the row behind it is %+v", row)
	}
	if row := tweets.Rows[0].Cells; row[1].Text != "RNP" {
		t.Errorf("on other data the first row is %+v", row)
	}
	remarks := strings.Join(table.Remarks, "\n")
	if !strings.Contains(remarks, "The paper's numbers of CR: averaged over texts.") || strings.Contains(remarks, "No finished run: CR") {
		t.Errorf("remarks:\n%s", remarks)
	}
}

// TestOriginsOfMethods: behind each number stand the records of its own runs, and
// their mean is the number.
func TestOriginsOfMethods(t *testing.T) {
	table := methodsTable(t, methodsSpec(), methodRecords(), methodSets()[:1])
	if want := 4 * 2 * 6; len(table.Origins) != want {
		t.Errorf("%d origins, want %d", len(table.Origins), want)
	}
	for _, o := range table.Origins {
		if len(o.Records) != 3 {
			t.Errorf("%s has %d records", o.Keys, len(o.Records))
		}
		for _, r := range o.Records {
			if !o.Keys.Matches(r) {
				t.Errorf("%s has the record %s", o.Keys, r.describe())
			}
		}
	}
}

// TestRunsWithoutTarget have a table without the column.
func TestRunsWithoutTarget(t *testing.T) {
	records := slicesOf(
		evaluated(methodRun("tweets", "RNP", "", 1), 100, 50), evaluated(methodRun("tweets", "RNP+A2I", "", 1), 100, 60))
	spec := MethodsSpec{Methods: []string{"RNP", "RNP+A2I"}}
	table := methodsTable(t, spec, records, methodSets()[1:])
	want := [][]string{
		{"RNP", "10.0 (1)", "80.5 (1)", "50.0 (1)", "32.1 (1)", "39.1 (1)", "40.1 (1)"},
		{"RNP+A2I", "10.0 (1)", "80.6 (1)", "60.0 (1)", "38.5 (1)", "46.9 (1)", "47.9 (1)"},
	}
	if diff := cmp.Diff(want, texts(table.Grids[0])); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]string{{"RNP+A2I", "tweets", "+7.8 (1)", missing, missing}}, texts(table.Grids[1])); diff != "" {
		t.Error(diff)
	}
}

// TestPaperWithoutTarget: rows that have none stand beside the paper's of the sparsity
// that the table's keys name, and notes among the remarks.
func TestPaperWithoutTarget(t *testing.T) {
	printed := []PaperValue{{PaperKeys: PaperKeys{Paper: "A2I", Table: "Table3", Dataset: "BA2Motifs", Sparsity: "gold", Method: "RNP", Metric: "F1"}, Value: 36.4, Std: 3.8}}
	for sparsity, want := range map[string]Cell{
		"gold": {Text: "39.1 (1)", Paper: "36.4 ± 3.8", Delta: "+2.7"},
		"":     {Text: "39.1 (1)"},
	} {
		spec := MethodsSpec{Methods: []string{"RNP"}, Paper: PaperKeys{Paper: "A2I", Table: "Table3", Sparsity: sparsity}, Notes: []string{"five seeds"}}
		set := DatasetSpec{Name: "motifs", Paper: true, PaperName: "BA2Motifs"}
		table, err := spec.Table(evaluated(methodRun("motifs", "RNP", "", 1), 100, 50), []DatasetSpec{set}, printed)
		if err != nil {
			t.Fatal(err)
		}
		if got := table.Grids[0].Rows[0].Cells[5]; got != want {
			t.Errorf("sparsity %q: F1 is %+v, want %+v", sparsity, got, want)
		}
		if !slices.Contains(table.Remarks, "five seeds") {
			t.Errorf("remarks %q", table.Remarks)
		}
	}
}

func slicesOf(parts ...[]Record) []Record {
	var out []Record
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func TestMethodsErrors(t *testing.T) {
	for _, test := range []struct {
		name string
		edit func(*MethodsSpec, []Record, []DatasetSpec)
		want string
	}{
		{"no methods", func(s *MethodsSpec, _ []Record, _ []DatasetSpec) { s.Methods = nil }, `needs methods = ["RNP", …]`},
		{"no such table", func(s *MethodsSpec, _ []Record, _ []DatasetSpec) { s.Paper.Table = "Table9" },
			`dataset beer_aroma: no paper's number has paper="A2I", table="Table9", dataset="Beer-Aroma"`},
		{"no such name", func(_ *MethodsSpec, _ []Record, d []DatasetSpec) { d[0].PaperName = "Aroma" }, `no paper's number has`},
		{"two variants", func(_ *MethodsSpec, r []Record, _ []DatasetSpec) {
			for i := range r {
				if r[i].Labels["seed"] == "2" {
					r[i].Labels["variant"] = "hinge=true"
				}
			}
		}, `RNP on Aroma at S ≈ 10: two records stand for one number`},
		{"wrong F1", func(_ *MethodsSpec, r []Record, _ []DatasetSpec) { spoil(r, f1Metric, .9) },
			`run "evaluate-dataset=\"beer_aroma\", method=\"RNP\", target=\"0.1\", seed=\"1\"" (dataset="beer_aroma", method="RNP", target="0.1", seed="1"): F1 is 0.9, and not 2PR/(P+R)`},
		{"wrong S", func(_ *MethodsSpec, r []Record, _ []DatasetSpec) { spoil(r, sparsityMetric, .5) }, `and not the gold share 0.156`},
		{"undefined P", func(_ *MethodsSpec, r []Record, _ []DatasetSpec) { spoil(r, precisionMetric, math.NaN()) }, `precision is NaN; expected a share`},
	} {
		t.Run(test.name, func(t *testing.T) {
			spec, records, datasets := methodsSpec(), methodRecords(), methodSets()
			test.edit(&spec, records, datasets)
			_, err := spec.Table(records, datasets, paperValues(t))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

// spoil changes a number of the first run.
func spoil(records []Record, metric string, to float64) {
	for i := range records {
		if records[i].Metric == metric && records[i].Stage == "evaluate" {
			records[i].Value = to
			return
		}
	}
}
