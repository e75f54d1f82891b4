package report

import (
	"bytes"
	"encoding/json"
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
			run := Run{
				ID: method + string(rune('1'+seed)), Method: method, Dataset: dataset, Seed: uint64(seed + 1), ChosenEpoch: 2,
				Settings: [][2]string{{"epochs", "2"}},
				Examples: []evaluate.Example{{ID: "x", Tokens: []string{"good", "<b>"}, Selected: []bool{true, false}, Class: "pos", Predicted: "neg"}},
			}
			m.Runs = append(m.Runs, run)
			for epoch := 1; epoch <= 2; epoch++ {
				m.Records = append(m.Records, plots.Record{
					Stage: "train", Run: run.ID, Dataset: dataset, Method: method, Seed: int64(seed + 1), Epoch: epoch,
					Split: "dev", Mask: "sampled", Metric: "asr", Value: 0.5 + 0.1*float64(i*epoch) + 0.02*float64(seed),
				})
			}
		}
	}
	m.Data = []Dataset{{ID: "tokenize-1", Summary: tokenize.Summary{Dataset: dataset, Tokenizer: "words"}}}
	m.Figures = []Figure{{
		Name: "fig", Title: "Figure", Paper: "a paper", Expect: "something", PNG: []byte("\x89PNG\r\n\x1a\n"),
		Datasets: []plots.DatasetSpec{{Name: dataset, Title: "the data"}},
		Claims: []Claim{
			{Quantity: "RNP+A2I, ASR", Paper: 50, Selector: plots.Selector{Method: "RNP+A2I", Metric: "asr"}},
			{Quantity: "unheard of", Selector: plots.Selector{Method: "FR", Metric: "asr"}},
		},
	}}
	return m
}

func TestTableTakesTheLastEpoch(t *testing.T) {
	m := material("d")
	table := m.Figures[0].Table(m.Records)
	if len(table.Lines) != 1 {
		t.Fatalf("%d lines, want 1: a claim without records has none", len(table.Lines))
	}
	line := table.Lines[0]
	if line.Ours.N != 2 || line.Paper != 50 || line.Ours.Mean < 70.9 || line.Ours.Mean > 71.1 {
		t.Errorf("got %+v, want the mean of 70 and 72 of two seeds beside 50", line)
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

func TestProvenanceNamesEveryRun(t *testing.T) {
	m := material("d")
	var out bytes.Buffer
	if err := m.WriteProvenance(&out); err != nil {
		t.Fatal(err)
	}
	var p provenance
	if err := json.Unmarshal(out.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, r := range p.Runs {
		named[r.Run] = true
	}
	for _, r := range m.Records {
		if !named[r.Run] {
			t.Errorf("the run %s behind a number is not named", r.Run)
		}
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
