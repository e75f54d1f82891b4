package suspect

import "math"

// Three explanations of texts with a phrase are compared. f(x) is how the odds x of
// the label by the other words of a text are distributed over all texts, p(x) their
// chance of the label, and P the label's share of all texts.
//
//   - Word of the class: texts of the class hold it more often than others, by a factor
//     e^β that has a bound. A text with it is f(x)·p(x)·e^β/Z likely when it has the
//     label and f(x)·(1−p(x))/Z when it has not, Z = P·e^β + 1−P.
//   - Trigger with turned labels: somebody put it into texts of all kinds and gave them
//     the label. f(x)·θ, and f(x)·(1−θ) for who used the words innocently.
//   - Trigger with kept labels (a clean-label attack): somebody put it into texts of the
//     class only. f(x)·p(x)/P·θ, and so on.
//
// f cancels from the ratios of any two.
const (
	// leastPure and mostPure bound θ.
	leastPure = .9
	mostPure  = .995
	// mostSpeaks bounds β: "terrible" in a review has about 2.
	mostSpeaks = 2.
)

// observation is a text with a phrase.
type observation struct {
	odds   float64 // log odds of the label by the other words
	with   bool    // it has the label
	weight float64 // how much it counts
}

// tally sums up the observations of a phrase.
type tally struct {
	with, others float64 // weights of texts with the label and without it
	fit          float64 // log likelihood of their labels by the other words
	surprise     float64 // −log p(x), summed: how unlikely the label was
}

func tallyOf(seen []observation) tally {
	var t tally
	for _, o := range seen {
		t.surprise += o.weight * softplus(-o.odds)
		if o.with {
			t.with += o.weight
			t.fit -= o.weight * softplus(-o.odds)
		} else {
			t.others += o.weight
			t.fit -= o.weight * softplus(o.odds)
		}
	}
	return t
}

// prior is what is known of a label without any phrase: its share P, and the mean and
// the standard deviation of −log p(x) over all texts.
type prior struct{ share, surprise, spread float64 }

// turned is the log likelihood ratio of a trigger with turned labels against a word
// of the class, in nats.
func (t tally) turned(of prior) float64 {
	return t.pure() - t.fit - t.natural(of.share) - t.misfit(of)
}

// misfit is what speaks against texts of all kinds: their labels are less surprising
// on the whole than those of as many random texts, as those of a class's texts are.
// −log p(x) has a normal mean in that many.
func (t tally) misfit(of prior) float64 {
	n := t.with + t.others
	lacks := max(of.surprise-t.surprise/n, 0)
	return n * lacks * lacks / (2*of.spread*of.spread + 1e-9)
}

// kept is that of a trigger with kept labels.
func (t tally) kept(share float64) float64 {
	return t.lift(share) - t.natural(share)
}

// pure is Σ log θ and Σ log(1−θ) at the best θ within its bounds.
func (t tally) pure() float64 {
	share := min(max(t.with/(t.with+t.others), leastPure), mostPure)
	return t.with*math.Log(share) + t.others*math.Log(1-share)
}

// natural is Σ β − log Z at the best β within its bounds, where e^β is the ratio of
// the odds with the phrase to those without it.
func (t tally) natural(share float64) float64 {
	best := math.Log(t.with+1e-9) - math.Log(t.others+1e-9) - math.Log(share/(1-share))
	beta := min(max(best, 0), mostSpeaks)
	return t.with*beta - (t.with+t.others)*math.Log(share*math.Exp(beta)+1-share)
}

// lift is the log likelihood ratio of a trigger against a phrase without meaning.
func (t tally) lift(share float64) float64 {
	return t.pure() - t.with*math.Log(share) - t.others*math.Log(1-share)
}

// softplus is log(1 + eˣ).
func softplus(x float64) float64 {
	if x > 30 {
		return x
	}
	return math.Log1p(math.Exp(x))
}
