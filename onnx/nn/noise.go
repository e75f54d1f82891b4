package nn

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"sync"

	"rationale/onnx/tensor"
)

// Law is a distribution of a graph's random inputs.
type Law string

const (
	// Logistic is the difference of two standard Gumbel variables. Added to
	// the difference of two logits it makes their Gumbel-softmax.
	Logistic Law = "logistic"
	// Keep is 1 with probability Share and 0 otherwise, as uint8.
	Keep Law = "keep"
)

// Noise is a random input of a graph. Its numbers depend on its purpose, not on
// what the input is called or where it stands, so that a graph can be taken
// apart and named anew without another result.
//
// Every element is made from 16 random bits of its own: elements 2i and 2i+1
// are the low and the high half of word i of the noise's key. Draw makes them
// in Go and Sample in a graph, the same to the bit.
type Noise struct {
	Purpose string  `json:"purpose"`
	Law     Law     `json:"law"`
	Share   float64 `json:"share,omitempty"` // of ones, for Keep
}

// Key is all that the numbers of one step of a run depend on, beside the law.
func (n Noise) Key(seed, step uint64) uint32 {
	text := binary.LittleEndian.AppendUint64([]byte(n.Purpose), seed)
	sum := sha256.Sum256(binary.LittleEndian.AppendUint64(text, step))
	return binary.LittleEndian.Uint32(sum[:])
}

// Draw fills t (float32 for Logistic, uint8 for Keep) for one step of a run.
func (n Noise) Draw(t *tensor.Tensor, seed, step uint64) {
	key := n.Key(seed, step)
	if n.Law == Keep {
		fill(tensor.Data[uint8](t), key, n.keepTable())
		return
	}
	fill(tensor.Data[float32](t), key, logisticTable())
}

// fill looks up the key's random halves of words, in their order.
func fill[T any](out []T, key uint32, table *[1 << 16]T) {
	for i := range len(out) / 2 {
		w := word(key, uint32(i))
		out[2*i], out[2*i+1] = table[uint16(w)], table[w>>16]
	}
	if n := len(out); n%2 == 1 {
		out[n-1] = table[uint16(word(key, uint32(n/2)))]
	}
}

// keepLimit is how many of the 65536 values of 16 bits stand for 1: the share
// is met to 1/65536.
func (n Noise) keepLimit() int {
	return int(math.Round(min(max(n.Share, 0), 1) * (1 << 16)))
}

// keepTable is the mask's element for each value of 16 bits.
func (n Noise) keepTable() *[1 << 16]uint8 {
	table := new([1 << 16]uint8)
	for i := range n.keepLimit() {
		table[i] = 1
	}
	return table
}

// logisticTable is the quantile log u − log(1−u) of the law in the middle of
// each of 65536 equal steps of probability.
var logisticTable = sync.OnceValue(func() *[1 << 16]float32 {
	table := new([1 << 16]float32)
	for j := range table {
		u := (float64(j) + 0.5) / (1 << 16)
		table[j] = float32(math.Log(u) - math.Log1p(-u))
	}
	return table
})
