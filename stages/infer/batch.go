package infer

import (
	"context"
	"math"

	"rationale/datasets"
	"rationale/stages/examples"
	"rationale/stages/examples/texts"
	"rationale/stages/tokenize"
)

// Bounds of what goes through a model at once. A step in time costs what eight texts
// cost, however few there are, so batches are large; they stay smaller than that where
// there are few examples, so that every processor has some.
const (
	leastExamples, mostExamples = 64, 256
	mostPositions               = 1 << 15 // padding included; 100 MB in a model of the papers' size
	mostPieces                  = 1 << 13 // of the large encoders that read pieces of words
)

// Prepare finds the words of a text, and of the query that it is about or none, as
// the dataset's import does. Several goroutines may call it at once.
func (m *Model) Prepare(query, text string) (tokenize.Given, error) {
	return m.reader.Prepare(query, text)
}

// Read reads a text whose words are known. Several goroutines may call it at once.
func (m *Model) Read(t datasets.Text) (tokenize.Given, error) { return m.reader.Read(t) }

// Vocabulary is what the model knows of its dataset's words, or of pieces of words.
func (m *Model) Vocabulary() []string { return m.reader.Vocabulary() }

// AnswerAll answers for texts that Prepare has read, in their order; texts of
// similar length go through the model together. Unknown words stay unknown. With a GRU
// an answer is the same to the bit whatever else is asked; with BERT the padding that
// others bring may change last digits. Several goroutines may call it at once.
func (m *Model) AnswerAll(ctx context.Context, given []tokenize.Given) ([]Answer, error) {
	set := make(texts.Set, len(given))
	for i, g := range given {
		set[i] = g.Text
	}
	answers, err := m.answerAll(ctx, set, m.fits)
	for i := range answers {
		answers[i].Spans, answers[i].Unknown = given[i].Spans, given[i].Unknown
	}
	return answers, err
}

// fits tells that so many texts of so many positions may be asked about at once.
func (m *Model) fits(n, positions int) bool {
	if m.Reading().Tokenizer == tokenize.WordPiece {
		return n*positions <= mostPieces
	}
	return n*positions <= mostPositions
}

// batches puts examples of similar length together, as many as fit.
func (m *answering) batches(set examples.Set, fits func(n, positions int) bool) [][]int {
	var out [][]int
	for _, batch := range examples.Sorted(set, m.together(set.Len())) {
		for len(batch) > 0 {
			n := 1 // the longer ones stand behind
			for n < len(batch) && fits(n+1, max(m.padTo, set.Length(batch[n]))) {
				n++
			}
			out, batch = append(out, batch[:n]), batch[n:]
		}
	}
	return out
}

// together is how many of n examples make a batch where they fit: of few examples so
// many that there are some batches for each processor.
func (m *answering) together(n int) int {
	const each = 4
	return min(max(leastExamples, n/(each*cap(m.places))), mostExamples)
}

// softmax are the probabilities that logits stand for.
func softmax(logits []float32) []float64 {
	highest := math.Inf(-1)
	for _, l := range logits {
		highest = max(highest, float64(l))
	}
	p, sum := make([]float64, len(logits)), 0.0
	for i, l := range logits {
		p[i] = math.Exp(float64(l) - highest)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}
