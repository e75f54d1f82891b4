package scan

import (
	"math"
)

// logistic is the law P = σ(b + Σ wₖ·(xₖ − mₖ)/dₖ) of evidence x.
type logistic struct {
	bias            float64
	weight          [weights]float64
	mean, deviation [weights]float64
}

// fit finds weights, none of them below 0, by descending the mean cross-entropy of
// the cases plus ridge·|w|²/2 a case. The ridge keeps cases that can be told apart
// without a mistake from making the law certain; a weight below 0 would count
// evidence for a backdoor as evidence against it.
func fit(cases []Case) logistic {
	l := standard(cases)
	const (
		ridge = 1.0
		steps = 500
		rate  = .5
	)
	n := float64(len(cases))
	for range steps {
		var db float64
		var dw [weights]float64
		for _, c := range cases {
			miss := (l.probability(c.Evidence) - indicator(c.Backdoor)) / n
			db += miss
			for k, x := range l.standardize(c.Evidence) {
				dw[k] += miss * x
			}
		}
		l.bias -= rate * db
		for k := range dw {
			l.weight[k] = max(0, l.weight[k]-rate*(dw[k]+ridge*l.weight[k]/n))
		}
	}
	return l
}

// standard is a law without weights that centres and scales evidence as the cases'.
func standard(cases []Case) logistic {
	var l logistic
	n := float64(len(cases))
	for k := range weights {
		for _, c := range cases {
			l.mean[k] += c.Evidence[k] / n
		}
		for _, c := range cases {
			l.deviation[k] += (c.Evidence[k] - l.mean[k]) * (c.Evidence[k] - l.mean[k]) / n
		}
		if l.deviation[k] = math.Sqrt(l.deviation[k]); l.deviation[k] == 0 {
			l.deviation[k] = 1
		}
	}
	return l
}

func (l logistic) standardize(x [weights]float64) [weights]float64 {
	for k := range x {
		x[k] = (x[k] - l.mean[k]) / l.deviation[k]
	}
	return x
}

func (l logistic) probability(x [weights]float64) float64 {
	sum := l.bias
	for k, x := range l.standardize(x) {
		sum += l.weight[k] * x
	}
	return 1 / (1 + math.Exp(-sum))
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
