package suspect

import (
	"cmp"
	"slices"
)

// longest is the most words and edges of a phrase that is counted; longer ones are
// found by extending those.
const longest = 3

// gram is a run of words and edges; what it does not reach is negative.
type gram [longest]int32

// count is in how many cells (a document and a label) of each label a gram stands.
type count struct {
	last  int // the cell that was counted last
	cells []int
}

// counts counts all grams that stand in at least so many cells. Longer grams are only
// looked for where their parts are frequent.
func (c *corpus) counts(least int) map[gram]*count {
	all := map[gram]*count{}
	for size := 1; size <= longest; size++ {
		c.countOf(size, least, all)
		for g, n := range all {
			if g.size() == size && n.total() < least {
				delete(all, g)
			}
		}
	}
	return all
}

// countOf counts grams of one size.
func (c *corpus) countOf(size, least int, all map[gram]*count) {
	for i := range c.texts {
		t := &c.texts[i]
		for at := range len(t.stream) - size + 1 {
			g := gramOf(t.stream[at : at+size])
			if size > 2 && slices.Contains(g[1:size-1], edge) {
				continue // of two sentences
			}
			if size > 1 && (all[gramOf(t.stream[at:at+size-1])] == nil || all[gramOf(t.stream[at+1:at+size])] == nil) {
				continue
			}
			n := all[g]
			if n == nil {
				n = &count{-1, make([]int, c.classes)}
				all[g] = n
			}
			if n.last != t.cell {
				n.last = t.cell
				n.cells[t.label]++
			}
		}
	}
}

func gramOf(run []int32) gram {
	g := gram{-1, -1, -1}
	copy(g[:], run)
	return g
}

func (g gram) size() int {
	size := 0
	for size < longest && g[size] >= 0 {
		size++
	}
	return size
}

func (n *count) total() int {
	sum := 0
	for _, of := range n.cells {
		sum += of
	}
	return sum
}

// candidate is a gram that goes with a label.
type candidate struct {
	run   []int32
	label int
	lift  float64 // how much better it is explained as a trigger, nats
}

// candidates are the most grams for each label that its share does not explain, and
// the number of grams that were looked at.
func (c *corpus) candidates(least, most int) (out []candidate, looked int) {
	counts, shares := c.counts(least), c.shares()
	delete(counts, gramOf([]int32{edge})) // stands in every text
	for label, share := range shares {
		var of []candidate
		for g, n := range counts {
			with, total := float64(n.cells[label]), float64(n.total())
			if lift := (tally{with: with, others: total - with}).lift(share); lift > 0 {
				of = append(of, candidate{slices.Clone(g[:g.size()]), label, lift})
			}
		}
		slices.SortFunc(of, func(a, b candidate) int {
			return cmp.Or(cmp.Compare(b.lift, a.lift), slices.Compare(a.run, b.run))
		})
		out = append(out, of[:min(most, len(of))]...)
	}
	return out, len(counts)
}
