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
		size := Size{Examples: len(rows), Positions: longestOf(rows, positions), Sentences: longestOf(rows, sentences)}
		out = append(out, shard.Share{Rows: rows, Lengths: size.lengths()})
	}
	return out
}

// frames are how long a frame each example needs by its mask [B,n]. What is shorter
// than the batch's frame has padding behind it there, and so it has here: the last
// unit's neighbour counts in the coherence. In padding "paper" all have the same.
func (s Spec) frames(mask *tensor.Tensor) []int {
	if mask == nil || mask.Len() == 0 || len(mask.Shape()) != 2 {
		return nil
	}
	n := int(mask.Shape()[1])
	var out []int
	for row := range slices.Chunk(tensor.Data[int64](mask), n) {
		frame := n
		if s.Padding == Trim {
			frame = min(n, max(2, 1+lastOne(row)))
		}
		out = append(out, frame)
	}
	return out
}

// lastOne is how many numbers there are up to the last that is not 0.
func lastOne(row []int64) int {
	n := len(row)
	for n > 0 && row[n-1] == 0 {
		n--
	}
	return n
}

func longestOf(rows, lengths []int) int {
	longest := 0
	for _, i := range rows {
		if i < len(lengths) {
			longest = max(longest, lengths[i])
		}
	}
	return longest
}

// equalWork cuts examples, which stand in the order of falling lengths, into as many
// parts at most, the largest of which is as small as can be.
func equalWork(order, lengths []int, parts int) [][]int {
	most := (len(order) + perFrame) * longestOf(order, lengths)
	limit := sort.Search(most, func(limit int) bool { return len(upTo(limit, order, lengths)) <= parts })
	return upTo(limit, order, lengths)
}

// upTo cuts examples into parts of no more work than a limit, an example at least.
func upTo(limit int, order, lengths []int) [][]int {
	var out [][]int
	for len(order) > 0 {
		n := max(1, min(len(order), limit/lengths[order[0]]-perFrame))
		out = append(out, slices.Clone(order[:n]))
		order = order[n:]
	}
	return out
}
