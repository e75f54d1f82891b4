package metric

import "fmt"

// GR is BadRNL's gold-rationale F1 on clean texts. Its units are sentences for
// FEVER and MultiRC, tokens for Beer, Hotel and Movies.
type GR struct {
	total         overlap
	f1            float64 // sum over the kept texts
	kept, skipped int
	cut           int // gold units outside the window
}

// GRScores is the result of [GR].
type GRScores struct {
	Macro Ratio // mean of the texts' 2TP/(2TP+FP+FN), the paper's GR; undefined without kept texts
	Micro Ratio // the same from the summed counts of the kept texts

	Kept    int // texts with gold inside the window
	Skipped int // texts without: they count in neither average, whatever was predicted
	Cut     int // gold units outside the window, of kept and skipped texts
}

// Add counts one text, given for each of its units whether it is predicted and
// whether it is gold. Only the first window units fit the model's input: later
// gold is cut off, later predictions are padding. Gold that a defence removed
// stays gold and is not predicted, so it counts as missed.
func (g *GR) Add(predicted, gold []bool, window int) error {
	if window < 0 || window > len(predicted) || window > len(gold) {
		return fmt.Errorf("a window of %d units does not fit %d predictions and %d gold labels",
			window, len(predicted), len(gold))
	}
	for _, unit := range gold[window:] {
		g.cut += one(unit)
	}
	g.count(count(predicted[:window], gold[:window]))
	return nil
}

// count adds what lies inside the window of one text.
func (g *GR) count(o overlap) {
	f1 := o.f1()
	if !f1.Defined {
		g.skipped++
		return
	}
	g.kept++
	g.f1 += f1.Value
	g.total.add(o)
}

// Scores is the result over the texts added so far.
func (g *GR) Scores() GRScores {
	return GRScores{
		Macro: mean(g.f1, g.kept), Micro: g.total.f1(),
		Kept: g.kept, Skipped: g.skipped, Cut: g.cut,
	}
}
