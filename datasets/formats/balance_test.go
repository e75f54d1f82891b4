package formats

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// The figures were computed with CPython 3.11.
func TestTwisterOutputs(t *testing.T) {
	for seed, want := range map[uint64][]uint32{
		20226666: {92284402, 3649548084, 3114832042, 3911319699, 1501346815},
		12252018: {525837053, 1183099658, 966622280, 2101360782, 3432567117},
	} {
		random := newTwister(seed)
		for i, w := range want {
			if got := random.next(); got != w {
				t.Errorf("seed %d: output %d is %d; want %d", seed, i, got, w)
			}
		}
	}
}

func TestSampleAsCPython(t *testing.T) {
	for _, c := range []struct {
		seed uint64
		n, k int
		want []int
	}{
		{20226666, 10, 4, []int{0, 5, 7, 6}},
		{20226666, 1000, 4, []int{22, 870, 742, 932}},
		{7, 100000, 8, []int{42445, 19772, 51750, 85319, 6328, 9494, 70239, 12337}},
		{1<<40 + 5, 300, 12, []int{258, 264, 137, 14, 271, 23, 84, 40, 68, 122, 70, 126}},
		{0, 50, 5, []int{24, 48, 26, 2, 16}},
	} {
		if diff := cmp.Diff(c.want, newTwister(c.seed).sample(upTo(c.n), c.k)); diff != "" {
			t.Errorf("seed %d, %d of %d:\n%s", c.seed, c.k, c.n, diff)
		}
	}
}

// The samples with which the papers balanced the Appearance reviews.
func TestSampleOfThePapers(t *testing.T) {
	for _, c := range []struct {
		seed   uint64
		first  []int
		sum    int
		sha256 string
	}{
		{20226666, []int{1408, 47528, 22908, 32328, 52605}, 449986671, "6587d55843012ff2d60c7e4275b8f2b5937dcaff9500ad2ab47c4a0cfc7655db"},
		{12252018, []int{8023, 18052, 14749, 32064, 52376}, 450520599, "be23e0c5b47be22df3f0b7e3b5840d140690aa58a4107c1db5b61995f105c5bc"},
	} {
		got := newTwister(c.seed).sample(upTo(53114), 16891)
		sum, text := 0, make([]string, len(got))
		for i, n := range got {
			sum += n
			text[i] = strconv.Itoa(n)
		}
		hash := sha256.Sum256([]byte(strings.Join(text, ",")))
		if !slices.Equal(got[:5], c.first) || sum != c.sum || hex.EncodeToString(hash[:]) != c.sha256 {
			t.Errorf("seed %d: begins with %v, sum %d, digest %x", c.seed, got[:5], sum, hash)
		}
	}
}

func TestBalanced(t *testing.T) {
	positive, negative := upTo(10), []int{100, 101, 102, 103}
	if diff := cmp.Diff([]int{0, 5, 7, 6, 100, 101, 102, 103}, balanced(negative, positive, 20226666)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{100, 101, 102, 103, 0, 5, 7, 6}, balanced(positive, negative, 20226666)); diff != "" {
		t.Errorf("more negatives:\n%s", diff)
	}
	if diff := cmp.Diff([]int{3, 4, 1, 2}, balanced([]int{1, 2}, []int{3, 4}, 1)); diff != "" {
		t.Errorf("equal sizes:\n%s", diff)
	}
}
