package engine

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// planOf makes a plan of toy steps: each has a cost and reads at most one
// earlier step (−1 for none).
func planOf(t interface {
	Helper()
	Fatal(...any)
}, costs []float64, reads []int) *Plan {
	t.Helper()
	var nodes []*Node
	for i, cost := range costs {
		n := &Node{Stage: &toy{name: fmt.Sprint("toy", i)}, Label: fmt.Sprint(i), Weight: cost}
		if reads[i] >= 0 {
			n.Inputs = []Input{{Role: "in", From: nodes[reads[i]]}}
		}
		nodes = append(nodes, n)
	}
	p, err := NewPlan(nodes...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func rehearsing(p *Plan, jobs int) *scheduler {
	return &scheduler{plan: p, options: Options{Jobs: jobs}, states: map[string]state{}}
}

// TestOrderFillsAllJobs: three long steps, three shorter ones and a chain of
// two. The longest chain first ends at 380, since the chain comes last; on two
// jobs 357 is possible.
func TestOrderFillsAllJobs(t *testing.T) {
	s := rehearsing(planOf(t, []float64{116, 116, 116, 93, 93, 93, 21, 57}, []int{-1, -1, -1, -1, -1, -1, -1, 6}), 2)
	rank := s.ranks()
	if end := s.rehearse(s.byUrgency(func(step *Step) float64 { return rank[step.ID] })); end < 375 {
		t.Errorf("the longest chain first ends at %v already: this plan shows nothing", end)
	}
	if end := s.rehearse(s.order()); end > 360 {
		t.Errorf("the chosen order ends at %v, 357 is possible", end)
	}
}

// TestOrderIsSound: whatever the plan, the chosen order has every step once,
// ends no later than the longest chain first, and no earlier than work and
// chains allow.
func TestOrderIsSound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(rt, "steps")
		costs, reads, work := make([]float64, n), make([]int, n), 0.0
		for i := range n {
			costs[i] = float64(rapid.IntRange(1, 100).Draw(rt, "cost"))
			reads[i] = rapid.IntRange(-1, i-1).Draw(rt, "reads")
			work += costs[i]
		}
		jobs := rapid.IntRange(1, 4).Draw(rt, "jobs")
		s := rehearsing(planOf(rt, costs, reads), jobs)
		rank := s.ranks()
		longest := 0.0
		for _, r := range rank {
			longest = max(longest, r)
		}
		steps := s.order()
		seen := map[string]bool{}
		for _, step := range steps {
			seen[step.ID] = true
		}
		end := s.rehearse(steps)
		rule := s.rehearse(s.byUrgency(func(step *Step) float64 { return rank[step.ID] }))
		if len(steps) != n || len(seen) != n || end > rule || end < max(longest, work/float64(jobs))-1e-6 {
			rt.Fatalf("%d of %d steps, ends at %v, the rule at %v, chains need %v, work %v", len(seen), n, end, rule, longest, work/float64(jobs))
		}
	})
}
