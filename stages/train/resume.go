package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strconv"

	"rationale/onnx/rationalizer"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
	"rationale/stages/export"
)

// resumeFile holds everything that the rest of a run depends on, after a
// completed epoch. It is replaced in one step, so a killed run finds either
// the last epoch or the one before.
const resumeFile = "resume.safetensors"

// The prefixes of the tensors in resumeFile: the optimisers' state, and the
// parameters of the best epoch so far.
const statePrefix, bestPrefix = "state/", "best/"

// progress is the part of resumeFile that is not tensors.
type progress struct {
	Epoch   int      `json:"epoch"`
	Steps   int64    `json:"steps"`
	Best    choice   `json:"best"`
	History []Number `json:"history"`
}

// save writes the run's state to the work folder.
func (r *run) save() error {
	named, err := r.tensors()
	if err != nil {
		return err
	}
	meta, err := r.metadata()
	if err != nil {
		return err
	}
	return safetensors.WriteFile(filepath.Join(r.env.Work, resumeFile), named, meta)
}

func (r *run) tensors() (map[string]*tensor.Tensor, error) {
	state, err := r.stepper.State()
	if err != nil {
		return nil, err
	}
	named := map[string]*tensor.Tensor{}
	for name, t := range state {
		named[statePrefix+name] = t
	}
	for name, params := range r.best.weights {
		named[bestPrefix+name] = tensor.Vector(params)
	}
	return named, nil
}

func (r *run) metadata() (map[string]string, error) {
	data, err := json.Marshal(progress{r.epoch, r.steps, r.best, r.history})
	return map[string]string{"progress": string(data)}, err
}

// resume takes up what an earlier attempt left, if anything. What cannot be
// read is reported and left out: the run then starts from its beginning and
// comes to the same end.
func (r *run) resume() error {
	path := filepath.Join(r.env.Work, resumeFile)
	named, meta, err := safetensors.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		r.env.Log.Warn("the saved state of the run is unreadable; starting over", "file", path, "error", err)
		return os.Remove(path)
	}
	if err := r.restore(named, meta["progress"]); err != nil {
		return fmt.Errorf("%s: %w; remove it to start over", path, err)
	}
	r.env.Log.Info("resuming", "after epoch", r.epoch)
	return nil
}

func (r *run) restore(named map[string]*tensor.Tensor, text string) error {
	var p progress
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return fmt.Errorf("its progress is unreadable: %w", err)
	}
	state, best := map[string]*tensor.Tensor{}, Weights{}
	for _, l := range r.layouts {
		for _, part := range []string{rationalizer.ParamsPart, rationalizer.MeanPart, rationalizer.VariancePart, rationalizer.CompletedPart} {
			state[l.Name+part] = named[statePrefix+l.Name+part]
		}
		if t := named[bestPrefix+l.Name]; t != nil {
			best[l.Name] = tensor.Data[float32](t)
		}
	}
	for name, t := range state {
		if t == nil {
			return fmt.Errorf("it lacks %s", name)
		}
	}
	if err := r.stepper.SetState(state); err != nil {
		return err
	}
	r.epoch, r.steps, r.history, r.best = p.Epoch, p.Steps, p.History, p.Best
	r.best.weights = best
	return nil
}

// Result is run.json: what was run and which epoch was chosen.
type Result struct {
	Method string            `json:"method"`
	Params Params            `json:"params"`
	Chosen choice            `json:"chosen"`
	Spec   rationalizer.Spec `json:"graphs"`
}

// Epoch is the chosen epoch.
func (r Result) Epoch() int { return r.Chosen.Epoch }

// write writes the stage's output.
func (r *run) write(dir string) error {
	spec := r.batcher.spec
	chosen, err := export.NameTensors(r.layouts, r.best.weights)
	if err != nil {
		return err
	}
	meta := map[string]string{
		"method": spec.Method, "seed": strconv.FormatUint(r.params.Seed, 10), "epoch": strconv.Itoa(r.best.Epoch),
	}
	if err := safetensors.WriteFile(filepath.Join(dir, export.Checkpoint), chosen, meta); err != nil {
		return err
	}
	state, err := r.stepper.State()
	if err != nil {
		return err
	}
	meta = maps.Clone(meta)
	meta["epoch"] = strconv.Itoa(r.epoch)
	if err := safetensors.WriteFile(filepath.Join(dir, StateFile), state, meta); err != nil {
		return err
	}
	if err := r.writeRecords(dir, spec.Method); err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, RunFile), Result{spec.Method, r.params, r.best, spec})
}

func writeJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}

// ReadResult reads run.json of a finished run.
func ReadResult(dir string) (Result, error) {
	path := filepath.Join(dir, RunFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return Result{}, err
	}
	var r Result
	if err := json.Unmarshal(data, &r); err != nil {
		return Result{}, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}
