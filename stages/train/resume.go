package train

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rationale/onnx/rationalizer"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
)

// resumeFile holds everything that the rest of a run depends on, after a
// completed epoch. It is replaced in one step, so a killed run finds either
// the last epoch or the one before.
const resumeFile = "resume.safetensors"

// The prefixes of the tensors in resumeFile: the optimisers' state, and the
// parameters of the best epoch so far.
const statePrefix, bestPrefix = "state/", "best/"

// The metadata of resumeFile: what is not tensors, and a digest of all.
const progressKey, digestKey = "progress", "sha256"

// progress is the part of resumeFile that is not tensors.
type progress struct {
	Epoch   int      `json:"epoch"`
	Steps   int64    `json:"steps"`
	Best    Choice   `json:"best"`
	History []Number `json:"history"`
}

// save writes the run's state to the work folder.
func (r *run) save() error {
	named, err := r.tensors()
	if err != nil {
		return err
	}
	text, err := json.Marshal(progress{r.epoch, r.done, r.best, r.history})
	if err != nil {
		return err
	}
	meta := map[string]string{progressKey: string(text)}
	if meta[digestKey], err = digest(named, meta); err != nil {
		return err
	}
	return safetensors.WriteFile(filepath.Join(r.env.Work, resumeFile), named, meta)
}

func (r *run) tensors() (map[string]*tensor.Tensor, error) {
	state, err := r.steps.state()
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

// digest is the SHA-256 of the tensors and of the progress, so that a changed
// bit in the file shows.
func digest(named map[string]*tensor.Tensor, meta map[string]string) (string, error) {
	h := sha256.New()
	err := safetensors.Write(h, named, map[string]string{progressKey: meta[progressKey]})
	return hex.EncodeToString(h.Sum(nil)), err
}

// resume takes up what an earlier attempt left, if anything. What is damaged
// or does not fit is reported and removed: the run then starts from its
// beginning and comes to the same end.
func (r *run) resume() error {
	path := filepath.Join(r.env.Work, resumeFile)
	err := r.restore(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		r.env.Log.Warn("the saved state of the run is of no use; starting over", "error", err)
		return os.Remove(path)
	}
	r.env.Log.Info("resuming", "after epoch", r.epoch)
	return nil
}

// restore reads the saved state. On an error the run is as it was.
func (r *run) restore(path string) error {
	named, meta, err := safetensors.ReadFile(path)
	if err != nil {
		return err
	}
	if sum, err := digest(named, meta); err != nil || sum != meta[digestKey] {
		return fmt.Errorf("%s: its digest is %.12s instead of %.12s", path, sum, meta[digestKey])
	}
	var p progress
	if err := json.Unmarshal([]byte(meta[progressKey]), &p); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	state, best, err := r.parts(named)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := r.steps.setState(state); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	r.epoch, r.done, r.history, r.best = p.Epoch, p.Steps, p.History, p.Best
	r.best.weights = best
	return nil
}

// parts takes the optimisers' state and the best parameters out of the
// tensors of resumeFile.
func (r *run) parts(named map[string]*tensor.Tensor) (state map[string]*tensor.Tensor, best Weights, err error) {
	state, best = map[string]*tensor.Tensor{}, Weights{}
	for _, l := range r.layouts() {
		for _, part := range []string{rationalizer.ParamsPart, rationalizer.MeanPart, rationalizer.VariancePart, rationalizer.CompletedPart} {
			t, ok := named[statePrefix+l.Name+part]
			if !ok {
				return nil, nil, fmt.Errorf("no %s in it", statePrefix+l.Name+part)
			}
			state[l.Name+part] = t
		}
		t, ok := named[bestPrefix+l.Name]
		if !ok || t.DType() != tensor.Float32 || t.Len() != l.Size() {
			return nil, nil, fmt.Errorf("no %s of %d numbers in it", bestPrefix+l.Name, l.Size())
		}
		best[l.Name] = tensor.Data[float32](t)
	}
	return state, best, nil
}
