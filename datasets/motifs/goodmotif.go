package motifs

import (
	"fmt"
	"slices"

	"rationale/datasets"
	"rationale/datasets/random"
)

// GOODMotifs are the classes of GOODMotif, by number.
var GOODMotifs = []string{"house", "cycle", "crane"}

var goodMotifs = []shape{house, cycle, crane}

// basis is what motifs hang on, made from a width.
type basis struct {
	name string
	make func(w int) shape
}

var bases = []basis{
	{"wheel", wheel}, {"tree", tree}, {"ladder", ladder}, {"star", star}, {"path", path},
}

// How a graph of GOODMotif comes to be.
const (
	addedEdges = 0.05 // random edges tried, as a share of all edges
	labelNoise = 0.1  // of the labels are drawn anew
	slack      = 5    // a width lies that far around its middle
)

// GOODFeatures is the number of features of a node, of which every one is goodFeature.
const (
	GOODFeatures = 1
	goodFeature  = 1
)

// Source says where in a split of GOODMotif a row comes from: the domain that models
// train on, or one of the two outside of it.
type Source int

// The sources of rows.
const (
	Inside      Source = iota // as in training
	OutsideDev                // the domain that GOOD validates on
	OutsideTest               // the domain that GOOD tests on
)

// Shift is one way in which the domains of GOODMotif differ.
type Shift struct {
	Name string
	Doc  string
	// Rows are the published sizes of train, dev and test, where the latter two are
	// of the training domain, and where they are outside.
	Rows, Outside [3]int
	// plan draws what a graph is made of.
	plan func(draw *random.Stream, from Source) plan
}

// plan is what a graph is made of: places in goodMotifs and bases, and the middle of
// the width.
type plan struct{ motif, basis, middle int }

const usualMiddle = 10

// Shifts are those of GOOD (Gui et al. 2022), the first one the usual one.
var Shifts = []Shift{
	{
		"covariate", "trained on wheels, trees and ladders; outside of that stars (dev) and paths (test)",
		[3]int{18000, 3000, 3000}, [3]int{18000, 3000, 3000}, covariate,
	}, {
		"concept", "bases go with motifs at .99, .97 and .95 in training; outside at .3 (dev) and by chance (test)",
		[3]int{12600, 2700, 2700}, [3]int{12600, 6000, 6000}, concept,
	}, {
		"size", "trained on widths around 6, 10 and 15 of all bases; outside around 30 (dev) and 70 (test)",
		[3]int{18000, 3000, 3000}, [3]int{18000, 3000, 3000}, size,
	}, {
		"none", "all bases everywhere; nothing is outside",
		[3]int{18000, 6000, 6000}, [3]int{18000, 6000, 6000}, noShift,
	},
}

// trained is the number of bases that training knows where bases shift.
const trained = 3

func covariate(draw *random.Stream, from Source) plan {
	p := plan{motif: draw.Below(len(goodMotifs)), middle: usualMiddle}
	if from == Inside {
		p.basis = draw.Below(trained)
	} else {
		p.basis = trained + int(from-OutsideDev)
	}
	return p
}

// agreement is how often a basis goes with its motif, in the three environments of
// training and outside.
var agreement = map[Source][]float64{Inside: {0.99, 0.97, 0.95}, OutsideDev: {0.3}, OutsideTest: {0}}

func concept(draw *random.Stream, from Source) plan {
	p := plan{motif: draw.Below(len(goodMotifs)), middle: usualMiddle}
	p.basis = draw.Below(trained)
	if rates := agreement[from]; draw.Chance(rates[draw.Below(len(rates))]) {
		p.basis = p.motif
	}
	return p
}

// middles are the widths around which those of a domain lie.
var middles = map[Source][]int{Inside: {6, 10, 15}, OutsideDev: {30}, OutsideTest: {70}}

func size(draw *random.Stream, from Source) plan {
	p := plan{motif: draw.Below(len(goodMotifs)), basis: draw.Below(len(bases))}
	p.middle = middles[from][draw.Below(len(middles[from]))]
	return p
}

func noShift(draw *random.Stream, _ Source) plan {
	return plan{draw.Below(len(goodMotifs)), draw.Below(len(bases)), usualMiddle}
}

// GOODMotif makes row i of a split up: a base of random width with a motif on one of
// its nodes, random edges that join no two nodes of the motif, and a label that is
// drawn anew once in ten times. The identifier names basis and motif. Seed, shift,
// source, split and row say all.
func (s Shift) GOODMotif(seed uint64, split string, from Source, row int) datasets.Graph {
	draw := random.New(seed, fmt.Sprintf("goodmotif %s %d %s", s.Name, from, split), row)
	p := s.plan(draw, from)
	base := bases[p.basis].make(p.middle - slack + draw.Below(2*slack+1))
	whole := hang(base, goodMotifs[p.motif], draw.Below(base.nodes), 0)
	whole.disturb(draw)
	g := whole.graph(GOODFeatures, goodFeature)
	g.ID, g.Label = fmt.Sprintf("%s-%d-%s-%s", split, row, bases[p.basis].name, GOODMotifs[p.motif]), p.motif
	if draw.Chance(labelNoise) {
		g.Label = draw.Below(len(GOODMotifs))
	}
	return g
}

// disturb draws pairs of nodes without an edge, as many as there are edges times
// addedEdges, and joins those of which one is plain. A pair that is refused is not drawn
// again.
func (s *shape) disturb(draw *random.Stream) {
	for range int(addedEdges * float64(len(s.edges))) {
		if a, b := s.strangers(draw); s.plain(a) || s.plain(b) {
			s.join(a, b)
		}
	}
}

// strangers are two nodes without an edge between them. There are always some: a motif
// of five nodes has only one that knows the base.
func (s *shape) strangers(draw *random.Stream) (a, b int) {
	for {
		a, b = draw.Below(s.nodes), draw.Below(s.nodes)
		if a != b && !slices.Contains(s.edges, edge(a, b)) {
			return a, b
		}
	}
}
