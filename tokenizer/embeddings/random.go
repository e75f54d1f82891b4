package embeddings

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
)

// randomStd is the standard deviation of one number, that of GloVe's 100
// numbers over its whole vocabulary (0.41).
const randomStd = 0.4

// Random makes a table of seeded random vectors in memory, for running
// without GloVe. A word's vector depends on the seed and the word alone, not on
// the other words, and has the same bits on every machine.
func Random(words []string, dim int, seed uint64) (*Table, error) {
	if dim < 1 || dim > maxDim {
		return nil, fmt.Errorf("embeddings: %d numbers a word, want 1 to %d", dim, maxDim)
	}
	c := &collector{dim: dim, ctx: context.Background(), progress: func(int) {}}
	for i, word := range words {
		if err := c.add(word, randomVector(word, dim, seed)); err != nil {
			return nil, fmt.Errorf("embeddings: word %d: %w", i+1, err)
		}
	}
	order, err := c.order(func(entry int) string { return fmt.Sprintf("word %d", entry+1) })
	if err != nil {
		return nil, fmt.Errorf("embeddings: %w", err)
	}
	return parse(c.encode(order, fmt.Sprintf("random vectors, seed %d", seed)))
}

// randomVector draws from a generator that is keyed by seed and word. Each
// number is the sum of four uniform 16-bit ones, centred and scaled: bell
// shaped, and free of functions that differ between processors.
func randomVector(word string, dim int, seed uint64) []float32 {
	const (
		mean   = 4 * 65535 / 2
		spread = (65536.0*65536.0 - 1) / 3 // variance of the sum
	)
	scale := randomStd / math.Sqrt(spread)
	key := sha256.Sum256(append(binary.LittleEndian.AppendUint64(nil, seed), word...))
	source := rand.NewChaCha8(key)
	vector := make([]float32, dim)
	for i := range vector {
		bits := source.Uint64()
		sum := bits&0xffff + bits>>16&0xffff + bits>>32&0xffff + bits>>48
		vector[i] = float32((float64(sum) - mean) * scale)
	}
	return vector
}
