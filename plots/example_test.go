package plots_test

import (
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/BurntSushi/toml"

	"rationale/plots"
)

const records = `dataset,method,seed,run,stage,split,mask,metric,epoch,selected,value
tweets,RNP,1,r1,train,dev,,asr,1,false,0.49
tweets,RNP,1,r1,train,dev,,asr,2,true,0.68
tweets,RNP,2,r2,train,dev,,asr,1,false,0.50
tweets,RNP,2,r2,train,dev,,asr,2,true,0.76
`

// An experiment file describes a figure; records fill it.
func ExampleCurvesSpec_Curves() {
	const description = `
y_label = "Attack success rate"

[[lines]]
name = "RNP"
colour = "blue"
method = "RNP"
metric = "asr"
split = "dev"
`
	var spec plots.CurvesSpec
	if _, err := toml.Decode(description, &spec); err != nil {
		fmt.Println(err)
		return
	}
	measured, err := plots.ReadRecords(strings.NewReader(records), "records.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	figure, err := spec.Curves(measured)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range figure.Panels[0].Lines[0].Points {
		fmt.Printf("epoch %g: %.3f ± %.3f over %d seeds\n", p.X, p.Mean, p.Std, p.N)
	}
	// plots.Save(figure, folder, "a2i-fig6") writes PNG, SVG and PDF.

	// Output:
	// epoch 1: 0.495 ± 0.007 over 2 seeds
	// epoch 2: 0.720 ± 0.057 over 2 seeds
}

// A table sets what was measured beside what the paper prints.
func ExampleComparisonSpec_Table() {
	measured, err := plots.ReadRecords(strings.NewReader(records), "records.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	paper := []plots.PaperValue{{PaperKeys: plots.PaperKeys{Method: "RNP", Metric: "ASR"}, Value: 75, Std: math.NaN()}}
	spec := plots.ComparisonSpec{
		Labels:  []string{"Method"},
		Rows:    []plots.RowSpec{{Labels: []string{"RNP"}, Selector: plots.Selector{"method": "RNP"}, Paper: plots.PaperKeys{Method: "RNP"}}},
		Metrics: []plots.MetricSpec{{Name: "ASR", Selector: plots.Selector{"metric": "asr"}, Paper: plots.PaperKeys{Metric: "ASR"}}},
	}
	table, err := spec.Table(measured, nil, paper)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := table.WriteMarkdown(os.Stdout); err != nil {
		fmt.Println(err)
	}

	// Output:
	// | Method | Metric | Paper |    Ours (mean ± std) |    Δ |
	// | ------ | ------ | ----: | -------------------: | ---: |
	// | RNP    | ASR    |  75.0 | 72.0 ± 5.7 (2 seeds) | −3.0 |
}

// A text with its rationale, as it looks where colours are switched off.
func ExampleHighlight_WriteTerminal() {
	h := plots.Highlight{
		Tokens:     []string{"the", "aroma", "is", "great", ",", "really", "."},
		Gold:       []bool{false, true, true, true, false, false, false},
		Rationales: []plots.Rationale{{Name: "RNP", Chosen: []bool{false, false, false, true, false, true, false}}},
	}
	if err := h.WriteTerminal(os.Stdout, plots.Terminal{}); err != nil {
		fmt.Println(err)
	}

	// Output:
	// RNP  the _aroma is_ [_great_], [really].
	// ([chosen], _gold_, [_both_])
}
