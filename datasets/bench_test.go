package datasets

import (
	"math/rand/v2"
	"path/filepath"
	"testing"
)

const benchRows = 20000

func benchSet(b *testing.B) *Set {
	dir := filepath.Join(b.TempDir(), "bench")
	if _, err := Write(b.Context(), dir, madeMeta("bench"), map[string]Rows{"train": rowsOf(madeUp(benchRows, 1))}); err != nil {
		b.Fatal(err)
	}
	set, err := OpenDir(dir)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { set.Close() })
	return set
}

func BenchmarkOpen(b *testing.B) {
	set := benchSet(b)
	b.SetBytes(set.manifest.Files["train.arrow"].Bytes)
	for b.Loop() {
		again, err := OpenDir(set.dir)
		if err != nil {
			b.Fatal(err)
		}
		again.Close()
	}
}

func BenchmarkRead(b *testing.B) {
	set := benchSet(b)
	train, err := set.Split("train")
	if err != nil {
		b.Fatal(err)
	}
	sequential := make([]int, benchRows)
	for i := range sequential {
		sequential[i] = i
	}
	for _, order := range []struct {
		name string
		rows []int
	}{
		{"sequential", sequential},
		{"random", rand.New(rand.NewPCG(1, 2)).Perm(benchRows)},
	} {
		b.Run(order.name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if _, err := train.Text(order.rows[i%benchRows]); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}
