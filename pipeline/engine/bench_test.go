package engine

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"rationale/stages"
)

// bulk is a stage that writes files of a given size.
type bulk struct {
	params bulkParams
}

type bulkParams struct{ Name, Files, Bytes int }

func (bulk) Name() string  { return "bulk" }
func (bulk) Version() int  { return 1 }
func (s bulk) Params() any { return s.params }

func (s bulk) Run(_ context.Context, env *stages.Env) error {
	data := make([]byte, s.params.Bytes)
	for i := range s.params.Files {
		if _, err := rand.Read(data); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(env.Out, fmt.Sprint(i)), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkCheck measures how long it takes to find that nothing is to do, as
// a new process: with every digest computed anew, and once more within the
// same process, where digests are known.
func BenchmarkCheck(b *testing.B) {
	for _, size := range []struct {
		nodes, files, bytes int
	}{{200, 10, 1 << 10}, {200, 10, 64 << 10}, {10, 1, 32 << 20}} {
		var nodes []*Node
		for i := range size.nodes {
			nodes = append(nodes, &Node{Stage: bulk{bulkParams{i, size.files, size.bytes}}})
		}
		p, err := NewPlan(nodes...)
		if err != nil {
			b.Fatal(err)
		}
		dir := newStore(b).Dir()
		mustRun(b, p, openStore(b, dir))
		name := fmt.Sprintf("%dx%dx%dKiB", size.nodes, size.files, size.bytes>>10)
		b.Run(name+"/new process", func(b *testing.B) {
			b.SetBytes(int64(size.nodes * size.files * size.bytes))
			for b.Loop() {
				benchCheck(b, p, openStore(b, dir))
			}
		})
		b.Run(name+"/again", func(b *testing.B) {
			s := openStore(b, dir)
			for b.Loop() {
				benchCheck(b, p, s)
			}
		})
	}
}

func benchCheck(b *testing.B, p *Plan, s *Store) {
	if got := toRun(mustCheck(b, p, s)); len(got) > 0 {
		b.Fatalf("%d steps to run", len(got))
	}
}
