package rationalizer

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/tensor"
)

// TestDeal: every example is in one shard, shards have room for theirs and for what
// stands behind them in the batch, and none could have less work.
func TestDeal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frame := rapid.IntRange(2, 40).Draw(t, "frame")
		lengths := rapid.SliceOfN(rapid.IntRange(0, frame), 1, 30).Draw(t, "lengths")
		n := rapid.IntRange(1, 6).Draw(t, "shards")
		padding := rapid.SampledFrom([]Padding{Trim, Paper}).Draw(t, "padding")
		shares := Spec{Padding: padding}.Deal(values{InputMask: masks(frame, lengths)}, n)
		var dealt []int
		for _, s := range shares {
			dealt = append(dealt, s.Rows...)
			for _, i := range s.Rows {
				if got, want := int(s.Lengths["T"]), min(frame, lengths[i]+1); got < want || padding == Paper && got != frame {
					t.Fatalf("a frame of %d for a text of %d in a batch of %d", got, lengths[i], frame)
				}
			}
			if int(s.Lengths["B"]) != len(s.Rows) || len(s.Rows) == 0 || !slices.IsSorted(s.Rows) {
				t.Fatalf("%+v", s)
			}
		}
		slices.Sort(dealt)
		if len(shares) > n || !slices.Equal(dealt, upToN(len(lengths))) {
			t.Fatalf("%d shards hold %v of %d texts", len(shares), dealt, len(lengths))
		}
	})
}

// TestEqualWork: few long texts weigh as much as many short ones.
func TestEqualWork(t *testing.T) {
	lengths := slices.Concat(slices.Repeat([]int{99}, 40), slices.Repeat([]int{24}, 200))
	shares := Spec{Padding: Trim}.Deal(values{InputMask: masks(100, lengths)}, 2)
	work := func(i int) int { return int(shares[i].Lengths["T"]) * (len(shares[i].Rows) + perFrame) }
	if a, b := work(0), work(1); len(shares) != 2 || a > b*11/10 || b > a*11/10 {
		t.Errorf("work %d and %d: %+v", work(0), work(1), shares)
	}
	equal := Spec{Padding: Trim}.Deal(values{InputMask: masks(100, slices.Repeat([]int{100}, 64))}, 4)
	for _, s := range equal {
		if len(s.Rows) != 16 {
			t.Errorf("%d of 64 equal texts in a shard of four", len(s.Rows))
		}
	}
}

// TestDealOfSentences: a shard has as many sentences as it needs.
func TestDealOfSentences(t *testing.T) {
	shares := Spec{Padding: Trim}.Deal(values{InputMask: masks(9, []int{9, 4}), InputSentenceMask: masks(5, []int{5, 2})}, 2)
	if got := []int64{shares[0].Lengths["S"], shares[1].Lengths["S"]}; !slices.Equal(got, []int64{5, 3}) {
		t.Errorf("%v sentences", got)
	}
}

// masks mark the real positions of texts in a frame.
func masks(frame int, lengths []int) *tensor.Tensor {
	data := make([]int64, frame*len(lengths))
	for i, length := range lengths {
		for k := range length {
			data[i*frame+k] = 1
		}
	}
	return grid(frame, data)
}

func upToN(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
