package infer

import (
	"context"
	"math"

	"rationale/datasets"
	"rationale/stages/examples"
	"rationale/stages/examples/texts"
	"rationale/stages/tokenize"
)

// What a model is asked about at once: few enough positions to stay within a
// processor's caches, and few enough examples for their lengths to be alike.
const (
	batchTexts     = 64      // or graphs
	batchPositions = 1 << 13 // padding included
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
// similar length go through the model together. Unknown words stay unknown. Several
// goroutines may call it at once.
func (m *Model) AnswerAll(ctx context.Context, given []tokenize.Given) ([]Answer, error) {
	set := make(texts.Set, len(given))
	for i, g := range given {
		set[i] = g.Text
	}
	answers, err := m.answerAll(ctx, set, fewPositions)
	for i := range answers {
		answers[i].Spans, answers[i].Unknown = given[i].Spans, given[i].Unknown
	}
	return answers, err
}

// fewPositions tells that so many texts of so many positions may be asked about at once.
func fewPositions(n, positions int) bool { return n*positions <= batchPositions }

// batches puts examples of similar length together, as many as fit.
func (m *answering) batches(set examples.Set, fits func(n, positions int) bool) [][]int {
	var out [][]int
	for _, batch := range examples.Sorted(set, batchTexts) {
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
