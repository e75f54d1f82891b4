package experiments

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"rationale/pipeline/engine"
	"rationale/plots"
	"rationale/stages/figure"
)

// SparsitySource says on which texts a search reads the share that a run selects.
type SparsitySource string

// The sources. Neither looks at which words people marked.
const (
	FromDev         SparsitySource = "dev"         // all development texts, at the chosen epoch
	FromAnnotations SparsitySource = "annotations" // annotated test texts, as A2I's authors did
)

// sparsityKey and targetKey are keys of runs: what s was given, or which S was
// wanted.
const sparsityKey, targetKey = "sparsity", "target"

// Search is the search for the s of one run.
type Search struct {
	Target float64
	// Attempts are its runs in order; while the search is open the last is to be
	// made yet.
	Attempts []*Run
	Open     bool

	tried []attempt // those that are done
	most  int       // attempts that it may make
}

// search plans the attempts that the store's results ask for, and gives the run
// that they lead to: the nearest, or while the search is open the one to be made.
func (l *Lab) search(spec RunSpec, over layer, target float64) (*Run, error) {
	first, err := l.attempt(spec, over, target)
	if err != nil {
		return nil, err
	}
	found := &Search{Target: target, most: cmp.Or(l.opts.Attempts, l.profile.Attempts)}
	s, more := firstS(target, first.Settings.Padding), true
	for more {
		r, err := l.attempt(spec, over, s)
		if err != nil {
			return nil, err
		}
		found.Attempts = append(found.Attempts, r)
		share, done, err := l.reached(r)
		if err != nil {
			return nil, err
		}
		if found.Open = !done; found.Open {
			break
		}
		found.tried = append(found.tried, attempt{s, share})
		s, more = nextS(target, found.tried, found.most)
	}
	return found.run(), nil
}

// attempt plans an ordinary run with an s, at the size that the profile has time for.
// What it is called says so always: which
// other attempts there are is a matter of the store.
func (l *Lab) attempt(spec RunSpec, over layer, s float64) (*Run, error) {
	with := layer{}
	maps.Copy(with, over)
	with[sparsityKey] = s
	r, err := l.searcher().plan(spec, with)
	if err != nil {
		return nil, err
	}
	r.call(r.Labels.Apart([]plots.Labels{r.Labels, r.Labels.With("variant", "")}))
	for _, n := range []*engine.Node{r.Train, r.Evaluate} {
		n.Label += ", sparsity " + r.Labels[sparsityKey]
	}
	return r, nil
}

// searcher is the lab with what its profile says of the runs of searches.
func (l *Lab) searcher() *Lab {
	searcher := *l
	searcher.profile.Format = map[string]layer{}
	maps.Copy(searcher.profile.Format, l.profile.Format)
	for format, more := range l.profile.Searched {
		of := layer{}
		maps.Copy(of, l.profile.Format[format])
		maps.Copy(of, more)
		searcher.profile.Format[format] = of
	}
	return &searcher
}

// run is the attempt that figures and tables show. It bears the target in place of
// its s, which may be another with each seed.
func (s *Search) run() *Run {
	shown := *s.Attempts[len(s.Attempts)-1]
	if !s.Open {
		best := nearest(s.Target, s.tried)
		shown = *s.Attempts[slices.Index(s.tried, best)]
	}
	shown.Labels = shown.Labels.With(sparsityKey, "").With(targetKey, shownTarget(s.Target))
	shown.Search = s
	return &shown
}

// further is how many attempts may follow those that are planned.
func (s *Search) further() int {
	if !s.Open {
		return 0
	}
	return s.most - len(s.Attempts)
}

// missed says that no attempt landed, and how far the nearest is from the target;
// empty when one did, and while the search is open.
func (r *Run) missed() string {
	s := r.Search
	if s == nil || s.Open {
		return ""
	}
	best := nearest(s.Target, s.tried)
	if best.miss(s.Target) <= landed {
		return ""
	}
	return fmt.Sprintf("%s on %s, seed %d (%.3g %%: with s = %.3g %.1f %%)", r.Method.Name, r.Dataset, r.Seed, 100*s.Target, best.S, 100*best.Reached)
}

// reached is the share of the words that a run selects; false when the run is not
// done, or damaged, so that it will be made again.
func (l *Lab) reached(r *Run) (share float64, done bool, err error) {
	node, wanted := r.Train, plots.Selector{"split": "dev", "metric": "sparsity"}
	if l.opts.SparsityFrom == FromAnnotations {
		node, wanted = r.Evaluate, plots.Selector{"split": "test", "mask": "sampled", "metric": "rationale_sparsity"}
	}
	dir, err := l.finished(node)
	if dir == "" || err != nil {
		return 0, false, err
	}
	records, err := figure.ReadRun(dir, r.Labels)
	if err != nil {
		return 0, false, err
	}
	for _, record := range plots.Filter(records, wanted) {
		if (record.Selected || record.Epoch == 0) && !math.IsNaN(record.Value) {
			return record.Value, true, nil
		}
	}
	return 0, false, fmt.Errorf("%s: no number %s: expected the share of the words that the run selects", dir, wanted)
}

// finished is the folder of a node's artifact, checked against its digests; empty
// when it is not there or damaged.
func (l *Lab) finished(n *engine.Node) (string, error) {
	if l.opts.Store == nil {
		return "", nil
	}
	plan, err := engine.NewPlan(n)
	if err != nil {
		return "", err
	}
	id := plan.ID(n)
	if has, err := l.opts.Store.Has(id); err != nil || !has {
		return "", err
	}
	_, err = l.opts.Store.Verify(id)
	switch {
	case errors.As(err, new(*engine.DamageError)):
		return "", nil
	case err != nil:
		return "", err
	}
	return l.opts.Store.Path(id)
}
