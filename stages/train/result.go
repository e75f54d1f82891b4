package train

import (
	"fmt"
	"maps"
	"path/filepath"
	"strconv"

	"rationale/onnx/safetensors"
	"rationale/stages"
	"rationale/stages/graphs"
	"rationale/stages/weights"
)

// Result is run.json: what was run and which epoch was chosen.
type Result struct {
	Params Params      `json:"params"`
	Chosen Choice      `json:"chosen"`
	Graphs graphs.Made `json:"graphs"`
	// Poisoned says how the training texts were poisoned; empty when none was.
	Poisoned string `json:"poisoned,omitempty"`
}

// Epoch is the chosen epoch.
func (r Result) Epoch() int { return r.Chosen.Epoch }

// ReadResult reads run.json of a finished run.
func ReadResult(dir string) (r Result, err error) {
	path := filepath.Join(dir, RunFile)
	defer stages.InFile(path, &err)
	err = stages.ReadJSON(path, &r)
	if err == nil && (r.Chosen.Epoch < 1 || r.Chosen.Epoch > r.Params.Epochs) {
		err = fmt.Errorf("%s: epoch %d was chosen of %d", path, r.Chosen.Epoch, r.Params.Epochs)
	}
	return r, err
}

// write writes the stage's output.
func (r *run) write(dir string) error {
	if err := r.writeTensors(dir); err != nil {
		return err
	}
	if err := r.writeRecords(dir); err != nil {
		return err
	}
	return stages.WriteJSON(filepath.Join(dir, RunFile), Result{r.params, r.best, r.made, r.poisoned})
}

// writeTensors writes the chosen epoch's parameters and the last epoch's state.
func (r *run) writeTensors(dir string) error {
	chosen, err := weights.NameTensors(r.layouts(), r.best.weights)
	if err != nil {
		return err
	}
	meta := map[string]string{
		"method": r.made.Method, "seed": strconv.FormatUint(r.params.Seed, 10), "epoch": strconv.Itoa(r.best.Epoch),
	}
	if err := safetensors.WriteFile(filepath.Join(dir, weights.Checkpoint), chosen, meta); err != nil {
		return err
	}
	state := r.steps.state()
	meta = maps.Clone(meta)
	meta["epoch"] = strconv.Itoa(r.epoch)
	return safetensors.WriteFile(filepath.Join(dir, StateFile), state, meta)
}
