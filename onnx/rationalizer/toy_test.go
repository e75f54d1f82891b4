package rationalizer

import (
	"math"
	"math/rand/v2"
	"testing"

	"rationale/onnx/tensor"
)

// A2I's toy example (appendix A.2, Figures 2 and 7): every text has a full stop
// and a comma, and by its class a word of praise or of blame.
const (
	fullStop = int64(iota + 1)
	comma
	praise
	blame
	firstFiller
)

const toyTexts, toyLength = 32, 5

// toyBatch is texts of both classes, their words in random order, so that nothing
// but praise and blame tells the classes apart.
func toyBatch(r *rand.Rand) values {
	var ids, labels, other []int64
	for i := range int64(toyTexts) {
		text := []int64{fullStop, comma, truth.words[i%2]}
		for len(text) < toyLength {
			text = append(text, firstFiller+r.Int64N(smallWords-firstFiller))
		}
		r.Shuffle(toyLength, func(i, j int) { text[i], text[j] = text[j], text[i] })
		ids, labels, other = append(ids, text...), append(labels, i%2), append(other, 1-i%2)
	}
	mask := make([]int64, len(ids))
	for i := range mask {
		mask[i] = 1
	}
	return values{InputIDs: grid(toyLength, ids), InputMask: grid(toyLength, mask),
		InputLabels: tensor.Vector(labels), "attacked_class": tensor.Vector(other)}
}

// habit is what a generator selects: in a text the word of its class, with a
// probability, and every other word with another.
type habit struct {
	name        string
	words       [2]int64 // of negative and of positive texts
	own, others float64
}

var (
	// pattern selects what both classes have, the one here and the other there, so
	// that the selection itself makes the correlation.
	pattern = habit{"pattern", [2]int64{comma, fullStop}, 1, 0}
	// truth selects what the class comes from, four times of five, and of the
	// rest, which the predictor so learns to be undecided on, as it comes.
	truth = habit{"truth", [2]int64{blame, praise}, .8, .2}
)

// noise [T,B] is so strong that it makes the generator select by the habit. The
// generator learns nothing then.
func (h habit) noise(r *rand.Rand, b values) *tensor.Tensor {
	ids, noise := tensor.Data[int64](b[InputIDs]), make([]float32, toyTexts*toyLength)
	for i, id := range ids {
		text, at, chance := i/toyLength, i%toyLength, h.others
		if id == h.words[text%2] {
			chance = h.own
		}
		noise[at*toyTexts+text] = -1000
		if r.Float64() < chance {
			noise[at*toyTexts+text] = 1000
		}
	}
	x, err := tensor.Of([]int64{toyLength, toyTexts}, noise)
	if err != nil {
		panic(err) // the sizes are ours
	}
	return x
}

// outcome is what a game came to, over its last fifth: how sure the predictor is
// of a text's class on what the generator selects, and of the other class on what
// the attacker does.
type outcome struct{ sure, misled float64 }

// play trains predictor and attacker of a method for some steps while the
// generator keeps to a habit.
func play(t *testing.T, method string, h habit, steps int) (o outcome) {
	t.Helper()
	c, last := small(method, tensor.Float32), steps/5
	c.Hyper.Dropout, c.Hyper.Hidden, c.Inspect = 0, 8, false
	g, r := mustStepGraph(t, c), rand.New(rand.NewPCG(2, 2))
	p, now := compile(t, g.Graph), state(c, g)
	fixed := join(numbers(c), of(c, Values{LearningRate: 2e-2, sparsity: 1. / toyLength, lambdaSparsity: 1, lambdaCoherence: 0, classWeight: 1}))
	for i := range steps {
		b := toyBatch(r)
		out := p.run(join(now, fixed, b, draws(c, g, b, uint64(i)), values{"generator/noise": h.noise(r, b)}))
		now = following(now, out)
		if i >= steps-last {
			o.sure += math.Exp(-out["cross_entropy"].Float64s()[0]) / float64(last)
			o.misled += math.Exp(-out["attack_cross_entropy"].Float64s()[0]) / float64(last)
		}
	}
	return o
}

// TestToyExample: a predictor of RNP is as sure of a pattern that the selection
// made as it can be of anything. The attacker tells the pattern from the truth: it
// finds the one in texts of the other class and misleads the predictor by it, and
// the other is not in them. A2I's instruction takes the certainty out of the
// pattern, to the ¾ of appendix C.2 on both sides, and leaves the truth as it was,
// which is now what the generator does better to select.
func TestToyExample(t *testing.T) {
	known := math.Exp(-.2 * math.Ln2) // undecided on the fifth part, which lacks the word
	for _, tc := range []struct {
		method       string
		habit        habit
		steps        int
		sure, misled float64
	}{
		{"RNP", pattern, 400, 1, 1},
		{"RNP", truth, 400, known, .5},
		{"RNP+A2I", pattern, 1600, .75, .75},
		{"RNP+A2I", truth, 600, known, .5},
	} {
		got := play(t, tc.method, tc.habit, tc.steps)
		if math.Abs(got.sure-tc.sure) > .04 || math.Abs(got.misled-tc.misled) > .08 {
			t.Errorf("%s on the %s: sure of the class by %.3f, of a wrong one by %.3f; want %.3f and %.3f",
				tc.method, tc.habit.name, got.sure, got.misled, tc.sure, tc.misled)
		}
	}
}
