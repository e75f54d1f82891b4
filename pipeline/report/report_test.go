package report

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rationale/pipeline/engine"
	"rationale/plots"
	"rationale/stages/evaluate"
	"rationale/stages/tokenize"
)

// material is a small batch: two methods, two seeds, one dataset.
func material(dataset string) Material {
	m := Material{Title: "T", Command: "rationale reproduce", Profile: "quick", Library: "onnxruntime"}
	for seed := range 2 {
		for i, method := range []string{"RNP", "RNP+A2I"} {
			labels := plots.Labels{"dataset": dataset, "method": method, "seed": strconv.Itoa(seed + 1)}
			run := Run{
				ID: method + labels["seed"], EvaluationID: "evaluation of " + method + labels["seed"], DataID: "tokenize-1",
				Labels: labels, ChosenEpoch: 2,
				Settings: [][2]string{{"epochs", "2"}},
				Examples: []evaluate.Example{{ID: "x", Tokens: []string{"good", "<b>"}, Selected: []bool{true, false}, Class: "pos", Predicted: "neg"}},
			}
			m.Runs = append(m.Runs, run)
			for epoch := 1; epoch <= 2; epoch++ {
				m.Records = append(m.Records, plots.Record{
					Labels: labels, Stage: "train", Run: run.ID, Epoch: epoch,
					Split: "dev", Mask: "sampled", Metric: "asr", Value: 0.5 + 0.1*float64(i*epoch) + 0.02*float64(seed),
				})
			}
			m.Records = append(m.Records, plots.Record{
				Labels: labels, Stage: "evaluate", Run: run.EvaluationID, Epoch: 2, Selected: true,
				Split: "test", Mask: "argmax", Metric: "f1", Value: 0.4 + 0.1*float64(i),
			})
		}
	}
	m.Data = []Dataset{{ID: "tokenize-1", Summary: tokenize.Summary{Dataset: dataset, Settings: tokenize.Settings{Tokenizer: "words"}}}}
	m.Experiments = []Experiment{{
		Name: "fig", Title: "Figure", Paper: "a paper", Expect: "something",
		Figures:  []Figure{{Name: "fig", PNG: []byte("\x89PNG\r\n\x1a\n")}},
		Datasets: []plots.DatasetSpec{{Name: dataset, Title: "the data"}},
		Claims:   []plots.Claim{{Quantity: "RNP+A2I, ASR", Paper: 50, Selector: plots.Selector{"method": "RNP+A2I", "metric": "asr"}}},
		Tables: []Table{{Name: "fig", Table: &plots.Table{
			Title: "Numbers", Grids: []plots.Grid{{Header: []string{"Metric", "Ours"}, Labels: 1, Rows: []plots.GridRow{plots.PlainRow("ASR", "50.0")}}},
		}}},
		Records: m.Records,
	}}
	return m
}

// TestGraphsAreDrawn: of a dataset of graphs the page shows one picture with a row for
// each graph and the kinds of runs side by side, which has files of its own too.
func TestGraphsAreDrawn(t *testing.T) {
	m := material("shapes")
	if len(m.Drawings()) > 0 {
		t.Error("texts are drawn")
	}
	for i := range m.Runs {
		m.Runs[i].Examples = []evaluate.Example{
			{ID: "test-0", Tokens: []string{"0", "1"}, Edges: [][2]int{{0, 1}}, Selected: []bool{i > 0, true}, Class: "house", Predicted: "house"},
			{ID: "test-1", Tokens: []string{"0"}, Edges: [][2]int{}, Selected: []bool{false}, Class: "house", Predicted: "cycle"},
		}
	}
	var page bytes.Buffer
	if err := m.Write(&page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"The first test graphs of shapes, arg-max masks, seed 1.",
		`alt="test-0 · label house; RNP (predicts house) selects nodes 1; RNP&#43;A2I (predicts house) selects nodes 0 1. ` +
			"test-1 · label house; RNP (predicts cycle; nothing chosen by arg-max) selects no node;",
	} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %q:\n%s", want, page.String())
		}
	}
	drawings := m.Drawings()
	if len(drawings) != 1 || drawings[0].Name != "rationales-shapes" || len(drawings[0].Examples) != 2 || len(drawings[0].Examples[0].Rationales) != 2 {
		t.Errorf("drawings %+v", drawings)
	}
}

func TestPageEscapesAndRepeats(t *testing.T) {
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if err := material("<script>alert(1)</script>").Write(w); err != nil {
			t.Fatal(err)
		}
	}
	if a.String() != b.String() {
		t.Error("two renderings differ")
	}
	for _, want := range []string{"Paper and ours", "Settings", "Run times and memory", "Differences from the paper", "&lt;b&gt;"} {
		if !strings.Contains(a.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(a.String(), "<script>alert") {
		t.Error("a dataset's name became markup")
	}
}

func TestProvenanceNamesEveryRunAndItsData(t *testing.T) {
	m := material("d")
	pieces := m.Data[0]
	pieces.ID, pieces.Tokenizer = "tokenize-2", "wordpiece"
	m.Data = append(m.Data, pieces)
	var out bytes.Buffer
	if err := m.WriteProvenance(&out); err != nil {
		t.Fatal(err)
	}
	var p Provenance
	if err := json.Unmarshal(out.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	labels := map[string]string{}
	for _, r := range p.Runs {
		labels[r.Run], labels[r.Evaluation] = r.Labels.String(), r.Labels.String()
		if r.Data != "tokenize-1" || r.Settings["epochs"] != "2" {
			t.Errorf("%s: data %s, settings %v", r.Run, r.Data, r.Settings)
		}
	}
	for _, r := range m.Records {
		if labels[r.Run] != r.Labels.String() {
			t.Errorf("the run %s behind a number is told of as %q", r.Run, labels[r.Run])
		}
	}
	want := []ProvenanceDataset{{Data: "tokenize-1", Dataset: "d", Tokenizer: "words"}, {Data: "tokenize-2", Dataset: "d", Tokenizer: "wordpiece"}}
	if !slices.Equal(p.Datasets, want) {
		t.Errorf("datasets %+v; want %+v", p.Datasets, want)
	}
}

func TestIsProvenance(t *testing.T) {
	var out bytes.Buffer
	if err := material("d").WriteProvenance(&out); err != nil {
		t.Fatal(err)
	}
	if !IsProvenance(out.Bytes()) {
		t.Error("what was written is not recognised")
	}
	earlier := `{"command": "rationale reproduce a2i-fig3", "profile": "quick", "library": "x", "runs": [{"run": "r", "seed": 1}], "datasets": {"d": "tokenize-1"}}`
	if !IsProvenance([]byte(earlier)) {
		t.Error("what an earlier version wrote is not recognised")
	}
	for _, other := range []string{"", "{}", "null", `{"command":"rationale reproduce"}`, `{"command":"npm","profile":"quick","library":"x"}`, out.String()[:out.Len()/2]} {
		if IsProvenance([]byte(other)) {
			t.Errorf("recognised: %s", other)
		}
	}
}

func TestDamagedArtifactsAreShown(t *testing.T) {
	m := material("d")
	m.Damaged = []engine.DamageError{{ID: "train-0123456789abcdef", File: "manifest.json", Fault: "missing"}}
	var out bytes.Buffer
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Damaged artifacts", "train-0123456789abcdef", "manifest.json", "missing"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestSearchesAreShown: seeds of one kind of run have an s each, so the settings leave
// it to the table of attempts.
func TestSearchesAreShown(t *testing.T) {
	m := material("d")
	var plain bytes.Buffer
	if err := m.Write(&plain); err != nil || strings.Contains(plain.String(), "Search for the sparsity") {
		t.Errorf("searches where there are none, error %v", err)
	}
	for i := range m.Runs {
		r := &m.Runs[i]
		r.Labels["target"] = "0.2"
		r.Settings = append(r.Settings, [2]string{"sparsity", "0.166"})
		r.Attempts = []Attempt{{.2, .2345}, {.166, .201}}
	}
	var page bytes.Buffer
	if err := m.Write(&page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Search for the sparsity", "0.2 → 23.4, 0.166 → 20.1", ">0.166</td>", "searched for, below"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
