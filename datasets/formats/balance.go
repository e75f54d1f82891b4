package formats

import (
	"math"
	"math/bits"
	"strconv"
)

// balanced reduces the larger of two classes to the size of the smaller one and
// returns row numbers: class 1 first, then class 0. The larger class comes in
// the order in which CPython's random.seed(seed); random.sample(rows, n) gives
// it, the other one in file order. Nothing is drawn when the sizes agree. This
// is how the training sets of the rationalization papers were balanced, so the
// same seed keeps the same reviews.
func balanced(negative, positive []int, seed uint64) []int {
	random := newTwister(seed)
	switch n, p := len(negative), len(positive); {
	case p > n:
		positive = random.sample(positive, n)
	case n > p:
		negative = random.sample(negative, p)
	}
	return append(append([]int{}, positive...), negative...)
}

// parseBalance reads "off" or a seed.
func parseBalance(text string) (seed uint64, on bool, err error) {
	if text == "off" || text == "" {
		return 0, false, nil
	}
	seed, err = strconv.ParseUint(text, 10, 64)
	return seed, err == nil, err
}

// Sizes and constants of MT19937 (Matsumoto and Nishimura 1998).
const (
	twisterWords  = 624
	twisterOffset = 397
)

// twister is the Mersenne Twister MT19937, the generator behind Python's random.
type twister struct {
	state [twisterWords]uint32
	used  int
}

// newTwister seeds as CPython does with an integer: init_by_array with its
// 32-bit words, the lowest first.
func newTwister(seed uint64) *twister {
	key := []uint32{uint32(seed)}
	if high := uint32(seed >> 32); high != 0 {
		key = append(key, high)
	}
	t := &twister{used: twisterWords}
	t.seedByNumber(19650218)
	t.seedByKey(key)
	return t
}

func (t *twister) seedByNumber(seed uint32) {
	t.state[0] = seed
	for i := 1; i < twisterWords; i++ {
		t.state[i] = 1812433253*(t.state[i-1]^t.state[i-1]>>30) + uint32(i)
	}
}

func (t *twister) seedByKey(key []uint32) {
	i, j := 1, 0
	advance := func(factor, add uint32) {
		t.state[i] = (t.state[i] ^ (t.state[i-1]^t.state[i-1]>>30)*factor) + add
		if i++; i == twisterWords {
			t.state[0] = t.state[twisterWords-1]
			i = 1
		}
	}
	for range max(twisterWords, len(key)) {
		advance(1664525, key[j]+uint32(j))
		j = (j + 1) % len(key)
	}
	for range twisterWords - 1 {
		advance(1566083941, -uint32(i))
	}
	t.state[0] = 1 << 31
}

// next is one tempered output of 32 bits.
func (t *twister) next() uint32 {
	if t.used == twisterWords {
		t.refill()
	}
	y := t.state[t.used]
	t.used++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

func (t *twister) refill() {
	for i := range t.state {
		y := t.state[i]&(1<<31) | t.state[(i+1)%twisterWords]&(1<<31-1)
		t.state[i] = t.state[(i+twisterOffset)%twisterWords] ^ y>>1 ^ (y&1)*0x9908b0df
	}
	t.used = 0
}

// below is CPython's _randbelow: whole draws of the needed number of bits until
// one is small enough. n must lie in 1 … 2³²−1.
func (t *twister) below(n int) int {
	width := bits.Len(uint(n))
	for {
		if r := int(t.next() >> (32 - width)); r < n {
			return r
		}
	}
}

// sample is CPython's random.sample of k out of list, with both of its methods:
// a shrinking pool, or for few out of very many a set of those already taken.
func (t *twister) sample(list []int, k int) []int {
	n, poolLimit := len(list), 21
	if k > 5 {
		poolLimit += int(math.Pow(4, math.Ceil(math.Log(float64(3*k))/math.Log(4))))
	}
	out := make([]int, k)
	if n > poolLimit {
		t.sampleBySet(list, out)
		return out
	}
	pool := append([]int(nil), list...)
	for i := range out {
		j := t.below(n - i)
		out[i] = pool[j]
		pool[j] = pool[n-i-1]
	}
	return out
}

func (t *twister) sampleBySet(list, out []int) {
	taken := map[int]bool{}
	for i := range out {
		j := t.below(len(list))
		for taken[j] {
			j = t.below(len(list))
		}
		taken[j] = true
		out[i] = list[j]
	}
}
