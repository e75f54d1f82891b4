package formats

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

const benchRows = 20000

func BenchmarkImportJSONL(b *testing.B) {
	var lines []byte
	for i, text := range generated(b, 1, benchRows, 1) {
		lines = fmt.Appendf(lines, "{\"text\":%q,\"label\":%d,\"n\":%d}\n", strings.Join(text.Tokens, " "), text.Label, i)
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
