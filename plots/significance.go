package plots

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// pairedT is the paired one-sided t-test of the differences' mean being above 0:
// its statistic, and the probability p of one as large when the mean is 0. Both
// are NaN for fewer than two differences and for equal ones, which tell nothing of
// how much they vary.
func pairedT(differences []float64) (t, p float64) {
	s := Summarize(differences)
	if s.N < 2 || s.Std == 0 {
		return math.NaN(), math.NaN()
	}
	t = s.Mean / (s.Std / math.Sqrt(float64(s.N)))
	return t, distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(s.N - 1)}.Survival(t)
}

// signP is the probability of at least above heads in n tosses of a fair coin: the
// one-sided p of the sign test. It is NaN without a toss.
func signP(above, n int) float64 {
	if n == 0 {
		return math.NaN()
	}
	p := 0.0
	for k := above; k <= n; k++ {
		p += distuv.Binomial{N: float64(n), P: 0.5}.Prob(float64(k))
	}
	return min(p, 1)
}
