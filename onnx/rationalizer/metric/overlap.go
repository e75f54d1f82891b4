package metric

// overlap counts where a prediction and the gold rationale meet.
type overlap struct {
	tp int // positions both predicted and gold
	pp int // predicted positions
	gp int // gold positions
}

// count compares a prediction with gold, position by position; they are of
// equal length.
func count(predicted, gold []bool) overlap {
	var o overlap
	for t, p := range predicted {
		o.tp += one(p && gold[t])
		o.pp += one(p)
		o.gp += one(gold[t])
	}
	return o
}

// one is 1 for true, 0 for false.
func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// and is true where both are; a and b are of equal length.
func and(a, b []bool) []bool {
	both := make([]bool, len(a))
	for t := range a {
		both[t] = a[t] && b[t]
	}
	return both
}

// add adds another count to this one.
func (o *overlap) add(other overlap) {
	o.tp += other.tp
	o.pp += other.pp
	o.gp += other.gp
}

// precision is TP/PP, and 0 when nothing is predicted.
func (o overlap) precision() Ratio {
	if o.pp == 0 {
		return defined(0)
	}
	return ratio(o.tp, o.pp)
}

// recall is TP/GP, undefined without gold.
func (o overlap) recall() Ratio { return ratio(o.tp, o.gp) }

// f1 is the harmonic mean of precision and recall, 2TP/(PP+GP): 0 when either
// is 0, undefined without gold.
func (o overlap) f1() Ratio {
	if o.gp == 0 {
		return Ratio{}
	}
	return ratio(2*o.tp, o.pp+o.gp)
}
