package embeddings

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// vectorsVariable names a full source of vectors, glove.6B.100d.txt or the
// JSON of the npm package. What needs one is skipped without it.
const vectorsVariable = "RATIONALE_VECTORS"

// fullTable builds the table of the source that the variable names.
func fullTable(b testing.TB) string {
	b.Helper()
	source := os.Getenv(vectorsVariable)
	if source == "" {
		b.Skipf("set %s to glove.6B.100d.txt or to the JSON of %s", vectorsVariable, glove6B100.pack)
	}
	format := GloVe
	if strings.HasSuffix(source, ".json") {
		format = Wink
	}
	out := filepath.Join(b.TempDir(), FileName)
	start := time.Now()
	if err := BuildFile(context.Background(), source, format, out, nil); err != nil {
		b.Fatal(err)
	}
	b.Logf("built in %v", time.Since(start))
	return out
}

func TestFullTable(t *testing.T) {
	start := time.Now()
	table := open(t, fullTable(t))
	t.Logf("%d words, %v with building", table.Len(), time.Since(start))
	if table.Len() < 300_000 {
		t.Errorf("%d words", table.Len())
	}
	// The first numbers of "the" in GloVe 6B 100d.
	if v, ok := table.Lookup("the"); !ok || v[0] != -0.038194 || v[1] != -0.24487 {
		t.Errorf("the: %v, %t", v, ok)
	}
}

func BenchmarkOpen(b *testing.B) {
	path := fullTable(b)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	for b.Loop() {
		table, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		if err := table.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	words := make([]string, 1<<15)
	for i := range words {
		words[i] = fmt.Sprintf("w%x", i*i)
	}
	table, err := Random(words, DefaultDim, 1)
	if err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		if _, ok := table.Lookup(words[i%len(words)]); !ok {
			b.Fatal("a word is missing")
		}
		i += 7919
	}
}
