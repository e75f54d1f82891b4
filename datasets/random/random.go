// Package random draws numbers that depend on a seed, a purpose and a place only,
// never on what was drawn elsewhere.
package random

import "slices"

// Stream is a counter-based generator: the n-th number of a stream depends only on
// the stream's key and n, never on what was drawn elsewhere.
type Stream struct {
	key, n uint64
}

// New opens the stream of (seed, purpose, row).
func New(seed uint64, purpose string, row int) *Stream {
	key := mix(seed)
	for _, b := range []byte(purpose) {
		key = mix(key ^ uint64(b))
	}
	return &Stream{key: mix(key ^ uint64(row))}
}

// mix is the finaliser of SplitMix64 behind its usual increment: a bijection in
// which every input bit moves every output bit.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (s *Stream) next() uint64 {
	s.n++
	return mix(s.key ^ mix(s.n))
}

// Float is uniform in [0, 1).
func (s *Stream) Float() float64 { return float64(s.next()>>11) / (1 << 53) }

// Below is uniform in 0 … n−1, up to a bias of n/2⁵³.
func (s *Stream) Below(n int) int { return int(s.Float() * float64(n)) }

// Chance is true with probability p.
func (s *Stream) Chance(p float64) bool { return s.Float() < p }

// Order returns 0 … n−1 in an order that depends on (seed, purpose) alone.
func Order(n int, seed uint64, purpose string) []int {
	order := make([]int, n)
	keys := make([]uint64, n)
	stream := New(seed, purpose, 0)
	for i := range order {
		order[i], keys[i] = i, stream.next()
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case keys[a] < keys[b]:
			return -1
		case keys[a] > keys[b]:
			return 1
		}
		return 0
	})
	return order
}
