package engine

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/pipeline/disk/disktest"
)

// TestEveryDiskCallMayFail fails the first call that changes the disk, then
// the second, and so on until a run meets no fault. After each, every artifact
// is absent or whole, and the next run completes the plan with the same bytes.
func TestEveryDiskCallMayFail(t *testing.T) {
	for name, stays := range map[string]bool{"once": false, "from then on": true} {
		t.Run(name, func(t *testing.T) {
			raw := newRaw(t)
			p, whole := newGraph(shapes["chain"], raw).plan(t), newStore(t)
			mustRun(t, p, whole)
			want := contents(t, p, whole)
			n := 1
			for ; failAtCall(t, p, n, stays, want); n++ {
			}
			if n < 30 {
				t.Errorf("only %d calls could fail", n)
			}
			t.Logf("failed each of %d calls", n-1)
		})
	}
}

// failAtCall runs the plan over a store that holds a damaged artifact and a
// leftover, with the n-th call failing; it is false when no call failed.
func failAtCall(t *testing.T, p *Plan, n int, stays bool, want map[string]string) bool {
	s := storeWithDamage(t, p)
	faulty := &disktest.Faulty{FS: disktest.Lazy{}, FailAt: n, Stays: stays}
	s.fs = faulty
	_, err := Run(t.Context(), p, Options{Store: s})
	if faulty.Failed == "" {
		if err != nil {
			t.Fatal(err)
		}
		return false
	}
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), faulty.Failed) {
		t.Errorf("call %d: error %v, want one that names %s", n, err, faulty.Failed)
	}
	wantWholeOrAbsent(t, p, s.Dir())

	again := openStore(t, s.Dir())
	mustRun(t, p, again)
	if diff := cmp.Diff(want, contents(t, p, again)); diff != "" {
		t.Errorf("after call %d failed:\n%s", n, diff)
	}
	return true
}

// storeWithDamage holds the plan's first artifact, damaged, and half an output.
func storeWithDamage(t *testing.T, p *Plan) *Store {
	t.Helper()
	s := newStore(t)
	first, err := NewPlan(&Node{Stage: p.steps[0].Stage, Label: p.steps[0].Label,
		Inputs: []Input{p.steps[0].external[0]}})
	if err != nil {
		t.Fatal(err)
	}
	mustRun(t, first, s)
	flipByte(t, filepath.Join(s.artifact(first.steps[0].ID), "chain.txt"))
	if err := os.WriteFile(filepath.Join(s.folder(tmpFolder), "b-0123456789abcdef.log"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return openStore(t, s.Dir())
}

// wantWholeOrAbsent looks at the store as a new process would. The artifact
// that was damaged from the beginning may still be there, and is seen as such.
func wantWholeOrAbsent(t *testing.T, p *Plan, dir string) {
	t.Helper()
	s := openStore(t, dir)
	for i, step := range p.steps {
		has, err := s.Has(step.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !has {
			continue
		}
		var damage *DamageError
		_, err = s.Verify(step.ID)
		if err != nil && !(i == 0 && errors.As(err, &damage) && damage.File == "chain.txt") {
			t.Errorf("%s is there but not whole: %v", step.Label, err)
		}
	}
}
