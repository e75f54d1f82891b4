package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"rationale/stages"
)

// rawFolder is an opened external folder of a toy graph.
type rawFolder struct{ content []byte }

func openRaw(dir string) (stages.Opened, error) {
	var content bytes.Buffer
	err := hashTree(&content, dir)
	return &rawFolder{content.Bytes()}, err
}

func (r *rawFolder) read() []byte { return r.content }
func (*rawFolder) Digest() string { return rawDigest }
func (*rawFolder) Verify() error  { return nil }
func (*rawFolder) Close() error   { return nil }

// watched is an external folder whose digest is that of its content, as it was
// when it was opened.
type watched struct {
	rawFolder
	dir    string
	opened *atomic.Int32 // opened and not closed
}

func (w *watched) Digest() string {
	sum := sha256.Sum256(w.content)
	return hex.EncodeToString(sum[:])
}

func (w *watched) Verify() error {
	now, err := openRaw(w.dir)
	if errors.Is(err, fs.ErrNotExist) { // it was held all the same
		return nil
	}
	if err == nil && !bytes.Equal(now.(*rawFolder).content, w.content) {
		err = errors.New("other content")
	}
	return err
}

func (w *watched) Close() error { w.opened.Add(-1); return nil }

// watch plans two independent stages that read the folder raw, and one that
// reads what the first made. count follows what is open.
func watch(t *testing.T, raw string) (g *graph, count *atomic.Int32) {
	t.Helper()
	count = &atomic.Int32{}
	open := func(dir string) (stages.Opened, error) {
		opened, err := openRaw(dir)
		if err != nil {
			return nil, err
		}
		count.Add(1)
		return &watched{*opened.(*rawFolder), dir, count}, nil
	}
	now, err := open(raw)
	if err != nil {
		t.Fatal(err)
	}
	now.Close()
	g = newGraph(shape{{"a"}, {"b"}, {"c", "a"}}, raw)
	for _, name := range []string{"a", "b"} {
		g.nodes[name].Inputs = []Input{{Role: "raw", Dir: raw, Digest: now.Digest(), Open: open}}
	}
	return g, count
}

// TestExternalInputIsHeld: stages read what was planned with, though the folder
// is gone by then, and it is opened once for all of them and closed at the end.
func TestExternalInputIsHeld(t *testing.T) {
	raw := newRaw(t)
	g, count := watch(t, raw)
	p, undisturbed := g.plan(t), newStore(t)
	mustRun(t, p, undisturbed)
	want := contents(t, p, undisturbed)

	s := newStore(t)
	g.onStep(func(_ context.Context, name string, step int) error {
		if open := count.Load(); name != "c" && open != 1 {
			t.Errorf("%d are open while %s runs, want 1", open, name)
		}
		return os.RemoveAll(raw)
	})
	mustRun(t, p, s)
	if open := count.Load(); open != 0 {
		t.Errorf("%d are still open", open)
	}
	for id, digest := range contents(t, p, s) {
		if want[id] != digest {
			t.Errorf("%s differs", id)
		}
	}
}

// TestExternalInputIsLetGo: it is closed once nothing is left that reads it,
// also when what would have read it never began.
func TestExternalInputIsLetGo(t *testing.T) {
	g, count := watch(t, newRaw(t))
	g.nodes["b"].Inputs = append(g.nodes["b"].Inputs, Input{Role: "from-c", From: g.nodes["c"]})
	g.nodes["c"].Label = "fails at first"
	fail := errors.New("full")
	g.onStep(func(_ context.Context, name string, _ int) error {
		if name == "c" {
			return fail
		}
		return nil
	})
	s := newStore(t)
	if _, err := Run(t.Context(), g.plan(t), Options{Store: s}); !errors.Is(err, fail) || count.Load() != 0 {
		t.Errorf("error %v, %d are open", err, count.Load())
	}
	p, err := NewPlan(g.nodes["c"])
	if err != nil {
		t.Fatal(err)
	}
	g.onStep(func(_ context.Context, name string, _ int) error {
		if open := count.Load(); name == "c" && open != 0 {
			t.Errorf("%d are open while %s runs, want none", open, name)
		}
		return nil
	})
	mustRun(t, p, newStore(t))
}

// TestChangedBeforeTheRun: nothing runs, and the error tells what changed.
func TestChangedBeforeTheRun(t *testing.T) {
	for name, change := range map[string]func(raw string) error{
		"other content": func(raw string) error { return os.WriteFile(filepath.Join(raw, "data.txt"), nil, 0o644) },
		"gone":          os.RemoveAll,
	} {
		t.Run(name, func(t *testing.T) {
			raw := newRaw(t)
			g, count := watch(t, raw)
			p, s := g.plan(t), newStore(t)
			if err := change(raw); err != nil {
				t.Fatal(err)
			}
			_, err := Run(t.Context(), p, Options{Store: s, KeepGoing: true})
			if err == nil || !strings.Contains(err.Error(), "the input raw in "+raw+" has changed since the work was planned") {
				t.Errorf("error %v", err)
			}
			var changed *ChangedError
			if errors.As(err, &changed) && (changed.Planned == changed.Found || changed.Planned != g.nodes["a"].Inputs[0].Digest) {
				t.Errorf("from %s to %s", changed.Planned, changed.Found)
			}
			if ran := g.ran.take(); len(ran) > 0 || count.Load() != 0 {
				t.Errorf("%v ran, %d are open", ran, count.Load())
			}
		})
	}
}

// TestOverwrittenWhileRead: nothing is stored, and nothing is left to go on from.
func TestOverwrittenWhileRead(t *testing.T) {
	raw := newRaw(t)
	g, _ := watch(t, raw)
	p, s := g.plan(t), newStore(t)
	g.onStep(func(_ context.Context, name string, step int) error {
		if name == "b" && step == 2 {
			return os.WriteFile(filepath.Join(raw, "data.txt"), nil, 0o644)
		}
		return nil
	})
	_, err := Run(t.Context(), p, Options{Store: s, KeepGoing: true})
	if err == nil || !strings.Contains(err.Error(), "the input raw was changed while the stage read it") {
		t.Fatalf("error %v", err)
	}
	id := p.ID(g.nodes["b"])
	if has, _ := s.Has(id); has || s.hasWork(id) {
		t.Errorf("stored: %t; left: %t", has, s.hasWork(id))
	}
	if _, err := s.Verify(p.ID(g.nodes["c"])); err != nil {
		t.Errorf("what was read before: %v", err)
	}
}
