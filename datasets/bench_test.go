package datasets

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

const benchRows = 20000

func benchSet(b *testing.B) *Set {
	return mustImport(b, ImportOptions{Format: "generated", Name: "g", Options: map[string]string{"train": fmt.Sprint(benchRows)}})
}

func BenchmarkImportJSONL(b *testing.B) {
	var lines []byte
	for i, text := range generated(b, "aroma", benchRows, 1) {
		lines = fmt.Appendf(lines, "{\"text\":%q,\"label\":%d,\"n\":%d}\n", joinTokens(text.Tokens), text.Label, i)
	}
	path := oneFile(b, "train.jsonl", string(lines))
	b.SetBytes(int64(len(lines)))
	for b.Loop() {
		opts := ImportOptions{Format: "jsonl", Name: "x", Sources: []string{path}, Split: "dev=0.1"}
		if _, err := Import(b.Context(), filepath.Join(b.TempDir(), "data"), opts, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		generated(b, "aroma", 1000, 1)
	}
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
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
	for _, order := range []struct {
		name string
		rows []int
	}{
		{"sequential", upTo(benchRows)},
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
