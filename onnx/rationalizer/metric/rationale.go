package metric

import "fmt"

// Rationale measures the agreement of selected tokens with human rationales
// (A2I Tables 1–4 and 6). Texts without gold and texts outside the annotation
// set are the caller's to leave out.
type Rationale struct {
	padded overlap // selected padding counts
	real   overlap // padding left out
	words  int
	macro  macroSums
}

// Micro is agreement summed over all tokens of the set: a long text weighs
// more than a short one. It obeys S·P/R = [Micro.GoldShare].
type Micro struct {
	TP int // selected gold tokens
	PP int // selected tokens
	GP int // gold tokens
	W  int // real tokens

	S  Ratio // sparsity PP/W; above 1 when enough padding is selected
	P  Ratio // precision TP/PP; 0 when nothing is selected
	R  Ratio // recall TP/GP; undefined without gold
	F1 Ratio // 2PR/(P+R); 0 when P and R are 0, undefined without gold

	NothingSelected bool // PP = 0: the row is to be flagged
	NoGold          bool // GP = 0: the row is to be flagged
}

// Add counts one text. All three slices have one entry for each position the
// model saw, padding included: selected (see [Selected]), gold, and mask, which
// is true at real tokens.
func (r *Rationale) Add(selected, gold, mask []bool) error {
	if len(selected) != len(mask) || len(gold) != len(mask) {
		return fmt.Errorf("a text of %d positions has %d mask values and %d gold labels: "+
			"all three cover the padded text", len(mask), len(selected), len(gold))
	}
	for t := range gold {
		if gold[t] && !mask[t] {
			return fmt.Errorf("position %d is gold but padding: "+
				"the rationale is not aligned with the tokens", t)
		}
	}
	r.count(selected, gold, mask)
	return nil
}

// count adds a text whose slices fit together.
func (r *Rationale) count(selected, gold, mask []bool) {
	withoutPadding := count(and(selected, mask), gold)
	r.padded.add(count(selected, gold))
	r.real.add(withoutPadding)
	r.macro.add(withoutPadding)
	for _, m := range mask {
		r.words += one(m)
	}
}

// Micro is the result as the A2I code computes it: selected padding counts as
// selected (lower P, higher S), though not as words.
func (r *Rationale) Micro() Micro { return r.padded.micro(r.words) }

// MicroWithoutPadding is the result with the selection of padding left out.
func (r *Rationale) MicroWithoutPadding() Micro { return r.real.micro(r.words) }

// micro is the result of a count over a set with this many real tokens.
func (o overlap) micro(words int) Micro {
	return Micro{
		TP: o.tp, PP: o.pp, GP: o.gp, W: words,
		S: ratio(o.pp, words), P: o.precision(), R: o.recall(), F1: o.f1(),
		NothingSelected: o.pp == 0, NoGold: o.gp == 0,
	}
}

// GoldShare is GP/W, the sparsity of the human rationales (A2I Table 5).
func (m Micro) GoldShare() Ratio { return ratio(m.GP, m.W) }

// RandomF1 is the F1 to be expected of a random selection with the same
// sparsity: its precision is the gold share and its recall S. Where selected
// padding raises S above 1, the random selection takes every word.
func (m Micro) RandomF1() Ratio {
	gold := m.GoldShare()
	if !gold.Defined || gold.Value == 0 {
		return Ratio{}
	}
	s := min(m.S.Value, 1)
	return defined(2 * gold.Value * s / (gold.Value + s))
}
