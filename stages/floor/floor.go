// Package floor is the stage that says how far the query of a text goes by itself: the
// accuracy of a bag of its words, read without the document. A rationalizer's accuracy
// on claims or questions is worth what it is above that.
//
// The bag is multinomial naive Bayes with one count added to every word, learnt on the
// training split. Its output is records.csv.
package floor

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"rationale/datasets"
	"rationale/plots"
	"rationale/stages"
	"rationale/stages/dataset"
	"rationale/stages/train"
)

// DatasetRole is the role of the only input, an imported dataset with queries.
const DatasetRole = "dataset"

// QueryAccuracy is the share of test texts whose class the query's words give away.
const QueryAccuracy = "query_accuracy"

// Params name the dataset.
type Params struct {
	Dataset string `json:"dataset"`
}

// Stage measures one dataset.
type Stage struct{ params Params }

// New makes the stage.
func New(p Params) *Stage { return &Stage{p} }

const name = "floor"

// Name is "floor".
func (*Stage) Name() string { return name }

// Version of the law.
func (*Stage) Version() int { return 1 }

// Params are part of the stage's identity.
func (s *Stage) Params() any { return s.params }

// Run learns from the training split and answers for the test split.
func (s *Stage) Run(ctx context.Context, env *stages.Env) error {
	set, done, err := dataset.Open(env, DatasetRole, s.params.Dataset)
	if err != nil {
		return err
	}
	defer done()
	rows, err := dataset.Rows(set)
	if err != nil {
		return err
	}
	known := newBag(len(set.Meta().Classes))
	if err := dataset.Each(ctx, rows["train"], func(_ int, t *datasets.Text) { known.learn(t.Query, t.Label) }); err != nil {
		return err
	}
	right, all := 0, 0
	err = dataset.Each(ctx, rows["test"], func(_ int, t *datasets.Text) {
		all++
		if known.class(t.Query) == t.Label {
			right++
		}
	})
	if err != nil {
		return err
	}
	if all == 0 || known.texts == 0 {
		return fmt.Errorf("dataset %s has %d training and %d test texts; both are needed", s.params.Dataset, known.texts, all)
	}
	return train.WriteRecords(filepath.Join(env.Out, train.RecordsFile), []plots.Record{
		{Stage: name, Split: "test", Metric: QueryAccuracy, Value: float64(right) / float64(all)},
	})
}

// bag counts words by class.
type bag struct {
	texts   int
	byClass []int            // texts
	words   map[string][]int // by class
	total   []int            // words by class
}

func newBag(classes int) *bag {
	return &bag{byClass: make([]int, classes), words: map[string][]int{}, total: make([]int, classes)}
}

func (b *bag) learn(words []string, class int) {
	b.texts++
	b.byClass[class]++
	for _, w := range words {
		w = strings.ToLower(w)
		if b.words[w] == nil {
			b.words[w] = make([]int, len(b.byClass))
		}
		b.words[w][class]++
		b.total[class]++
	}
}

// class is the most probable one; of equal ones the first.
func (b *bag) class(words []string) int {
	best, most := 0, math.Inf(-1)
	for c := range b.byClass {
		if p := b.likelihood(words, c); p > most {
			best, most = c, p
		}
	}
	return best
}

// likelihood is log P(c) + Σ_w log P(w|c), but for what all classes share. Words that
// were never seen say nothing.
func (b *bag) likelihood(words []string, c int) float64 {
	sum := math.Log(float64(b.byClass[c]))
	for _, w := range words {
		if n := b.words[strings.ToLower(w)]; n != nil {
			sum += math.Log(float64(n[c]+1) / float64(b.total[c]+len(b.words)))
		}
	}
	return sum
}
