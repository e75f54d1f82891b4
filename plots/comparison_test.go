package plots

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rationale/plots/internal/golden"
)

// The values are made up.
const paperCSV = `paper,table,dataset,sparsity_setting,method,encoder,metric,value,std,level,defence,note
A2I,Table1,Beer-Aroma,10,RNP,GRU,F1,60.0,,,,
A2I,Table1,Beer-Aroma,20,RNP,GRU,F1,70.0,,,,
A2I,Table1,Beer-Aroma,10,RNP,GRU,Acc,,,,,not printed
A2I,Table1,Beer-Aroma,10,RNP+A2I,GRU,F1,65.5,2.25,,,
A2I,Table1,Beer-Aroma,10,RNP+A2I,GRU,Acc,80.0,,,,
`

// tableRecords are final numbers, and some that a table must leave out.
func tableRecords() []Record {
	at := func(dataset, method, metric, seed string, epoch int, selected bool, value float64) Record {
		return Record{Labels: Labels{"dataset": dataset, "method": method, "encoder": "gru", "seed": seed}, Stage: "train", Run: method,
			Epoch: epoch, Split: "test", Metric: metric, Value: value, Selected: selected}
	}
	return []Record{
		at("beer_aroma", "RNP", "f1", "1", 3, true, .58), at("beer_aroma", "RNP", "f1", "2", 5, true, .61),
		at("beer_aroma", "RNP", "f1", "3", 4, true, .6), at("beer_aroma", "RNP", "f1", "3", 5, false, .99),
		at("beer_aroma", "RNP", "accuracy", "1", 3, true, .79), at("beer_aroma", "RNP+A2I", "f1", "1", 3, true, .655),
		at("tweets", "RNP", "f1", "1", 0, false, .36), at("tweets", "RNP", "f1", "2", 0, false, math.NaN()),
		at("tweets", "RNP", "accuracy", "1", 0, false, math.NaN()),
	}
}

func tableSpec(t testing.TB) ComparisonSpec {
	t.Helper()
	var spec ComparisonSpec
	meta, err := toml.DecodeFile("testdata/table1.toml", &spec)
	if err != nil {
		t.Fatal(err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		t.Fatalf("unknown keys %v", unknown)
	}
	return spec
}

func paperValues(t testing.TB) []PaperValue {
	t.Helper()
	values, err := ReadPaperValues(strings.NewReader(paperCSV), "paper.csv")
	if err != nil {
		t.Fatal(err)
	}
	return values
}

func TestGoldenTables(t *testing.T) {
	table, err := tableSpec(t).Table(tableRecords(), nil, paperValues(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"table1.md":  func(b *bytes.Buffer) error { return table.WriteMarkdown(b) },
		"table1.csv": func(b *bytes.Buffer) error { return table.Sheets[0].WriteCSV(b) },
		"table1.tex": func(b *bytes.Buffer) error { return table.WriteLaTeX(b) },
	} {
		var out bytes.Buffer
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		golden.Text(t, name, out.Bytes())
	}
}

func TestTableErrors(t *testing.T) {
	for _, test := range []struct {
		name    string
		edit    func(*ComparisonSpec)
		records []Record
		want    string
	}{
		{"wrong method", func(s *ComparisonSpec) { s.Rows[2].Selector["method"] = "RPN" }, nil, `row ["Tweets | 100% & more" "RNP"] has no number at all: no record has dataset="tweets", method="RPN"`},
		{"wrong metric", func(s *ComparisonSpec) { s.Metrics[1].Selector["metric"] = "acc"; s.Metrics[1].Paper.Metric = "acc" }, nil, `metric "Acc" has no number at all: no record has split="test", metric="acc"; of metric "acc" there is none, only "accuracy", "f1"`},
		{"labels", func(s *ComparisonSpec) { s.Rows[0].Labels = []string{"x"} }, nil, `row 1 has the labels ["x"], but the headings are ["Dataset" "Method"]`},
		{"paper ambiguous", func(s *ComparisonSpec) { s.Paper.Sparsity = "" }, nil, `the paper has several numbers with table="Table1", dataset="Beer-Aroma", method="RNP", metric="F1": name more of its keys`},
		{"records ambiguous", func(s *ComparisonSpec) {}, []Record{{Labels: Labels{"dataset": "tweets", "method": "RNP", "encoder": "bert", "seed": "1"}, Split: "test", Metric: "f1", Run: "RNP", Stage: "train"}}, `with encoder "bert" and "gru"; say which encoder is meant`},
		{"unit", func(s *ComparisonSpec) { s.Metrics[0].Unit = "permille" }, nil, `unknown unit "permille"`},
		{"decimals", func(s *ComparisonSpec) { s.Decimals = 12 }, nil, "cannot show 12 decimals"},
		{"empty", func(s *ComparisonSpec) { s.Rows = nil }, nil, "needs rows and metrics"},
	} {
		t.Run(test.name, func(t *testing.T) {
			spec := tableSpec(t)
			test.edit(&spec)
			_, err := spec.Table(append(tableRecords(), test.records...), nil, paperValues(t))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestReadPaperValuesNamesWhatIsWrong(t *testing.T) {
	for _, test := range []struct{ old, new, want string }{
		{"60.0", "sixty", `paper.csv: line 2: column "value": "sixty": invalid syntax`},
		{"2.25", "±2", `paper.csv: line 5: column "std": "±2"`},
		{"sparsity_setting", "sparsity", `paper.csv: line 1: unknown column "sparsity"`},
		{",note\n", "\n", `paper.csv: line 1: column "note" is missing`},
	} {
		_, err := ReadPaperValues(strings.NewReader(strings.Replace(paperCSV, test.old, test.new, 1)), "paper.csv")
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}
}

func TestNumbersAsPrinted(t *testing.T) {
	for v, want := range map[float64]string{1.006: "+1.01", -0.004: "0.00", -12.345: "−12.35", 0: "0.00"} {
		if got := decimals(2).signed(v); got != want {
			t.Errorf("%g is printed as %q, want %q", v, got, want)
		}
	}
	if got := decimals(2).signed(math.NaN()) + decimals(2).number(math.NaN()); got != "––" {
		t.Errorf("NaN is printed as %q", got)
	}
	if got := decimals(1).summary(Summary{Mean: 59.66, Std: 1.53, N: 3}); got != "59.7 ± 1.5 (3 seeds)" {
		t.Errorf("got %q", got)
	}
}

// Whatever a label holds, it stays in its cell.
func TestLabelsCannotBreakTables(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		label := rapid.StringOf(rapid.SampledFrom([]rune("a|&%$#_{}~^\\<>*`\n\r[]\v\f\x1b\x00\u0085\u2028\u2029\u202e"))).Draw(t, "label")
		table := (&comparison{labels: []string{"Metric"}, decimals: 1, lines: []comparisonLine{{labels: []string{label}}}}).table()
		var md, tex bytes.Buffer
		if err := table.WriteMarkdown(&md); err != nil {
			t.Fatal(err)
		}
		if err := table.WriteLaTeX(&tex); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(md.String()+tex.String(), "\r\v\f\x1b\x00\u0085\u2028\u2029\u202e") {
			t.Fatalf("control characters:\n%q\n%q", md.String(), tex.String())
		}
		if lines := strings.Split(md.String(), "\n"); len(lines) != 4 || unescaped(lines[2], '|') != 5 {
			t.Fatalf("Markdown:\n%s", md.String())
		}
		row := strings.Split(tex.String(), "\n")[4]
		if unescaped(row, '&') != 3 || unescaped(row, '%') != 0 || unescaped(row, '#') != 0 || unescaped(row, '_') != 0 {
			t.Fatalf("LaTeX:\n%s", tex.String())
		}
	})
}

// unescaped counts occurrences of c that no backslash takes away.
func unescaped(s string, c byte) int {
	n := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case c:
			n++
		}
	}
	return n
}

// sparsities are records of RNP at two sparsity targets with two seeds each, on
// two datasets.
func sparsities() []Record {
	var records []Record
	for _, dataset := range []string{"aroma", "palate"} {
		for i, s := range []string{"0.1", "0.2"} {
			for j, seed := range []string{"1", "2"} {
				records = append(records, Record{
					Labels: Labels{"dataset": dataset, "method": "RNP", "sparsity": s, "seed": seed},
					Run:    "train-" + dataset + s + seed, Stage: "evaluate", Split: "test", Mask: "sampled", Metric: "f1",
					Epoch: 3 + j, Selected: true, Value: .5 + .1*float64(i) + .02*float64(j),
				})
			}
		}
	}
	return records
}

// sparsitySpec has a row for each sparsity target.
func sparsitySpec() ComparisonSpec {
	row := func(s string) RowSpec {
		return RowSpec{Labels: []string{"RNP", s}, Selector: Selector{"method": "RNP", "sparsity": s}}
	}
	return ComparisonSpec{
		Labels: []string{"Method", "s"}, Rows: []RowSpec{row("0.1"), row("0.2")},
		Metrics: []MetricSpec{{Name: "F1", Selector: Selector{"metric": "f1", "split": "test"}}},
	}
}

// TestTwoSparsitiesTwoSeeds: runs at two sparsities are two rows, and their
// seeds one number.
func TestTwoSparsitiesTwoSeeds(t *testing.T) {
	table, err := sparsitySpec().Table(sparsities(), []DatasetSpec{{Name: "aroma", Title: "Aroma"}, {Name: "palate"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := table.WriteMarkdown(&out); err != nil {
		t.Fatal(err)
	}
	want := `| Dataset | Method | s   | Metric | Paper |    Ours (mean ± std) |   Δ |
| ------- | ------ | --- | ------ | ----: | -------------------: | --: |
| Aroma   | RNP    | 0.1 | F1     |     – | 51.0 ± 1.4 (2 seeds) |   – |
| Aroma   | RNP    | 0.2 | F1     |     – | 61.0 ± 1.4 (2 seeds) |   – |
| palate  | RNP    | 0.1 | F1     |     – | 51.0 ± 1.4 (2 seeds) |   – |
| palate  | RNP    | 0.2 | F1     |     – | 61.0 ± 1.4 (2 seeds) |   – |
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

// TestComparisonsAreWithThePapersOwnData, whether the table or its rows name the
// dataset.
func TestComparisonsAreWithThePapersOwnData(t *testing.T) {
	paper := []PaperValue{{PaperKeys: PaperKeys{Method: "RNP"}, Value: 50, Std: math.NaN()}}
	for _, own := range []bool{true, false} {
		for _, named := range []bool{true, false} {
			spec := sparsitySpec()
			for i := range spec.Rows {
				spec.Rows[i].Paper = PaperKeys{Method: "RNP"}
				if named {
					spec.Rows[i].Selector["dataset"] = "aroma"
				}
			}
			table, err := spec.Table(sparsities(), []DatasetSpec{{Name: "aroma", Paper: own}}, paper)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range texts(table.Grids[0]) {
				printed, delta := row[len(row)-3], row[len(row)-1]
				if (printed != missing) != own || (delta != missing) != own {
					t.Errorf("own data: %v, named by rows: %v; got %q", own, named, row)
				}
			}
		}
	}
}

// TestAmbiguousCell: a row that says nothing of the sparsity names the runs that
// it could mean.
func TestAmbiguousCell(t *testing.T) {
	spec := sparsitySpec()
	delete(spec.Rows[0].Selector, "sparsity")
	_, err := spec.Table(sparsities(), []DatasetSpec{{Name: "aroma"}}, nil)
	for _, want := range []string{`row ["aroma" "RNP" "0.1"], metric "F1"`, `run "train-aroma0.11" (seed 1)`, `run "train-aroma0.21" (seed 1)`, `sparsity "0.1" and "0.2"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v lacks %s", err, want)
		}
	}
}
