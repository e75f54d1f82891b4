package nn

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Stream is the random stream of one purpose at one step. It has no history:
// the same seed, purpose and step give the same numbers in any run, so a
// resumed run draws what an unbroken one would have drawn.
func Stream(seed uint64, purpose string, step uint64) *rand.Rand {
	sum := sha256.Sum256([]byte(purpose))
	return rand.New(rand.NewPCG(seed^binary.LittleEndian.Uint64(sum[:]), step))
}

// word is random word i of a key. Any word can be had without those before it,
// and by arithmetic alone that a graph can do as well (see Sample).
//
// Two stirs leave traces of simple keys, with three no test of millions of
// words finds any. From 2²⁶ words of one key on, a sixty-fourth of all numbers i,
// the low halves are more even than chance; a random input has 2²³ at most.
func word(key, i uint32) uint32 {
	odd := 2*key + 1
	return stir(stir(stir(i+key, odd), odd), odd)
}

// stir is a round of word: a quadratic permutation of the words (the cipher
// RC6's x(2x+1), here with an odd number of the key's), whose high bits depend
// on every bit of x, and then the high half added to the low one. Adding takes
// the place of the usual exclusive or, for which CUDA has no kernel; with
// linear rounds it would mix badly, with quadratic ones it does not matter.
func stir(x, odd uint32) uint32 {
	x *= 2*x + odd
	return x + x>>16
}
