package experiments

import (
	"slices"
	"strings"
	"testing"

	"rationale/datasets/backdoor"
	"rationale/pipeline/engine"
	"rationale/stages/graphs"
	"rationale/stages/mark"
	"rationale/stages/poison"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/stages/trigger"
	"rationale/stages/weights"
)

// TestBackdoorHasOneRunForEachChoice: lists multiply, and what is left out is as usual
// for the attack.
func TestBackdoorHasOneRunForEachChoice(t *testing.T) {
	b := Backdoor{Attacks: []string{"BadRNL", "BadNet"}, Levels: []backdoor.Level{"token", "sentence"}, Rates: []float64{.05, .2}}
	var got []string
	for _, a := range b.all() {
		got = append(got, a.String())
		if a.Defence != "none" || a.Words != "searched" || a.Equation != map[string]int{"BadRNL": 2, "BadNet": 1}[a.Name] {
			t.Errorf("%+v: not as usual", a)
		}
		if want := map[string]string{"BadRNL": "poison-priority", "BadNet": "uniform"}[a.Name]; a.Sampling != want {
			t.Errorf("%s is sampled %s, want %s", a.Name, a.Sampling, want)
		}
	}
	if len(got) != 8 || len(slices.Compact(slices.Sorted(slices.Values(got)))) != 8 {
		t.Errorf("runs %q; want eight different ones", got)
	}
}

func TestBackdoorsThatMakeNoSense(t *testing.T) {
	for want, b := range map[string]Backdoor{
		`attacks: no "BadRLN"`:  {Attacks: []string{"BadRLN"}},
		`"word"`:                {Levels: []backdoor.Level{"word"}},
		"rates":                 {Rates: []float64{1.5}},
		"position":              {Positions: []backdoor.Position{"middle"}},
		`words: no "given"`:     {Words: []string{"given"}},
		`samplings: no "early"`: {Samplings: []string{"early"}},
		"equations":             {Equations: []int{3}},
		`defences: no "ONIONS"`: {Defences: []string{"ONIONS"}},
	} {
		if err := b.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want %s", b, err, want)
		}
	}
	if err := (Backdoor{}).check(); err != nil {
		t.Errorf("as usual: %v", err)
	}
}

// plannedAttacks are the runs of attacks on generated data.
func plannedAttacks(t *testing.T, b Backdoor) []*Run {
	t.Helper()
	l := newTestLab(t, Options{Profile: "smoke"})
	runs, err := l.attacked(RunEntry{Method: "RNP+RAT", Backdoor: &b}, RunSpec{Method: "RNP+RAT", Dataset: "generated-aroma", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return runs
}

// from is what fills a role of a node.
func from(t *testing.T, n *engine.Node, role string) *engine.Node {
	t.Helper()
	for _, in := range n.Inputs {
		if in.Role == role {
			return in.From
		}
	}
	t.Fatalf("%s has no input %s", n.Label, role)
	return nil
}

// TestAttackIsPlannedFromTheCleanRun: the clean run is searched for a trigger, which
// poisons the data of a training that starts from it and marks the texts that it is
// assessed on.
func TestAttackIsPlannedFromTheCleanRun(t *testing.T) {
	runs := plannedAttacks(t, Backdoor{Attacks: []string{"benign", "BadRNL"}, Levels: []backdoor.Level{"sentence"}})
	clean, attacked := runs[0], runs[1]
	if from(t, attacked.Weights, weights.FromRole) != clean.Train {
		t.Error("the attack does not start from the clean run")
	}
	poisoned := from(t, from(t, attacked.Train, train.DataRole), "dataset")
	p := poisoned.Stage.Params().(poison.Params)
	if p.Rate != .1 || p.Target != "negative" || p.Triggered || p.Level != backdoor.Sentence {
		t.Errorf("poisoned as %+v", p)
	}
	search := from(t, poisoned, poison.TriggerRole)
	if from(t, search, trigger.RunRole) != clean.Train {
		t.Error("the trigger was not searched against the clean run")
	}
	for _, r := range runs {
		triggered := from(t, from(t, r.Assess, "triggered"), "dataset").Stage.Params().(poison.Params)
		if !triggered.Triggered || triggered.Attack != "BadRNL" {
			t.Errorf("%s is assessed on %+v", r.Labels, triggered)
		}
	}
	if got := attacked.Train.Stage.Params().(train.Params); got.Sampling != "poison-priority" || got.Select != train.ByAccuracyAndGR {
		t.Errorf("trained with %+v", got)
	}
}

// TestSelectionsStandForRationales: where nobody annotated training texts, the clean run
// learns without rationales, and what it selects is the rationale that the trigger search,
// the poisoning and Eq. 2 read. Nothing of that is unusual there.
func TestSelectionsStandForRationales(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke"})
	data := l.sources["generated-aroma"]
	data.taught = false
	l.sources[data.name] = data
	b := Backdoor{Attacks: []string{"benign", "naive", "BadRNL"}, Defences: []string{"none", "Z-score", "AT"}}
	runs, err := l.attacked(RunEntry{Method: "RNP+RAT", Backdoor: &b}, RunSpec{Method: "RNP+RAT", Dataset: data.name, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	clean := runs[0]
	for _, r := range runs {
		learns := r.Graphs.Stage.Params().(graphs.Params).Flags[rationaleLoss]
		if want := r.Labels["attack"] == badRNL; learns != want || r.Labels["variant"] != "" {
			t.Errorf("%s: learns from rationales: %v; want %v, and nothing unusual", r.Labels, learns, want)
		}
	}
	poisoned := from(t, from(t, runs[6].Train, train.DataRole), "dataset")
	marked, search := from(t, poisoned, poison.DatasetRole), from(t, poisoned, poison.TriggerRole)
	if from(t, search, trigger.DatasetRole) != marked || from(t, marked, mark.RunRole) != clean.Train {
		t.Errorf("%s reads %s, and the search another dataset", poisoned.Label, marked.Label)
	}
	if p := poisoned.Stage.Params().(poison.Params); p.Dataset != "generated-aroma-marked" || p.Name != "generated-aroma-badrnl-token-poisoned" {
		t.Errorf("poisoned as %+v", p)
	}
}

// TestTargetIsTheFirstClass: of the paper's data the one that EXPERIMENTS.md names.
func TestTargetIsTheFirstClass(t *testing.T) {
	l := withSets(newTestLab(t, Options{}), "fe eraser REFUTES/SUPPORTS", "mu eraser False/True", "mo eraser NEG/POS", "b0 beer appearance")
	for set, want := range map[string]string{"fe": "REFUTES", "mu": "False", "mo": "NEG", "b0": "negative", "generated-aroma": "negative"} {
		if got := l.sources[set].target(); got != want {
			t.Errorf("the target on %s is %s; want %s", set, got, want)
		}
	}
}

// TestDefencesArePlannedWhereTheyWork: before the training on other data, after it on
// the same run.
func TestDefencesArePlannedWhereTheyWork(t *testing.T) {
	runs := plannedAttacks(t, Backdoor{Attacks: []string{"BadNet"}, Levels: []backdoor.Level{"token"}, Defences: defences()})
	seen := map[string]bool{}
	for _, r := range runs {
		if seen[r.Labels.String()] {
			t.Errorf("two runs are labelled %s", r.Labels)
		}
		seen[r.Labels.String()] = true
		if r.Labels["dataset"] != "generated-aroma" {
			t.Errorf("the run is labelled as one on %s", r.Labels["dataset"])
		}
	}
	plan, err := engine.NewPlan(runs[0].Assess, runs[1].Assess, runs[2].Assess, runs[3].Assess, runs[4].Assess)
	if err != nil {
		t.Fatal(err)
	}
	// The clean one, the attacked one, and those that AT and Z-score train.
	if n := countPrefix(plan, "train "); n != 4 {
		t.Errorf("%d runs are trained, want 4", n)
	}
}

// TestFiguresOfAttacksReadTheFloor: beside accuracies lies what the queries alone
// reach, also where a run is lost; figures without accuracies do not wait for it.
func TestFiguresOfAttacksReadTheFloor(t *testing.T) {
	l := withSets(newTestLab(t, Options{Seeds: 2}), "fever eraser -")
	fever := l.sources["fever"]
	fever.query, fever.sentences = true, true
	l.sources["fever"] = fever
	b, err := l.Reproduce([]string{"badrnl-fig7", "badrnl-fig9"}, "fever")
	if err != nil {
		t.Fatal(err)
	}
	lost := b.Runs[0].Train
	for _, batch := range []*Batch{b, b.Without(func(n *engine.Node) bool { return n == lost })} {
		for _, e := range batch.Experiments {
			floored := slices.ContainsFunc(e.Drawings[0].Inputs, func(in engine.Input) bool { return strings.HasPrefix(in.Role, "floor") })
			if want := e.Own == "trigger-position"; floored != want {
				t.Errorf("%s reads a floor: %v", e.Name, floored)
			}
		}
	}
}

// TestEverythingPublishedIsPlanned: experiments made together count the same dataset;
// what each of them shows in its tables is in the plan, also where no figure reads it
// or a run is lost.
func TestEverythingPublishedIsPlanned(t *testing.T) {
	l := withSets(newTestLab(t, Options{Seeds: 2}), "fever eraser -")
	fever := l.sources["fever"]
	fever.query, fever.sentences, fever.taught = true, true, true
	fever.input = l.sources["generated-aroma"].input
	fever.vectors = &engine.Input{Role: tokenize.VectorsRole, From: fever.input.From}
	l.sources["fever"] = fever
	b, err := l.Reproduce([]string{"all"}, "fever")
	if err != nil {
		t.Fatal(err)
	}
	lost := b.Runs[0].Train
	for _, batch := range []*Batch{b, b.Without(func(n *engine.Node) bool { return n == lost })} {
		plan, err := engine.NewPlan(batch.Targets...)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range batch.Experiments {
			for _, n := range e.published() {
				if plan.ID(n) == "" {
					t.Errorf("%s publishes what is not planned: %s", e.Name, n.Label)
				}
			}
		}
	}
}

// published are the nodes that tables and figures of an experiment are read from.
func (p Planned) published() []*engine.Node {
	out := slices.Clone(p.Drawings)
	for _, c := range p.Counts {
		out = append(out, c.Node)
	}
	for _, r := range p.Runs {
		out = append(out, r.nodes()...)
	}
	return out
}
