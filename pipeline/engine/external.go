package engine

import (
	"errors"
	"fmt"
	"sync"

	"rationale/stages"
)

// ChangedError tells that an input from outside the store is not, or no longer,
// what the plan was made for.
type ChangedError struct {
	Role, Dir string
	// Planned and Found are digests.
	Planned, Found string
}

func (e *ChangedError) Error() string {
	return fmt.Sprintf("the input %s in %s has changed since the work was planned: its digest was %.12s… and is %.12s… now; "+
		"run the command again, which plans with what is there now", e.Role, e.Dir, e.Planned, e.Found)
}

// source tells external inputs apart.
type source struct{ role, dir, digest string }

func (in Input) source() source { return source{in.Role, in.Dir, in.Digest} }

// holdings are the external inputs of a run. Each is opened once and held until
// the last step that reads it has ended: whatever takes the place of its folder
// meanwhile, all stages read what the plan was made for.
type holdings struct {
	mu   sync.Mutex
	open map[source]*holding
}

type holding struct {
	stages.Opened
	users int // steps that have not ended
}

// hold opens what the steps that have to run read from outside the store.
func (p *Plan) hold(decisions []Decision) (*holdings, error) {
	held := &holdings{open: map[source]*holding{}}
	for _, d := range decisions {
		if !d.Run {
			continue
		}
		for _, in := range p.byID[d.ID].external {
			if err := held.add(in); err != nil {
				return nil, errors.Join(err, held.close())
			}
		}
	}
	return held, nil
}

func (h *holdings) add(in Input) error {
	if known := h.open[in.source()]; known != nil {
		known.users++
		return nil
	}
	opened, err := in.Open(in.Dir)
	if err != nil {
		return fmt.Errorf("the input %s in %s has changed since the work was planned: %w", in.Role, in.Dir, err)
	}
	h.open[in.source()] = &holding{opened, 1}
	if found := opened.Digest(); found != in.Digest {
		return &ChangedError{Role: in.Role, Dir: in.Dir, Planned: in.Digest, Found: found}
	}
	return nil
}

// of gives a step the inputs that are its own.
func (h *holdings) of(step *Step) map[string]stages.Opened {
	h.mu.Lock()
	defer h.mu.Unlock()
	own := map[string]stages.Opened{}
	for _, in := range step.external {
		own[in.Role] = h.open[in.source()].Opened
	}
	return own
}

// release closes what a step was the last to read.
func (h *holdings) release(step *Step) (err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, in := range step.external {
		known := h.open[in.source()]
		if known.users--; known.users == 0 {
			err = errors.Join(err, known.Close())
			delete(h.open, in.source())
		}
	}
	return err
}

// close closes what the steps that never began would have read.
func (h *holdings) close() (err error) {
	for _, opened := range h.open {
		err = errors.Join(err, opened.Close())
	}
	return err
}

// verifyOpened makes sure that a stage read what had been opened: a file that is
// overwritten in place changes under those who have it open.
func verifyOpened(opened map[string]stages.Opened) error {
	for role, o := range opened {
		if err := o.Verify(); err != nil {
			return fmt.Errorf("the input %s was changed while the stage read it, and nothing was stored; run the command again: %w", role, err)
		}
	}
	return nil
}
