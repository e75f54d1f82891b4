package rationalizer

import (
	"cmp"
	"slices"
	"sort"

	"rationale/onnx/shard"
	"rationale/onnx/tensor"
)

// BatchAxes are the lengths of a batch that a shard of it has of its own.
func BatchAxes() shard.Axes {
	return shard.Axes{Examples: batchDim.String(), Frames: []string{timeDim.String(), sentencesDim.String()}}
}

// perFrame is what a step costs at each position however few the examples, in examples:
// the operators' own time (onnx/PERFORMANCE.md, "Scale").
const perFrame = 8

// Deal divides the examples of a batch, the inputs of one step, among shards: as many,
// or fewer when there are fewer examples. The shards have equal work, not equal
// numbers: long examples go with long ones, in frames no longer than they need.
func (s Spec) Deal(batch map[string]*tensor.Tensor, shards int) []shard.Share {
	positions, sentences := s.frames(batch[InputMask]), s.frames(batch[InputSentenceMask])
	order := make([]int, len(positions))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(positions[j], positions[i]) })
	var out []shard.Share
	for _, rows := range equalWork(order, positions, shards) {
		slices.Sort(rows)
		out = append(out, shard.Share{Rows: rows, Lengths: map[string]int64{
			batchDim.String(): int64(len(rows)), timeDim.String(): longestOf(rows, positions), sentencesDim.String(): longestOf(rows, sentences),
		}})
	}
	return out
}

// frames are how long a frame each example needs by its mask [B,n]. What is shorter
// than the batch's frame has padding behind it there, and so it has here: the last
// unit's neighbour counts in the coherence. In padding "paper" all have the same.
func (s Spec) frames(mask *tensor.Tensor) []int64 {
	if mask == nil {
		return nil
	}
	n := mask.Shape()[1]
	var out []int64
	for row := range slices.Chunk(tensor.Data[int64](mask), int(n)) {
		frame := n
		if s.Padding == Trim {
			frame = min(n, max(2, 1+lastOne(row)))
		}
		out = append(out, frame)
	}
	return out
}

// lastOne is how many numbers there are up to the last that is not 0.
func lastOne(row []int64) int64 {
	n := len(row)
	for n > 0 && row[n-1] == 0 {
		n--
	}
	return int64(n)
}

func longestOf(rows []int, lengths []int64) int64 {
	longest := int64(0)
	for _, i := range rows {
		if i < len(lengths) {
			longest = max(longest, lengths[i])
		}
	}
	return longest
}

// equalWork cuts examples, which stand in the order of falling lengths, into as many
// parts at most, the largest of which is as small as can be.
func equalWork(order []int, lengths []int64, parts int) [][]int {
	most := int64(len(order)+perFrame) * longestOf(order, lengths)
	limit := sort.Search(int(most), func(limit int) bool { return len(upTo(int64(limit), order, lengths)) <= parts })
	return upTo(int64(limit), order, lengths)
}

// upTo cuts examples into parts of no more work than a limit, an example at least.
func upTo(limit int64, order []int, lengths []int64) [][]int {
	var out [][]int
	for len(order) > 0 {
		n := max(1, min(int64(len(order)), limit/lengths[order[0]]-perFrame))
		out = append(out, slices.Clone(order[:n]))
		order = order[n:]
	}
	return out
}
