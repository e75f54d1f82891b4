package nn

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"testing"
)

// testKeys are simple keys, on which a weak generator fails first, and one
// like those in use.
var testKeys = []uint32{0, 1, 2, 0xffff, 0x10000, 1 << 31, 1<<32 - 1, Noise{Purpose: "keep"}.Key(1, 1)}

// randomHalves are a key's first n numbers of 16 bits.
func randomHalves(key uint32, n int) []uint16 {
	var same [1 << 16]uint16
	for i := range same {
		same[i] = uint16(i)
	}
	out := make([]uint16, n)
	fill(out, key, &same)
	return out
}

// chiSquared is by how many standard deviations the counts are less even than
// counts of equally probable things are on average (Wilson and Hilferty 1931).
func chiSquared(counts []int) float64 {
	total, sum := 0, 0.0
	for _, n := range counts {
		total += n
	}
	expected := float64(total) / float64(len(counts))
	for _, n := range counts {
		sum += (float64(n) - expected) * (float64(n) - expected) / expected
	}
	free := float64(len(counts) - 1)
	return (math.Cbrt(sum/free) - 1 + 2/(9*free)) / math.Sqrt(2/(9*free))
}

// bound is how many standard deviations the tests allow. The keys are fixed,
// so they pass always or never.
const bound = 4.5

// within demands that a number of standard deviations is within the bound.
func within(t *testing.T, z float64, what string, args ...any) {
	t.Helper()
	if !(math.Abs(z) < bound) {
		t.Errorf("%s: %.1f standard deviations", fmt.Sprintf(what, args...), z)
	}
}

// pairs counts which bytes stand at the same place of two streams: bits shift
// to shift+7 of each.
func pairs(a, b []uint16, shift int) []int {
	counts := make([]int, 1<<16)
	for i, x := range b {
		counts[uint32(a[i]>>shift&0xff)<<8|uint32(x>>shift&0xff)]++
	}
	return counts
}

// TestBitsAreUniform: all values of 16 bits, and of each byte, come equally
// often, among the low and among the high halves of words.
func TestBitsAreUniform(t *testing.T) {
	for _, key := range testKeys {
		var values, low, high [2][]int
		for half := range 2 {
			values[half], low[half], high[half] = make([]int, 1<<16), make([]int, 1<<8), make([]int, 1<<8)
		}
		for i, x := range randomHalves(key, 1<<21) {
			values[i%2][x]++
			low[i%2][x&0xff]++
			high[i%2][x>>8]++
		}
		for half := range 2 {
			within(t, chiSquared(values[half]), "key %#x, half %d, 16 bits", key, half)
			within(t, chiSquared(low[half]), "key %#x, half %d, low byte", key, half)
			within(t, chiSquared(high[half]), "key %#x, half %d, high byte", key, half)
		}
	}
}

// TestElementsAreIndependent: an element says nothing of the next ones, nor of
// those a row further on, for the rows that models have.
func TestElementsAreIndependent(t *testing.T) {
	const n = 1 << 20
	for _, key := range testKeys {
		x := randomHalves(key, n+1<<17)
		for _, lag := range []int{1, 2, 3, 4, 8, 64, 100, 200, 201, 256, 400, 512, 64 * 200, 256 * 200, 1 << 16} {
			for _, shift := range []int{0, 4, 8} {
				within(t, chiSquared(pairs(x[lag:], x[:n], shift)), "key %#x: bits from %d at distance %d", key, shift, lag)
			}
		}
	}
}

// TestKeysAreIndependent: keys that differ by little, and so also neighbouring
// steps, give streams that have nothing to do with each other, nor with each
// other's neighbours.
func TestKeysAreIndependent(t *testing.T) {
	const n = 1 << 19
	for _, key := range testKeys {
		x := randomHalves(key, n+8)
		for _, other := range []uint32{key + 1, key + 2, key ^ 0x100, key ^ 0x10000, key ^ 1<<31, ^key, 5*key + 3} {
			y := randomHalves(other, n+8)
			for offset := range 9 {
				for _, shift := range []int{0, 8} {
					z := chiSquared(pairs(y[offset:], x[4:n], shift))
					within(t, z, "keys %#x and %#x: bits from %d at distance %d", key, other, shift, offset-4)
				}
			}
		}
	}
}

// TestAvalanche: one bit of the key or of the number changed changes every bit
// of the word with probability one half, also for simple keys and numbers.
func TestAvalanche(t *testing.T) {
	const each = 1 << 14
	var flips [64][32]int
	for _, key := range testKeys {
		for i := range uint32(each) {
			before := word(key, i)
			for bit := range 32 {
				count(&flips[bit], before^word(key, i^1<<bit))
				count(&flips[32+bit], before^word(key^1<<bit, i))
			}
		}
	}
	n := float64(each * len(testKeys))
	for from := range flips {
		for to, k := range flips[from] {
			// A change between two of the numbers is met from both ends, which
			// doubles the variance.
			if z := (float64(k) - n/2) / math.Sqrt(n/2); math.Abs(z) > 5 { // of 2048
				t.Errorf("bit %d flips bit %d in %.3f of all words", from, to, float64(k)/n)
			}
		}
	}
}

func count(flips *[32]int, changed uint32) {
	for changed != 0 {
		flips[bits.TrailingZeros32(changed)]++
		changed &= changed - 1
	}
}

// TestRuns: runs of kept elements are as long as those of independent ones: a
// run ends after each element with the same probability. The rows of a mask
// have binomial sums.
func TestRuns(t *testing.T) {
	const n, row = 1 << 20, 200
	for _, share := range []float64{.5, .8} {
		for step := range uint64(6) {
			x := draw(t, Noise{Purpose: "keep", Law: Keep, Share: share}, n, 5, step)
			within(t, runsScore(x, 1), "share %v: runs of ones", share)
			within(t, runsScore(x, 0), "share %v: runs of zeros", share)
			var sums []float64
			for part := range slices.Chunk(x, row) {
				mean, _ := moments(part)
				sums = append(sums, mean*row)
			}
			_, variance := moments(sums[:n/row])
			spread := variance / (row * share * (1 - share))
			within(t, (spread-1)/math.Sqrt(2/float64(n/row)), "share %v: sums of rows", share)
		}
	}
}

// runsScore compares how many runs of v are longer than 1, 2, 4 and 8 with
// independent draws, and gives the worst in standard deviations.
func runsScore(x []float64, v float64) float64 {
	ones, lengths, length := 0.0, []int{}, 0
	for _, y := range x {
		switch {
		case y == v:
			length++
			ones++
		case length > 0:
			lengths, length = append(lengths, length), 0
		}
	}
	p, runs, worst := ones/float64(len(x)), float64(len(lengths)), 0.0
	for _, limit := range []int{1, 2, 4, 8} {
		longer := 0.0
		for _, l := range lengths {
			if l > limit {
				longer++
			}
		}
		q := math.Pow(p, float64(limit))
		if z := (longer - runs*q) / math.Sqrt(runs*q*(1-q)); math.Abs(z) > math.Abs(worst) {
			worst = z
		}
	}
	return worst
}

// TestKeys: another seed, step or name is another key, spread evenly over all
// 32 bits.
func TestKeys(t *testing.T) {
	seen := map[uint32]bool{}
	low, high := make([]int, 256), make([]int, 256)
	for step := range uint64(4096) {
		for _, name := range []string{"", "a", "generator/keep"} {
			for _, key := range []uint32{Noise{Purpose: name}.Key(1, step), Noise{Purpose: name}.Key(step, 1<<40)} {
				seen[key] = true
				low[key&0xff]++
				high[key>>24]++
			}
		}
	}
	within(t, chiSquared(low), "low byte")
	within(t, chiSquared(high), "high byte")
	if want := 4096 * 3 * 2; len(seen) != want {
		t.Errorf("%d different keys of %d", len(seen), want)
	}
}
