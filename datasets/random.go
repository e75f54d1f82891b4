package datasets

import "slices"

// draw is a counter-based generator: the n-th number of a stream depends only on
// the stream's key and n, never on what was drawn elsewhere.
type draw struct {
	key, n uint64
}

// newDraw opens the stream of (seed, purpose, row).
func newDraw(seed uint64, purpose string, row int) *draw {
	key := mix(seed)
	for _, b := range []byte(purpose) {
		key = mix(key ^ uint64(b))
	}
	return &draw{key: mix(key ^ uint64(row))}
}

// mix is the finaliser of SplitMix64 behind its usual increment: a bijection in
// which every input bit moves every output bit.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (d *draw) next() uint64 {
	d.n++
	return mix(d.key ^ mix(d.n))
}

// float is uniform in [0, 1).
func (d *draw) float() float64 { return float64(d.next()>>11) / (1 << 53) }

// below is uniform in 0 … n−1, up to a bias of n/2⁵³.
func (d *draw) below(n int) int { return int(d.float() * float64(n)) }

// chance is true with probability p.
func (d *draw) chance(p float64) bool { return d.float() < p }

// shuffled returns 0 … n−1 in an order that depends on (seed, purpose) alone.
func shuffled(n int, seed uint64, purpose string) []int {
	order := make([]int, n)
	keys := make([]uint64, n)
	stream := newDraw(seed, purpose, 0)
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
