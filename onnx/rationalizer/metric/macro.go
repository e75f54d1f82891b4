package metric

// Macro is agreement computed for each text and then averaged over all texts,
// those without gold or without a selection included (as 0). It is the
// average of the CR code and so of the rows that A2I's Table 4 copies from
// there; padding is left out. F1 is not 2PR/(P+R). Without any text all three
// are undefined.
type Macro struct {
	Texts int
	P     Ratio
	R     Ratio
	F1    Ratio
}

// crEpsilon is what the CR code adds to every denominator.
const crEpsilon = 1e-8

// macroSums are the sums of the values of single texts.
type macroSums struct {
	texts    int
	p, r, f1 float64
}

// add adds one text.
func (s *macroSums) add(o overlap) {
	tp, pp, gp := float64(o.tp), float64(o.pp), float64(o.gp)
	s.texts++
	s.p += tp / (pp + crEpsilon)
	s.r += tp / (gp + crEpsilon)
	s.f1 += 2 * tp / (pp + gp + crEpsilon)
}

// Macro is the mean over the texts added so far.
func (r *Rationale) Macro() Macro {
	s := r.macro
	return Macro{
		Texts: s.texts,
		P:     mean(s.p, s.texts),
		R:     mean(s.r, s.texts),
		F1:    mean(s.f1, s.texts),
	}
}
