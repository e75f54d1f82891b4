package experiments

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"rationale/pipeline/engine"
)

// note tells people what the batch will use, and for how long.
func (l *Lab) note(b *Batch) {
	seconds := 0.0
	used, counted := map[string]bool{}, map[*engine.Node]bool{}
	runs := b.trained()
	for _, r := range runs {
		for _, n := range append([]*engine.Node{r.Train}, r.measured()...) { // attacked runs share some
			if !counted[n] {
				seconds += n.Weight
			}
			counted[n] = true
		}
		name := r.Labels["dataset"]
		used[name] = true
		b.Random = b.Random || r.begun == nil && l.sources[name].vectors == nil && !l.sources[name].graphs
	}
	if n := len(b.counts()); n > 0 {
		b.Notes = append(b.Notes, fmt.Sprintf("%d datasets are counted, which takes seconds", n))
	}
	if len(runs) > 0 {
		b.Notes = append(b.Notes, fmt.Sprintf("%d runs on %s, profile %s: some %.0f min on two cores if nothing is done yet",
			len(runs), joinSorted(used), l.opts.Profile, minutes(seconds)))
	}
	b.noteSearches()
	b.Notes = append(b.Notes, b.LeftOut...)
	if b.Random {
		b.Notes = append(b.Notes, "generated data uses seeded random word vectors, frozen")
	}
}

// noteSearches counts the runs that open searches for a sparsity may add.
func (b *Batch) noteSearches() {
	open, seconds := 0, 0.0
	b.Further = 0
	for _, r := range b.Runs {
		if r.Search != nil && r.Search.Open {
			open++
			b.Further += r.Search.further()
			seconds += float64(r.Search.further()) * r.seconds()
		}
	}
	if b.Further > 0 {
		b.Notes = append(b.Notes, fmt.Sprintf("%d of the runs are attempts at a sparsity; where one misses it others follow, at most %d (%.0f min), and then the figures and tables",
			open, b.Further, minutes(seconds)))
	}
}

// seconds is the estimated time of training and evaluation.
func (r *Run) seconds() float64 { return r.Train.Weight + r.Evaluate.Weight }

// minutes is the time of seconds of work on two cores.
func minutes(seconds float64) float64 { return math.Ceil(seconds / 60 / 2) }

// leftOut says of the datasets that were asked for which are not used, and why.
func (l *Lab) leftOut(chosen []Experiment, asked []string) []string {
	chosen, out := l.beginnable(chosen)
	for _, name := range asked {
		same := l.sameKind(chosen, name)
		if why := cmp.Or(l.otherKind(chosen, name), l.commonly(same, name)); why != "" {
			out = append(out, name+" is left out: "+why)
			continue
		}
		for _, e := range same {
			if why := l.lacks(e, name); why != "" {
				out = append(out, fmt.Sprintf("%s is left out of %s: %s", name, e.Name, why))
			}
		}
	}
	return out
}

// commonly is why no run of any of the experiments can be made on a dataset; empty
// where one can, or where reasons differ.
func (l *Lab) commonly(chosen []Experiment, name string) string {
	why := ""
	for i, e := range chosen {
		of := l.unusable(e, name)
		if !e.trains() || i > 0 && of != why {
			return ""
		}
		why = of
	}
	return why
}

// unusable says in short why an experiment cannot use a dataset; empty when it can.
// One without runs needs no more than that it can be read.
func (l *Lab) unusable(e Experiment, name string) string {
	s, why := l.sources[name], l.otherKind([]Experiment{e}, name)
	switch {
	case why != "" || !e.trains() && s.damage == nil:
		return why
	case e.begins():
		return s.untrainable()
	}
	return cmp.Or(s.untrainable(), l.wordless(s))
}

// untrainable says in short why no run can be made on a dataset, whatever reads it;
// empty when one can.
func (s source) untrainable() string {
	if s.damage != nil {
		return "it is damaged"
	}
	return s.unfit
}

// wordless says in short why there are no word vectors for a dataset; empty when there
// are, and where none are needed.
func (l *Lab) wordless(s source) string {
	switch {
	case s.worded():
		return ""
	case errors.Is(l.noVectors, ErrNoVectors):
		return ErrNoVectors.Error()
	}
	return "the word vectors are damaged"
}

func joinSorted(set map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(set)), ", ")
}

// command is the line that plans the experiments again: it names what would
// otherwise depend on what is there, on the profile or on the machine.
func (l *Lab) command(chosen []Experiment, only []string) []string {
	words := []string{"rationale", "reproduce"}
	for _, e := range chosen {
		words = append(words, e.Name)
	}
	words = append(words, "--profile", l.opts.Profile)
	if n := l.seeds(chosen[0]); !slices.ContainsFunc(chosen, func(e Experiment) bool { return l.seeds(e) != n }) {
		words = append(words, "--seeds", strconv.Itoa(n)) // else the experiments say so
	}
	for _, name := range only {
		words = append(words, "--dataset", name)
	}
	for _, target := range l.opts.Targets {
		words = append(words, "--target", shownTarget(target))
	}
	if l.opts.Checkpoint != "" {
		words = append(words, "--checkpoint", l.opts.Checkpoint)
	}
	if l.opts.SparsityFrom == FromAnnotations {
		words = append(words, "--sparsity-from", string(FromAnnotations))
	}
	return append(words, l.opts.flags()...)
}
