package engine

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// tries is how many orders are compared before a run.
const tries = 100

// order is the sequence in which ready steps are started. Starting the longest
// chain of steps first is a good rule, but with few jobs and long steps it can
// leave a job idle at the end while another works off a chain. So orders that
// stray from the rule are tried too, by the steps' estimated costs, and the one
// that ends first is taken. Which it is changes no result.
func (s *scheduler) order() []*Step {
	rank := s.ranks()
	best := s.byUrgency(func(step *Step) float64 { return rank[step.ID] })
	least := s.rehearse(best)
	r := rand.New(rand.NewPCG(1, 1))
	for range tries {
		steps := s.byUrgency(func(step *Step) float64 { return rank[step.ID] * (0.3 + 0.7*r.Float64()) })
		if end := s.rehearse(steps); end < least {
			best, least = steps, end
		}
	}
	return best
}

// ranks are the costs of the longest chain of steps from each one on.
func (s *scheduler) ranks() map[string]float64 {
	rank := map[string]float64{}
	for _, step := range slices.Backward(s.plan.steps) { // inputs stand before what needs them
		rank[step.ID] += step.Weight
		for _, source := range step.Recipe.Inputs {
			rank[source.Artifact] = max(rank[source.Artifact], rank[step.ID])
		}
	}
	return rank
}

// byUrgency lists the plan's steps, the most urgent first.
func (s *scheduler) byUrgency(urgency func(*Step) float64) []*Step {
	of := map[*Step]float64{}
	for _, step := range s.plan.steps {
		of[step] = urgency(step)
	}
	steps := slices.Clone(s.plan.steps)
	slices.SortStableFunc(steps, func(a, b *Step) int { return cmp.Compare(of[b], of[a]) })
	return steps
}

// rehearse is the time that the pending steps take when ready ones are started
// in the given order.
func (s *scheduler) rehearse(steps []*Step) float64 {
	r := rehearsal{s, map[string]float64{}, 0}
	for {
		r.start(steps)
		next, busy := r.next()
		if !busy {
			return r.now
		}
		r.now = next
	}
}

// rehearsal is a run of the plan in estimated time.
type rehearsal struct {
	*scheduler
	ends map[string]float64 // of the steps started so far
	now  float64
}

func (r *rehearsal) done(id string) bool {
	end, started := r.ends[id]
	return r.states[id] == finished || started && end <= r.now
}

// running counts the steps that work now.
func (r *rehearsal) running() int {
	n := 0
	for _, end := range r.ends {
		if end > r.now {
			n++
		}
	}
	return n
}

// next is when the next step ends; false when none works.
func (r *rehearsal) next() (at float64, busy bool) {
	at = math.Inf(1)
	for _, end := range r.ends {
		if end > r.now {
			at = min(at, end)
		}
	}
	return at, !math.IsInf(at, 1)
}

// start starts ready steps while there are free jobs.
func (r *rehearsal) start(steps []*Step) {
	free := r.options.Jobs - r.running()
	for _, step := range steps {
		if free == 0 {
			return
		}
		if _, started := r.ends[step.ID]; started || r.done(step.ID) || !step.ready(r.done) {
			continue
		}
		r.ends[step.ID] = r.now + max(step.Weight, math.SmallestNonzeroFloat32)
		free--
	}
}

// ready reports whether all artifacts that a step reads are done.
func (s *Step) ready(done func(id string) bool) bool {
	if _, made := s.Stage.(published); made {
		return true // what it was made from is no part of the plan
	}
	for _, source := range s.Recipe.Inputs {
		if source.Artifact != "" && !done(source.Artifact) {
			return false
		}
	}
	return true
}
