package metric

import (
	"math"
	"math/bits"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// row is one text, padded to some length.
type row struct{ selected, gold, mask []bool }

// drawRow draws a text of up to 12 positions, with gold on real tokens only.
func drawRow(t *rapid.T) row {
	length := rapid.IntRange(0, 12).Draw(t, "length")
	words := rapid.IntRange(0, length).Draw(t, "words")
	flags := rapid.SliceOfN(rapid.Bool(), length, length)
	r := row{flags.Draw(t, "selected"), flags.Draw(t, "gold"), make([]bool, length)}
	for i := range length {
		r.mask[i] = i < words
		r.gold[i] = r.gold[i] && r.mask[i]
	}
	return r
}

// drawRows draws up to 8 texts.
func drawRows(t *rapid.T) []row {
	return rapid.SliceOfN(rapid.Custom(drawRow), 0, 8).Draw(t, "rows")
}

// measureRows adds the texts in their order.
func measureRows(t *rapid.T, rows ...row) *Rationale {
	var acc Rationale
	for _, r := range rows {
		if err := acc.Add(r.selected, r.gold, r.mask); err != nil {
			t.Fatal(err)
		}
	}
	return &acc
}

// closeTo says whether both are undefined or equal up to rounding.
func closeTo(a, b Ratio) bool {
	return a.Defined == b.Defined && math.Abs(a.Value-b.Value) <= 1e-12
}

// S·P/R is the gold share, and F1 the harmonic mean of P and R, whatever is
// selected.
func TestMicroIdentities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		acc := measureRows(t, drawRows(t)...)
		for _, m := range []Micro{acc.Micro(), acc.MicroWithoutPadding()} {
			if m.TP == 0 {
				continue // R is 0 or undefined
			}
			if got := defined(m.S.Value * m.P.Value / m.R.Value); !closeTo(got, m.GoldShare()) {
				t.Fatalf("S·P/R = %v, gold share %v of %+v", got, m.GoldShare(), m)
			}
			if got := defined(2 * m.P.Value * m.R.Value / (m.P.Value + m.R.Value)); !closeTo(got, m.F1) {
				t.Fatalf("2PR/(P+R) = %v, F1 = %v", got, m.F1)
			}
		}
	})
}

func TestTextOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t)
		a := measureRows(t, rows...)
		b := measureRows(t, rapid.Permutation(rows).Draw(t, "permuted")...)
		if a.Micro() != b.Micro() || a.MicroWithoutPadding() != b.MicroWithoutPadding() {
			t.Fatalf("micro %+v, permuted %+v", a.Micro(), b.Micro())
		}
		x, y := a.Macro(), b.Macro()
		if !closeTo(x.P, y.P) || !closeTo(x.R, y.R) || !closeTo(x.F1, y.F1) {
			t.Fatalf("macro %+v, permuted %+v", x, y)
		}
	})
}

// Micro sees tokens, not texts: all texts in a row are one long text.
func TestMicroIgnoresTextBorders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t)
		var joined row
		for _, r := range rows {
			joined.selected = append(joined.selected, r.selected...)
			joined.gold = append(joined.gold, r.gold...)
			joined.mask = append(joined.mask, r.mask...)
		}
		if a, b := measureRows(t, rows...).Micro(), measureRows(t, joined).Micro(); a != b {
			t.Fatalf("micro %+v, of one long text %+v", a, b)
		}
	})
}

// Padding that is not selected changes nothing: batches may be padded to any
// length.
func TestUnselectedPaddingDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t)
		padded := make([]row, len(rows))
		for i, r := range rows {
			more := make([]bool, rapid.IntRange(0, 5).Draw(t, "padding"))
			padded[i] = row{
				slices.Concat(r.selected, more), slices.Concat(r.gold, more), slices.Concat(r.mask, more),
			}
		}
		if a, b := measureRows(t, rows...), measureRows(t, padded...); *a != *b {
			t.Fatalf("%+v, padded %+v", a, b)
		}
	})
}

// Over all masks with k of n words, the summed counts have the F1 that is
// expected of a random mask.
func TestRandomF1IsTheMeanOverAllMasks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "words")
		k := rapid.IntRange(0, n).Draw(t, "selected")
		gold := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "gold")
		var all []row
		for code := range uint(1) << n {
			if bits.OnesCount(code) == k {
				all = append(all, row{binary(code, n), gold, binary(1<<n-1, n)})
			}
		}
		m := measureRows(t, all...).Micro()
		if !closeTo(m.RandomF1(), m.F1) {
			t.Fatalf("expected %v, mean over %d masks %v", m.RandomF1(), len(all), m.F1)
		}
	})
}

// binary is the n lowest bits of code.
func binary(code uint, n int) []bool {
	out := make([]bool, n)
	for i := range out {
		out[i] = code>>i&1 == 1
	}
	return out
}

// answer is what the classification measurements know of one text.
type answer struct{ predicted, attacked, label int }

// drawAnswer draws one of three classes each; the attacked one is not the
// label.
func drawAnswer(t *rapid.T) answer {
	class := rapid.IntRange(0, 2)
	label := class.Draw(t, "label")
	attacked := (label + rapid.IntRange(1, 2).Draw(t, "shift")) % 3
	return answer{class.Draw(t, "predicted"), attacked, label}
}

// Where each wrong class of a text is attacked equally often, a predictor that always
// gives the same answer has the balanced rate 1/n on n classes, whatever their shares:
// chance, which figures draw.
func TestOneAnswerIsAtChance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes := rapid.IntRange(2, 6).Draw(t, "classes")
		answer := rapid.IntRange(0, classes-1).Draw(t, "answer")
		attacker := NewAttackerASR(classes)
		for label := range classes {
			for range rapid.IntRange(1, 4).Draw(t, "texts") {
				for shift := 1; shift < classes; shift++ {
					if err := attacker.Add([]int{answer}, []int{(label + shift) % classes}, []int{label}); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if got := attacker.Rates().OfEveryClass(); !closeTo(got, defined(1/float64(classes))) {
			t.Fatalf("%v with %d classes", got, classes)
		}
	})
}

// results are the results of all classification measurements.
type results struct {
	accuracy, attacker Rates
	trigger            TriggerRates
}

// measureBatches adds the batches in their order.
func measureBatches(t *rapid.T, batches ...[]answer) results {
	accuracy, attacker, trigger := NewAccuracy(3), NewAttackerASR(3), NewTriggerASR(1)
	for _, batch := range batches {
		var predicted, attacked, labels []int
		for _, a := range batch {
			predicted = append(predicted, a.predicted)
			attacked = append(attacked, a.attacked)
			labels = append(labels, a.label)
		}
		for _, err := range []error{
			accuracy.Add(predicted, labels), attacker.Add(predicted, attacked, labels), trigger.Add(predicted, labels),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return results{accuracy.Rates(), attacker.Rates(), trigger.Rates()}
}

// equal compares two results, to the bit.
func (r results) equal(o results) bool {
	same := func(a, b Rates) bool {
		return a.Raw == b.Raw && a.Balanced == b.Balanced && slices.Equal(a.PerClass, b.PerClass)
	}
	return same(r.accuracy, o.accuracy) && same(r.attacker, o.attacker) && r.trigger == o.trigger
}

func TestBatchesAndOrderDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		answers := rapid.SliceOfN(rapid.Custom(drawAnswer), 0, 20).Draw(t, "answers")
		whole := measureBatches(t, answers)
		size := rapid.IntRange(1, 21).Draw(t, "batch size")
		permuted := rapid.Permutation(answers).Draw(t, "permuted")
		split := measureBatches(t, slices.Collect(slices.Chunk(permuted, size))...)
		if !whole.equal(split) {
			t.Fatalf("whole %+v, permuted in batches of %d %+v", whole, size, split)
		}
	})
}

// Where nothing lies outside the window, GR's micro average is the micro F1 of
// the texts with gold, and one text's macro is its micro.
func TestGRAgreesWithMicroF1(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawRows(t)
		var gr GR
		var kept []row
		for _, r := range rows {
			if err := gr.Add(r.selected, r.gold, len(r.gold)); err != nil {
				t.Fatal(err)
			}
			if slices.Contains(r.gold, true) {
				kept = append(kept, r)
			}
		}
		scores, micro := gr.Scores(), measureRows(t, kept...).Micro()
		if scores.Micro != micro.F1 || scores.Kept != len(kept) || scores.Kept+scores.Skipped != len(rows) {
			t.Fatalf("GR %+v, micro %+v of %d texts", scores, micro, len(kept))
		}
		if len(kept) == 1 && scores.Macro != scores.Micro {
			t.Fatalf("one text: macro %v, micro %v", scores.Macro, scores.Micro)
		}
	})
}
