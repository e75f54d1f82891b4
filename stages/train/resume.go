package train

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rationale/onnx/rationalizer"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
	"rationale/stages/measure"
)

// resumeFile holds everything that the rest of a run depends on, between two
// runs of a step graph. It is replaced in one step, so a killed run finds
// either what was saved last or what was saved before that.
const resumeFile = "resume.safetensors"

// The prefixes of the tensors in resumeFile: the optimisers' state, the
// parameters of the best epoch so far, and what the epoch at work has measured,
// in float64 so that its sums go on to the same last digit.
const (
	statePrefix = "state/"
	bestPrefix  = "best/"
	sumsPrefix  = "sums/"
	hitsPrefix  = "hits/"
)

// The metadata of resumeFile: what is not tensors, and a digest of all. Within
// an epoch the digest has a name of its own: programs that knew only the ends
// of epochs then take the file for damaged and start over, rather than take
// the epoch's steps a second time.
const (
	progressKey = "progress"
	digestKey   = "sha256"
	withinKey   = "sha256 within an epoch"
)

// progress is the part of resumeFile that is not tensors.
type progress struct {
	Epoch    int              `json:"epoch"`    // completed ones
	Steps    int64            `json:"steps"`    // those of the epoch at work included
	Examples int              `json:"examples"` // of the epoch at work
	Best     Choice           `json:"best"`
	History  []measure.Number `json:"history"`
}

// save writes the run's state to the work folder.
func (r *run) save() error {
	named := r.tensors()
	text, err := json.Marshal(progress{r.epoch, r.done, r.log.examples, r.best, r.history})
	if err != nil {
		return err
	}
	meta, key := map[string]string{progressKey: string(text)}, digestKey
	if r.taken() > 0 {
		key = withinKey
	}
	if meta[key], err = digest(named, meta); err != nil {
		return err
	}
	r.kept = time.Now()
	return safetensors.WriteFile(filepath.Join(r.env.Work, resumeFile), named, meta)
}

func (r *run) tensors() map[string]*tensor.Tensor {
	state := r.steps.state()
	named := map[string]*tensor.Tensor{}
	for name, t := range state {
		named[statePrefix+name] = t
	}
	for name, params := range r.best.weights {
		named[bestPrefix+name] = tensor.Vector(params)
	}
	for name, sum := range r.log.sums {
		named[sumsPrefix+name] = tensor.Vector([]float64{sum})
	}
	for name, counts := range r.log.hits {
		named[hitsPrefix+name] = tensor.Vector(slices.Clone(counts))
	}
	return named
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
	r.env.Log.Info("resuming", "after epoch", r.epoch, "and steps", r.taken())
	return nil
}

// restore reads the saved state. On an error the run is as it was.
func (r *run) restore(path string) error {
	named, meta, err := safetensors.ReadFile(path)
	if err != nil {
		return err
	}
	want := cmp.Or(meta[digestKey], meta[withinKey])
	if sum, err := digest(named, meta); err != nil || sum != want {
		return fmt.Errorf("%s: its digest is %.12s instead of %.12s", path, sum, want)
	}
	var p progress
	if err := json.Unmarshal([]byte(meta[progressKey]), &p); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := r.takeUp(p, named); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// takeUp makes the run what the saved state says. On an error it is as it was.
func (r *run) takeUp(p progress, named map[string]*tensor.Tensor) error {
	past := int64(p.Epoch) * int64(r.perEpoch())
	if p.Epoch < 0 || p.Epoch > r.params.Epochs || p.Steps < past || p.Steps > past+int64(r.perEpoch()) {
		return fmt.Errorf("%d steps after %d epochs; expected %d to %d", p.Steps, p.Epoch, past, past+int64(r.perEpoch()))
	}
	if p.Examples < 0 || p.Examples > r.train.Len() {
		return fmt.Errorf("%d examples of an epoch that has %d", p.Examples, r.train.Len())
	}
	state, best, err := r.parts(named, p.Best.Epoch > 0)
	if err != nil {
		return err
	}
	log, err := measured(named, p.Examples, r.feeder.Spec)
	if err != nil {
		return err
	}
	if err := r.steps.setState(state); err != nil {
		return err
	}
	r.epoch, r.done, r.log, r.history, r.best = p.Epoch, p.Steps, log, p.History, p.Best
	r.best.weights = best
	return nil
}

// measured takes the sums of the epoch at work, over so many examples, and its
// hits by class out of the tensors of resumeFile.
func measured(named map[string]*tensor.Tensor, examples int, spec rationalizer.Spec) (*epochLog, error) {
	log := newEpochLog(spec)
	log.examples = examples
	for name, t := range named {
		sum, isSum := strings.CutPrefix(name, sumsPrefix)
		hits, isHits := strings.CutPrefix(name, hitsPrefix)
		switch {
		case !isSum && !isHits:
			continue
		case t.DType() != tensor.Float64 || isSum && t.Len() != 1 || isHits && t.Len() != spec.Classes:
			return nil, fmt.Errorf("%s is %v %v; expected float64 and one number, or one a class", name, t.DType(), t.Shape())
		case isSum:
			log.sums[sum] = tensor.Data[float64](t)[0]
		default:
			log.hits[hits] = tensor.Data[float64](t)
		}
	}
	return log, nil
}

// parts takes the optimisers' state and, once there was an epoch to choose, the
// best parameters out of the tensors of resumeFile.
func (r *run) parts(named map[string]*tensor.Tensor, chosen bool) (state map[string]*tensor.Tensor, best measure.Weights, err error) {
	state, best = map[string]*tensor.Tensor{}, measure.Weights{}
	for _, name := range rationalizer.StateNames(r.layouts()) {
		t, ok := named[statePrefix+name]
		if !ok {
			return nil, nil, fmt.Errorf("no %s in it", statePrefix+name)
		}
		state[name] = t
	}
	if !chosen {
		return state, best, nil
	}
	for _, l := range r.layouts() {
		t, ok := named[bestPrefix+l.Name]
		if !ok || t.DType() != tensor.Float32 || t.Len() != l.Size() {
			return nil, nil, fmt.Errorf("no %s of %d numbers in it", bestPrefix+l.Name, l.Size())
		}
		best[l.Name] = tensor.Data[float32](t)
	}
	return state, best, nil
}
