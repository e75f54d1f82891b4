package datasets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
)

func init() {
	register(Format{
		Name: "generated",
		Doc: "Beer reviews made up by this program from a seed, with known rationales; needs no source. Three aspects have " +
			"independent polarities, and the label follows one of them.",
		Example: "rationale data import generated --name generated-aroma --set aspect=aroma",
		Options: []Option{
			{"aspect", "aroma", "appearance, aroma or palate: what the label is about"},
			{"train", "4000", "rows to train on"},
			{"dev", "500", "rows to choose by"},
			{"test", "500", "rows to test on"},
			{"shortest", strconv.Itoa(reviewShortest), "tokens aimed at, at least"},
			{"longest", strconv.Itoa(reviewLongest), "tokens aimed at, at most"},
		},
		Licence:   "that of this program",
		Classes:   [][]string{{"negative", "positive"}},
		Generates: true,
		Read:      readGenerated,
	})
}

// GenerateOptions says which reviews to make up.
type GenerateOptions struct {
	Aspect           string // appearance, aroma or palate, or 0, 1, 2
	Train, Dev, Test int    // rows
	// Shortest and Longest bound the number of tokens that a review aims at; its
	// last sentence may go beyond. 0 is the usual length.
	Shortest, Longest int
	Seed              uint64
}

// The lengths of reviews unless others are asked for, and the least and most
// that can be.
const (
	reviewShortest, reviewLongest = 44, 104
	leastTokens, mostTokens       = 16, 100_000
)

func (o GenerateOptions) check() error {
	switch {
	case o.Train < 0 || o.Dev < 0 || o.Test < 0:
		return errors.New("a split cannot have fewer than 0 rows")
	case o.Shortest < leastTokens || o.Longest > mostTokens || o.Shortest > o.Longest:
		return fmt.Errorf("reviews of %d to %d tokens; expected %d ≤ shortest ≤ longest ≤ %d", o.Shortest, o.Longest, leastTokens, mostTokens)
	}
	return nil
}

// Generate makes up reviews and hands them to take, split by split. Label 1 is
// positive. Row i of a split depends on seed, aspect, split and i alone.
//
// Within a review nothing outside the rationale depends on the label: the twin
// with the other label has the same words in all other places, and the polarity
// of other aspects is drawn on its own.
func Generate(ctx context.Context, opts GenerateOptions, take func(split string, t Text) error) error {
	aspect, err := aspectNumber(opts.Aspect, beerAspects)
	if err != nil {
		return err
	}
	opts.Shortest, opts.Longest = cmp.Or(opts.Shortest, reviewShortest), cmp.Or(opts.Longest, reviewLongest)
	if err := opts.check(); err != nil {
		return err
	}
	for i, rows := range []int{opts.Train, opts.Dev, opts.Test} {
		for row := range rows {
			if err := ctx.Err(); err != nil {
				return err
			}
			plan := reviewPlan{seed: opts.Seed, split: SplitNames[i], row: row, target: aspect, shortest: opts.Shortest, longest: opts.Longest}
			if err := take(SplitNames[i], plan.text()); err != nil {
				return err
			}
		}
	}
	return nil
}

func readGenerated(f *Feed) error {
	opts := GenerateOptions{Aspect: f.Option("aspect"), Seed: f.Seed()}
	for _, o := range []struct {
		name   string
		number *int
	}{
		{"train", &opts.Train}, {"dev", &opts.Dev}, {"test", &opts.Test},
		{"shortest", &opts.Shortest}, {"longest", &opts.Longest},
	} {
		n, err := strconv.Atoi(f.Option(o.name))
		if err != nil || n < 0 {
			return fmt.Errorf("%s=%s: expected a whole number", o.name, f.Option(o.name))
		}
		*o.number = n
	}
	aspect, err := aspectNumber(opts.Aspect, beerAspects)
	if err != nil {
		return err
	}
	f.SetAspect(beerAspects[aspect])
	f.total = int64(opts.Train + opts.Dev + opts.Test)
	return Generate(f.ctx, opts, func(split string, t Text) error {
		f.advance(1)
		example := Example{Text: t, Class: f.format.Classes[0][t.Label]}
		return f.Deliver(File{Path: "generated", Split: split}, 0, example, nil)
	})
}
