// Package generator makes up beer reviews with known rationales from a seed.
// Three aspects have independent polarities, and the label follows one of them.
package generator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"rationale/datasets"
)

// Aspects are what the label can follow.
var Aspects = []string{"Appearance", "Aroma", "Palate"}

// Prefix begins the names of the datasets that the program brings along; an
// aspect follows it. No import may take such a name.
const Prefix = "generated-"

// CheckFree refuses a name that begins like theirs, in any case.
func CheckFree(name string) error {
	if strings.HasPrefix(strings.ToLower(name), Prefix) {
		return fmt.Errorf("names that begin with %s are those of the datasets that this program brings along; choose another --name", Prefix)
	}
	return nil
}

// The lengths of reviews unless others are asked for, and the least and most
// that can be, in tokens.
const (
	Shortest, Longest       = 44, 104
	leastTokens, mostTokens = 16, 100_000
)

// Options say which reviews to make up.
type Options struct {
	Aspect           int // place in Aspects
	Train, Dev, Test int // rows
	// Shortest and Longest bound the number of tokens that a review aims at; its
	// last sentence may go beyond. 0 is the usual length.
	Shortest, Longest int
	Seed              uint64
}

func (o Options) check() error {
	switch {
	case o.Aspect < 0 || o.Aspect >= len(Aspects):
		return fmt.Errorf("aspect %d; expected one of the %d of %v", o.Aspect, len(Aspects), Aspects)
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
func Generate(ctx context.Context, o Options, take func(split string, t datasets.Text) error) error {
	o.Shortest, o.Longest = cmp.Or(o.Shortest, Shortest), cmp.Or(o.Longest, Longest)
	if err := o.check(); err != nil {
		return err
	}
	for i, rows := range []int{o.Train, o.Dev, o.Test} {
		for row := range rows {
			if err := ctx.Err(); err != nil {
				return err
			}
			plan := reviewPlan{seed: o.Seed, split: datasets.SplitNames[i], row: row, target: o.Aspect, shortest: o.Shortest, longest: o.Longest}
			if err := take(datasets.SplitNames[i], plan.text()); err != nil {
				return err
			}
		}
	}
	return nil
}
