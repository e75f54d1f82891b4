package suspect

import (
	"context"
	"math"
	"slices"

	"rationale/datasets/random"
)

// The reader says what a text's words speak for: a linear model of the presence of
// words (logistic regression, a class against the others), trained on the texts of
// other documents than the one it reads.
const (
	folds  = 5
	epochs = 6
	rate   = .3
	decay  = 1e-4
)

// reader is such a model for each class and fold.
type reader struct {
	corpus   *corpus
	features [][]feature // of each text
	weights  [][][]float64
	scale    [][2]float64 // of each class: logit = scale[0] + scale[1]·score
}

// feature is a word of a text: its number, and how much it counts.
type feature struct {
	number int32
	value  float64
}

// newReader trains the models of all classes and folds.
func newReader(ctx context.Context, c *corpus) (*reader, error) {
	r := &reader{corpus: c}
	for i := range c.texts {
		r.features = append(r.features, c.features(&c.texts[i]))
	}
	for class := range c.classes {
		var of [][]float64
		for fold := range folds {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			of = append(of, r.train(class, fold))
		}
		r.weights = append(r.weights, of)
		r.scale = append(r.scale, r.calibrate(class))
	}
	return r, nil
}

// features are the distinct words of a text and of its query, each part of length 1,
// and a constant.
func (c *corpus) features(t *text) []feature {
	words := slices.Clone(t.stream)
	slices.Sort(words)
	words = slices.Compact(words)[1:] // without the edge
	out := []feature{{edge, 1}}       // whose number serves the constant
	for _, w := range words {
		out = append(out, feature{w, 1 / math.Sqrt(float64(len(words)))})
	}
	for _, w := range t.query {
		out = append(out, feature{int32(len(c.words)) + w, 1 / math.Sqrt(float64(len(t.query)))})
	}
	return out
}

// fold is the fold of a text: texts of one document are in the same.
func (t *text) fold() int { return int(t.document % folds) }

// train learns from the texts outside a fold whether they are of a class, by AdaGrad.
func (r *reader) train(class, fold int) []float64 {
	size := len(r.corpus.words) + len(r.corpus.queries)
	weights, sums := make([]float64, size), make([]float64, size)
	for epoch := range epochs {
		for _, i := range random.Order(len(r.features), uint64(epoch), "suspect/reader") {
			t := &r.corpus.texts[i]
			if t.fold() == fold {
				continue
			}
			miss := sigmoid(score(weights, r.features[i])) - indicator(t.label == class)
			for _, f := range r.features[i] {
				g := miss*f.value + decay*weights[f.number]
				sums[f.number] += g * g
				weights[f.number] -= rate * g / (math.Sqrt(sums[f.number]) + 1e-8)
			}
		}
	}
	return weights
}

// score is a model's answer to some words.
func score(weights []float64, features []feature) float64 {
	sum := 0.
	for _, f := range features {
		sum += weights[f.number] * f.value
	}
	return sum
}

// unled is the score without the word that adds most to it or takes most from it.
func unled(weights []float64, features []feature) float64 {
	lead := 0.
	for _, f := range features[1:] { // behind the constant
		if adds := weights[f.number] * f.value; math.Abs(adds) > math.Abs(lead) {
			lead = adds
		}
	}
	return score(weights, features) - lead
}

// calibrate finds the line from scores to log odds that fits the labels best, by
// Newton's method. Each text goes without its weightiest word: it is what is left
// without a phrase that has to be read with the right confidence, and where one word
// says all, that is nothing.
func (r *reader) calibrate(class int) (scale [2]float64) {
	for range 20 {
		var g, h0, h1, h2, g1 float64
		for i := range r.features {
			x := unled(r.weights[class][r.corpus.texts[i].fold()], r.features[i])
			p := sigmoid(scale[0] + scale[1]*x)
			miss, v := indicator(r.corpus.texts[i].label == class)-p, p*(1-p)
			g, g1 = g+miss, g1+miss*x
			h0, h1, h2 = h0+v, h1+v*x, h2+v*x*x
		}
		h0, h2 = h0+1e-6, h2+1e-6
		det := h0*h2 - h1*h1
		scale[0] += (h2*g - h1*g1) / det
		scale[1] += (h0*g1 - h1*g) / det
	}
	return scale
}

// odds are the log odds that a text is of a class by its words but those of a phrase.
func (r *reader) odds(i, class int, without []int32) float64 {
	weights := r.weights[class][r.corpus.texts[i].fold()]
	sum := 0.
	for _, f := range r.features[i] {
		if f.number == edge || !slices.Contains(without, f.number) {
			sum += weights[f.number] * f.value
		}
	}
	return r.scale[class][0] + r.scale[class][1]*sum
}

// class is what a text's words but those of a phrase speak for.
func (r *reader) class(i int, without []int32) int {
	best := 0
	for class := range r.weights {
		if r.odds(i, class, without) > r.odds(i, best, without) {
			best = class
		}
	}
	return best
}

// prior looks at all texts as if they had a label, whose share is given.
func (r *reader) prior(label int, share float64) prior {
	sum, squares, n := 0., 0., float64(len(r.features))
	for i := range r.features {
		surprise := softplus(-r.odds(i, label, nil))
		sum, squares = sum+surprise, squares+surprise*surprise
	}
	return prior{share, sum / n, math.Sqrt(max(squares/n-sum*sum/(n*n), 0))}
}

// accuracy is the share of texts whose label their words speak for.
func (r *reader) accuracy() float64 {
	right := 0
	for i, t := range r.corpus.texts {
		if r.class(i, nil) == t.label {
			right++
		}
	}
	return float64(right) / float64(len(r.features))
}

// usual is the share of a label among texts whose words speak against it.
func (r *reader) usual(label int) float64 {
	against, unmoved := 0, 0
	for i, t := range r.corpus.texts {
		if r.odds(i, label, nil) < 0 {
			against++
			unmoved += int(indicator(t.label == label))
		}
	}
	return float64(unmoved) / float64(max(against, 1))
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func indicator(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
