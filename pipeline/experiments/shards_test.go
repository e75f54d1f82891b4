package experiments

import (
	"strings"
	"testing"

	"rationale/stages/train"
)

// TestShardsOfARun: their number is part of the training's identity where it is more
// than one, and refused where a step is not cut.
func TestShardsOfARun(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke"})
	planned := func(set map[string]string) (*Run, error) {
		return l.Run(RunSpec{Method: "random patterns", Dataset: "generated-aroma", Seed: 1, Set: set})
	}
	for value, want := range map[string]int{"0": 0, "1": 0, "3": 3} {
		r, err := planned(map[string]string{"shards": value})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Train.Stage.Params().(train.Params).Shards; got != want {
			t.Errorf("shards=%s: %d in the parameters, want %d", value, got, want)
		}
		reader := r.Train.Inputs[len(r.Train.Inputs)-1].From.Stage.Params().(train.Params)
		if reader.Shards != want {
			t.Errorf("shards=%s: %d in the reader's parameters, want %d", value, reader.Shards, want)
		}
	}
	_, err := planned(map[string]string{"shards": "2", "steps_per_run": "4"})
	if err == nil || !strings.Contains(err.Error(), "settings: shards = 2; steps_per_run = 4 puts") {
		t.Errorf("several steps a run: %v", err)
	}
	r := &Run{Settings: Settings{Shards: 2, StepsPerRun: 1}}
	if err := r.checkShards(true); err == nil || !strings.Contains(err.Error(), "a device works on the whole batch") {
		t.Errorf("on a device: %v", err)
	}
}

// TestARunByItself has a shard for each core, as long as its batch has the texts, and
// unless the settings say something else. No name tells it from a run beside others.
func TestARunByItself(t *testing.T) {
	beside := newTestLab(t, Options{Profile: "smoke"})
	const texts, graphs = "generated-aroma", "generated-ba2motifs"
	for _, tc := range []struct {
		dataset string
		cores   int
		set     map[string]string
		want    int
	}{
		{texts, 1, nil, 0}, {texts, 2, nil, 2}, {texts, 16, nil, 2},
		{texts, 16, map[string]string{"batch": "256"}, 8},
		{texts, 16, map[string]string{"batch": "48"}, 0},
		{texts, 16, map[string]string{"shards": "3"}, 3},
		{texts, 16, map[string]string{"shards": "1"}, 0},
		{texts, 16, map[string]string{"steps_per_run": "4"}, 0},
		{graphs, 16, nil, 0},
		{graphs, 16, map[string]string{"shards": "3"}, 3},
	} {
		spec := RunSpec{Method: "RNP", Dataset: tc.dataset, Seed: 1, Set: tc.set}
		r, err := newTestLab(t, Options{Profile: "smoke", Cores: tc.cores}).Run(spec)
		if err != nil {
			t.Fatal(err)
		}
		other, err := beside.Run(spec)
		if err != nil {
			t.Fatal(err)
		}
		if r.Settings.Shards != tc.want || r.Labels.String() != other.Labels.String() {
			t.Errorf("%s, %d cores, %v: %d shards, want %d; %s", tc.dataset, tc.cores, tc.set, r.Settings.Shards, tc.want, r.Labels)
		}
	}
}
