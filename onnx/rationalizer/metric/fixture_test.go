package metric

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// fixture is metrics.json: numbers computed with PyTorch, in percent. The
// folder named by FIXTURES may hold others of the same form.
type fixture struct {
	Rationale struct {
		Z                   [][]float64
		Gold                [][]int
		M                   [][]int
		Micro               fixtureMicro
		MicroPaddingIgnored fixtureMicro `json:"micro_padding_ignored"`
		Macro               struct {
			PerText  [][3]float64 `json:"per_text"`
			P, R, F1 Ratio
		}
		NothingSelected fixtureMicro `json:"edge_nothing_selected"`
		NoGold          fixtureMicro `json:"edge_no_gold"`
		NoHit           struct {
			fixtureMicro
			Z [][]float64
		} `json:"edge_no_hit"`
	}
	Accuracy struct {
		Y, Predicted []int
		Value        Ratio
	}
	GR struct {
		Examples []struct {
			Sentences, Window int
			Gold, Predicted   []int
		}
		PerExample   []Ratio `json:"per_example"`
		Skipped      int
		Macro, Micro Ratio
	}
	A2IASR []struct {
		Y, Predicted  []int
		AttackedClass []int `json:"attacked_class"`
		Raw           Ratio
		PerClass      map[int]Ratio `json:"per_class"`
		ClassBalanced Ratio         `json:"class_balanced"`
	} `json:"a2i_asr"`
	BadRNLASR []struct {
		Y, Predicted []int
		Target       int
		NonTarget    Ratio `json:"non_target"`
		All          Ratio
	} `json:"badrnl_asr"`
}

type fixtureMicro struct {
	TP, PP, GP, W int
	S, P, R, F1   Ratio
	Flag          bool `json:"flag_nothing_selected"`
}

// readFixture reads metrics.json from FIXTURES, or else from testdata.
func readFixture(t *testing.T) fixture {
	t.Helper()
	dir := os.Getenv("FIXTURES")
	if dir == "" {
		dir = "testdata"
	}
	data, err := os.ReadFile(filepath.Join(dir, "metrics.json"))
	if err != nil {
		t.Fatal(err)
	}
	var f fixture
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Rationale.Z) == 0 || len(f.Accuracy.Y) == 0 || len(f.GR.Examples) == 0 ||
		len(f.A2IASR) == 0 || len(f.BadRNLASR) == 0 {
		t.Fatal("metrics.json lacks one of rationale, accuracy, gr, a2i_asr, badrnl_asr")
	}
	return f
}

// near fails unless both are undefined or scale·got is want to 1e-9.
func near(t *testing.T, name string, got, want Ratio, scale float64) {
	t.Helper()
	if got.Defined != want.Defined || math.Abs(scale*got.Value-want.Value) > 1e-9 {
		t.Errorf("%s = %+v × %g, want %+v", name, got, scale, want)
	}
}

// percent fails unless the fraction is the percentage of the fixture.
func percent(t *testing.T, name string, got, want Ratio) {
	t.Helper()
	near(t, name, got, want, 100)
}

// bools makes true of every number but 0.
func bools(row []int) []bool {
	out := make([]bool, len(row))
	for i, v := range row {
		out[i] = v != 0
	}
	return out
}

// measure adds all texts to one accumulator.
func measure(t *testing.T, z [][]float64, gold, mask [][]int) *Rationale {
	t.Helper()
	var acc Rationale
	for b := range z {
		selected, err := Selected(z[b])
		if err != nil {
			t.Fatal(err)
		}
		if err := acc.Add(selected, bools(gold[b]), bools(mask[b])); err != nil {
			t.Fatalf("text %d: %v", b, err)
		}
	}
	return &acc
}

// zeros is a copy of the rows with 0 everywhere.
func zeros[T any](rows [][]T) [][]T {
	out := make([][]T, len(rows))
	for i, row := range rows {
		out[i] = make([]T, len(row))
	}
	return out
}

func checkMicro(t *testing.T, name string, got Micro, want fixtureMicro) {
	t.Helper()
	counts := [4]int{got.TP, got.PP, got.GP, got.W}
	if counts != [4]int{want.TP, want.PP, want.GP, want.W} {
		t.Errorf("%s: TP, PP, GP, W = %v, want %+v", name, counts, want)
	}
	percent(t, name+" S", got.S, want.S)
	percent(t, name+" P", got.P, want.P)
	percent(t, name+" R", got.R, want.R)
	percent(t, name+" F1", got.F1, want.F1)
	if got.NothingSelected != want.Flag || got.NoGold != (want.GP == 0) {
		t.Errorf("%s: flags %t, %t, want %t, %t", name, got.NothingSelected, got.NoGold, want.Flag, want.GP == 0)
	}
}

func TestFixtureMicro(t *testing.T) {
	f := readFixture(t).Rationale
	acc := measure(t, f.Z, f.Gold, f.M)
	checkMicro(t, "micro", acc.Micro(), f.Micro)
	checkMicro(t, "padding ignored", acc.MicroWithoutPadding(), f.MicroPaddingIgnored)
	checkMicro(t, "nothing selected", measure(t, zeros(f.Z), f.Gold, f.M).Micro(), f.NothingSelected)
	checkMicro(t, "no gold", measure(t, f.Z, zeros(f.Gold), f.M).Micro(), f.NoGold)
	checkMicro(t, "no hit", measure(t, f.NoHit.Z, f.Gold, f.M).Micro(), f.NoHit.fixtureMicro)
}

func TestFixtureMacro(t *testing.T) {
	f := readFixture(t).Rationale
	all := measure(t, f.Z, f.Gold, f.M).Macro()
	percent(t, "P", all.P, f.Macro.P)
	percent(t, "R", all.R, f.Macro.R)
	percent(t, "F1", all.F1, f.Macro.F1)
	for b, want := range f.Macro.PerText {
		text := measure(t, f.Z[b:b+1], f.Gold[b:b+1], f.M[b:b+1]).Macro()
		for i, got := range []Ratio{text.P, text.R, text.F1} {
			near(t, fmt.Sprintf("text %d, value %d", b, i), got, defined(want[i]), 1)
		}
	}
}

func TestFixtureAccuracy(t *testing.T) {
	f := readFixture(t).Accuracy
	acc := NewAccuracy(slices.Max(f.Y) + 1)
	if err := acc.Add(f.Predicted, f.Y); err != nil {
		t.Fatal(err)
	}
	percent(t, "accuracy", acc.Rates().Raw, f.Value)
}

// units marks the units with these numbers among n.
func units(n int, numbers []int) []bool {
	marked := make([]bool, n)
	for _, i := range numbers {
		marked[i] = true
	}
	return marked
}

func TestFixtureGR(t *testing.T) {
	f := readFixture(t).GR
	var all GR
	for i, e := range f.Examples {
		predicted, gold := units(e.Sentences, e.Predicted), units(e.Sentences, e.Gold)
		var single GR
		for _, acc := range []*GR{&single, &all} {
			if err := acc.Add(predicted, gold, e.Window); err != nil {
				t.Fatal(err)
			}
		}
		near(t, fmt.Sprintf("macro of example %d", i), single.Scores().Macro, f.PerExample[i], 1)
		near(t, fmt.Sprintf("micro of example %d", i), single.Scores().Micro, f.PerExample[i], 1)
	}
	scores := all.Scores()
	percent(t, "macro", scores.Macro, f.Macro)
	percent(t, "micro", scores.Micro, f.Micro)
	if scores.Skipped != f.Skipped || scores.Kept != len(f.Examples)-f.Skipped {
		t.Errorf("kept %d and skipped %d of %d, want %d skipped", scores.Kept, scores.Skipped, len(f.Examples), f.Skipped)
	}
}

func TestFixtureAttackerASR(t *testing.T) {
	for i, f := range readFixture(t).A2IASR {
		acc := NewAttackerASR(slices.Max(f.Y) + 1)
		if err := acc.Add(f.Predicted, f.AttackedClass, f.Y); err != nil {
			t.Fatal(err)
		}
		rates := acc.Rates()
		percent(t, fmt.Sprintf("case %d raw", i), rates.Raw, f.Raw)
		percent(t, fmt.Sprintf("case %d balanced", i), rates.Balanced, f.ClassBalanced)
		for c, got := range rates.PerClass {
			percent(t, fmt.Sprintf("case %d class %d", i, c), got.Rate, f.PerClass[c])
		}
	}
}

func TestFixtureTriggerASR(t *testing.T) {
	for i, f := range readFixture(t).BadRNLASR {
		acc := NewTriggerASR(f.Target)
		if err := acc.Add(f.Predicted, f.Y); err != nil {
			t.Fatal(err)
		}
		percent(t, fmt.Sprintf("case %d non-target", i), acc.Rates().NonTarget, f.NonTarget)
		percent(t, fmt.Sprintf("case %d all", i), acc.Rates().All, f.All)
	}
}
