package nn

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/rand/v2"

	"rationale/onnx/tensor"
)

// Stream is the random stream of one purpose at one step. It has no history:
// the same seed, purpose and step give the same numbers in any run, so a
// resumed run draws what an unbroken one would have drawn.
func Stream(seed uint64, purpose string, step uint64) *rand.Rand {
	sum := sha256.Sum256([]byte(purpose))
	return rand.New(rand.NewPCG(seed^binary.LittleEndian.Uint64(sum[:]), step))
}

// Law is a distribution of a graph's random inputs.
type Law string

const (
	// Logistic is the difference of two standard Gumbel variables. Added to
	// the difference of two logits it makes their Gumbel-softmax.
	Logistic Law = "logistic"
	// Keep is 1 with probability Share and 0 otherwise, as uint8.
	Keep Law = "keep"
)

// Noise is a random input of a graph: its name is its purpose.
type Noise struct {
	Name  string  `json:"name"`
	Law   Law     `json:"law"`
	Share float64 `json:"share,omitempty"` // of ones, for Keep
}

// Draw fills t (float32 for Logistic, uint8 for Keep) for one step of a run.
func (n Noise) Draw(t *tensor.Tensor, seed, step uint64) {
	r := Stream(seed, n.Name, step)
	if n.Law == Keep {
		drawKeep(r, n.Share, tensor.Data[uint8](t))
		return
	}
	for out, i := tensor.Data[float32](t), 0; i < len(out); i++ {
		out[i] = logistic(r)
	}
}

// logistic inverts the distribution function; u is never 0 or 1.
func logistic(r *rand.Rand) float32 {
	u := (float64(r.Uint64()>>11) + 0.5) / (1 << 53)
	return float32(math.Log(u) - math.Log1p(-u))
}

// drawKeep spends 16 random bits on each element; the share is met to 1/65536.
func drawKeep(r *rand.Rand, share float64, out []uint8) {
	limit := uint64(math.Round(share * 65536))
	for i := 0; i < len(out); i += 4 {
		word := r.Uint64()
		for j := i; j < min(i+4, len(out)); j++ {
			out[j] = uint8(((word & 0xffff) - limit) >> 63) // 1 where below
			word >>= 16
		}
	}
}
