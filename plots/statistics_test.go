package plots

import (
	"bytes"
	"strings"
	"testing"

	"rationale/plots/internal/golden"
)

// The values are made up.
const paperStatistics = `paper,table,dataset,sparsity_setting,method,encoder,metric,value,std,level,defence,note
A2I,Table5,Beer-Aroma,,,,train_pos,40,,,,
A2I,Table5,Beer-Aroma,,,,train_neg,40,,,,
A2I,Table5,Beer-Aroma,,,,train_avg_len,141,,,,
A2I,Table5,Beer-Aroma,,,,annotation_pos,12,,,,
A2I,Table5,Beer-Aroma,,,,annotation_neg,1,,,,
A2I,Table5,Beer-Aroma,,,,annotation_sparsity_pct,18.5,,,,
`

func statisticsSpec() StatisticsSpec {
	return StatisticsSpec{
		Title: "What the datasets hold", Paper: PaperKeys{Table: "Table5"},
		Splits: []SplitSpec{{"train", "Train", "train"}, {"dev", "Dev", "dev"}, {"test", "Annotation", "annotation"}},
	}
}

// counts are a dataset of the paper's, of which one text more was annotated, and one
// of three classes without development texts.
func counts() (records []Record, datasets []DatasetSpec) {
	add := func(dataset, split, metric string, value float64) {
		records = append(records, Record{
			Labels: Labels{"dataset": dataset}, Run: "statistics-" + dataset, Stage: "statistics", Split: split, Metric: metric, Value: value,
		})
	}
	add("beer", "train", "texts_of_class_0", 40)
	add("beer", "train", "texts_of_class_1", 40)
	add("beer", "train", "mean_length", 140.6)
	add("beer", "test", "texts_of_class_0", 1)
	add("beer", "test", "texts_of_class_1", 13)
	add("beer", "test", "mean_length", 126.4)
	add("beer", "test", "gold_share", .1851)
	for class, texts := range []float64{62, 88, 68} {
		add("tweets", "train", "texts_of_class_"+string(rune('0'+class)), texts)
	}
	add("tweets", "train", "gold_share", .537)
	add("unasked", "train", "texts_of_class_0", 1)
	return records, []DatasetSpec{
		{Name: "beer", Title: "Beer aroma", Classes: 2, ClassNames: []string{"negative", "positive"}, Paper: true, PaperName: "Beer-Aroma"},
		{Name: "tweets", Classes: 3, ClassNames: []string{"negative", "neutral", "positive"}},
	}
}

func TestGoldenStatistics(t *testing.T) {
	records, datasets := counts()
	paper, err := ReadPaperValues(strings.NewReader(paperStatistics), "paper.csv")
	if err != nil {
		t.Fatal(err)
	}
	table, err := statisticsSpec().Table(records, datasets, paper)
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"table5.md":  func(b *bytes.Buffer) error { return table.WriteMarkdown(b) },
		"table5.csv": func(b *bytes.Buffer) error { return table.Sheets[0].WriteCSV(b) },
		"table5.tex": func(b *bytes.Buffer) error { return table.WriteLaTeX(b) },
	} {
		var out bytes.Buffer
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		golden.Text(t, name, out.Bytes())
	}
}

// TestOtherDataHasNoPaperNumbers: a dataset that is not the paper's own is not
// compared with it, whatever it is called.
func TestOtherDataHasNoPaperNumbers(t *testing.T) {
	records, datasets := counts()
	datasets[0].Paper = false
	paper, err := ReadPaperValues(strings.NewReader(paperStatistics), "paper.csv")
	if err != nil {
		t.Fatal(err)
	}
	table, err := statisticsSpec().Table(records, datasets, paper)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range table.Grids {
		for _, row := range g.Rows {
			for _, c := range row.Cells {
				if c.Paper != "" {
					t.Errorf("%v has the paper's %s", row, c.Paper)
				}
			}
		}
	}
}

// TestUncountedDataset: a dataset without any number is an error that says which
// there are.
func TestUncountedDataset(t *testing.T) {
	records, _ := counts()
	_, err := statisticsSpec().Table(records, []DatasetSpec{{Name: "hotel", Classes: 2}}, nil)
	if err == nil || !strings.Contains(err.Error(), `of dataset "hotel" there is none, only "beer"`) {
		t.Errorf("error %v", err)
	}
}

// TestUnnamedClasses are called by their numbers.
func TestUnnamedClasses(t *testing.T) {
	records, _ := counts()
	table, err := statisticsSpec().Table(records, []DatasetSpec{{Name: "unasked", Classes: 1}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := table.Grids[0].Header[2]; got != "Texts, 0" {
		t.Errorf("got %s", got)
	}
}
