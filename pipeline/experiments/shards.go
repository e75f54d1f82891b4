package experiments

import (
	"fmt"

	"rationale/onnx/rationalizer"
	"rationale/onnx/shard"
)

// shardsKey is the setting of how many parts of a batch a step works on at once.
const shardsKey = "shards"

// smallestShard is how many texts a shard has at least where the setting says nothing:
// with fewer the operators' own time outweighs (onnx/PERFORMANCE.md).
const smallestShard = 32

// useCores gives a run that has so many cores to itself a shard for each, unless the
// settings say how many, or no step of it is cut, or none gains by it: BERT's products
// are large enough for threads, and a step on graphs is over in a few milliseconds.
func (r *Run) useCores(cores int, over layer, device bool) {
	if _, said := over[shardsKey]; said || r.undivided(device) != "" || r.Encoder != rationalizer.DefaultEncoder {
		return
	}
	if n := min(cores, r.Settings.Batch/smallestShard); n > 1 {
		r.Settings.Shards = n
	}
}

// checkShards refuses shards where no step is cut.
func (r *Run) checkShards(device bool) error {
	if why := r.undivided(device); why != "" && r.Settings.Shards > 0 {
		return fmt.Errorf("settings: shards = %d; %s: leave one of the two out", r.Settings.Shards, why)
	}
	return nil
}

// checkCut refuses shards of steps that cannot be cut, which their graph tells.
func (r *Run) checkCut(data source) error {
	if r.Settings.Shards <= 1 {
		return nil
	}
	step, err := rationalizer.NewStep(r.config(data))
	if err != nil {
		return err
	}
	if _, err := shard.Cut(step.Graph, rationalizer.BatchAxes()); err != nil {
		return fmt.Errorf("settings: shards = %d; the batches of this run cannot be divided, leave the setting out (%w)", r.Settings.Shards, err)
	}
	return nil
}

// undivided says why the run's steps are not cut into shards; empty where they are.
func (r *Run) undivided(device bool) string {
	switch {
	case device:
		return "a device works on the whole batch at once"
	case r.Settings.StepsPerRun > 1:
		return fmt.Sprintf("steps_per_run = %d puts several steps into one graph", r.Settings.StepsPerRun)
	}
	return ""
}
