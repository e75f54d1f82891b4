package motifs

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rationale/datasets"
)

// within counts the edges between nodes of the motif.
func within(g datasets.Graph) int {
	n := 0
	for _, e := range g.Edges {
		if g.Rationale[e[0]] && g.Rationale[e[1]] {
			n++
		}
	}
	return n
}

// between counts the edges that join the motif to the base.
func between(g datasets.Graph) int {
	n := 0
	for _, e := range g.Edges {
		if g.Rationale[e[0]] != g.Rationale[e[1]] {
			n++
		}
	}
	return n
}

// connected tells whether every node can be reached from node 0.
func connected(g datasets.Graph) bool {
	group := make([]int32, g.Nodes)
	for i := range group {
		group[i] = int32(i)
	}
	for range g.Nodes {
		for _, e := range g.Edges {
			low := min(group[e[0]], group[e[1]])
			group[e[0]], group[e[1]] = low, low
		}
	}
	return !slices.ContainsFunc(group, func(i int32) bool { return i != 0 })
}

// degrees are how many edges each node has, sorted.
func degrees(s shape) []int {
	n := make([]int, s.nodes)
	for _, e := range s.edges {
		n[e[0]]++
		n[e[1]]++
	}
	slices.Sort(n)
	return n
}

func TestShapes(t *testing.T) {
	for name, c := range map[string]struct {
		shape shape
		nodes int
		want  []int // degrees, sorted
	}{
		"house":     {house, 5, []int{2, 2, 2, 3, 3}},
		"cycle":     {cycle, 5, []int{2, 2, 2, 2, 2}},
		"crane":     {crane, 5, []int{2, 2, 2, 3, 3}},
		"wheel 5":   {wheel(5), 5, []int{3, 3, 3, 3, 4}},
		"wheel 3":   {wheel(3), 3, []int{2, 2, 2}},
		"wheel 2":   {wheel(2), 2, []int{1, 1}},
		"wheel 1":   {wheel(1), 1, []int{0}},
		"tree 1":    {tree(1), 3, []int{1, 1, 2}},
		"tree 7":    {tree(7), 3, []int{1, 1, 2}},
		"tree 8":    {tree(8), 7, []int{1, 1, 1, 1, 2, 3, 3}},
		"tree 15":   {tree(15), 7, []int{1, 1, 1, 1, 2, 3, 3}},
		"tree 16":   {tree(16), 15, []int{1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3, 3}},
		"ladder 3":  {ladder(3), 6, []int{2, 2, 2, 2, 3, 3}},
		"ladder 1":  {ladder(1), 2, []int{1, 1}},
		"star 4":    {star(4), 5, []int{1, 1, 1, 1, 4}},
		"path 4":    {path(4), 4, []int{1, 1, 2, 2}},
		"path 1":    {path(1), 1, []int{0}},
		"tree 70+5": {tree(75), 63, nil},
	} {
		if c.shape.nodes != c.nodes || c.want != nil && !slices.Equal(degrees(c.shape), c.want) {
			t.Errorf("%s: %d nodes with degrees %v; want %d with %v", name, c.shape.nodes, degrees(c.shape), c.nodes, c.want)
		}
		if distinct := datasets.NewEdges(c.shape.edges); len(distinct) != len(c.shape.edges) {
			t.Errorf("%s: an edge stands twice: %v", name, c.shape.edges)
		}
	}
}

// House and crane have the same degrees; what differs is which nodes of degree 3 are
// neighbours.
func TestHouseIsNoCrane(t *testing.T) {
	touching := func(s shape) bool {
		n := make([]int, s.nodes)
		for _, e := range s.edges {
			n[e[0]]++
			n[e[1]]++
		}
		return slices.ContainsFunc(s.edges, func(e datasets.Edge) bool { return n[e[0]] == 3 && n[e[1]] == 3 })
	}
	if !touching(house) || touching(crane) {
		t.Error("house and crane are the same graph")
	}
}

// What DATA says of BA2Motifs: a tree of 20 nodes and a motif of five on one edge.
func TestBA2Motif(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed, row := rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 5000).Draw(t, "row")
		split := rapid.SampledFrom(datasets.SplitNames).Draw(t, "split")
		g := BA2Motif(seed, split, row)
		if err := g.Check(); err != nil {
			t.Fatal(err)
		}
		motif := map[string]int{"cycle": 5, "house": 6}[BA2Motifs[g.Label]]
		if g.Nodes != 25 || g.Width() != 10 || within(g) != motif || between(g) != 1 || len(g.Edges) != 19+1+motif || !connected(g) {
			t.Fatalf("%+v", g)
		}
		if slices.Index(g.Rationale, true) != 20 || slices.ContainsFunc(g.Features, func(x float32) bool { return x != 0.1 }) {
			t.Fatalf("%+v", g)
		}
		if !cmp.Equal(g, BA2Motif(seed, split, row)) || cmp.Equal(g.Edges, BA2Motif(seed+1, split, row).Edges) && cmp.Equal(g.Edges, BA2Motif(seed+2, split, row).Edges) {
			t.Fatal("the graph does not follow from its seed")
		}
	})
}

// TestBA2Joints: any node of a motif may hang on the tree.
func TestBA2Joints(t *testing.T) {
	joints := map[[2]int]bool{} // class and node
	for row := range 400 {
		g := BA2Motif(1, "train", row)
		for _, e := range g.Edges {
			if e[0] < baNodes && e[1] >= baNodes {
				joints[[2]int{g.Label, int(e[1]) - baNodes}] = true
			}
		}
	}
	if want := len(BA2Motifs) * motifSize; len(joints) != want {
		t.Errorf("motifs hang on the tree by %d of their %d nodes: %v", len(joints), want, joints)
	}
}

// A Barabási–Albert tree has hubs: far more edges at one node than a chain or a
// uniformly grown tree has.
func TestPreferentialAttachment(t *testing.T) {
	var most float64
	const graphs = 500
	for row := range graphs {
		g := BA2Motif(1, "train", row)
		n := make([]int, baNodes)
		for _, e := range g.Edges {
			if !g.Rationale[e[0]] && !g.Rationale[e[1]] {
				n[e[0]]++
				n[e[1]]++
			}
		}
		most += float64(slices.Max(n)) / graphs
	}
	if most < 6.5 || most > 9 { // 4.8 when nodes are chosen uniformly
		t.Errorf("the largest degree is %.2f on average", most)
	}
}

// shares draws graphs and measures the share of gold nodes among all nodes.
func shares(s Shift, from Source, rows int) float64 {
	gold, nodes := 0, 0
	for row := range rows {
		g := s.GOODMotif(1, "x", from, row)
		gold, nodes = gold+motifSize, nodes+g.Nodes
	}
	return 100 * float64(gold) / float64(nodes)
}

// The gold shares of METHODS §9: the numbers by which the paper's test set is known.
func TestGoldShares(t *testing.T) {
	for _, c := range []struct {
		shift      string
		in, nd, ft float64
	}{
		{"covariate", 29.4, 31.3, 33.3}, {"concept", 29.4, 29.4, 29.4}, {"size", 29.6, 12.7, 5.7}, {"none", 30.5, 30.5, 30.5},
	} {
		s := shiftNamed(t, c.shift)
		for from, want := range map[Source]float64{Inside: c.in, OutsideDev: c.nd, OutsideTest: c.ft} {
			if got := shares(s, from, 6000); math.Abs(got-want) > 0.35 {
				t.Errorf("%s, source %d: %.2f %% gold; want %.1f", c.shift, from, got, want)
			}
		}
	}
}

func shiftNamed(t testing.TB, name string) Shift {
	t.Helper()
	i := slices.IndexFunc(Shifts, func(s Shift) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("no shift %s", name)
	}
	return Shifts[i]
}

// parts are basis and motif, as the identifier names them.
func parts(g datasets.Graph) (basis, motif string) {
	words := strings.Split(g.ID, "-")
	return words[len(words)-2], words[len(words)-1]
}

// Every graph is sound and whole; its last five nodes are its motif, which no random
// edge changes, and such edges lead to it from plain nodes only.
func TestGOODMotif(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(Shifts).Draw(t, "shift")
		from := rapid.SampledFrom([]Source{Inside, OutsideDev, OutsideTest}).Draw(t, "source")
		seed, row := rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 100).Draw(t, "row")
		g := s.GOODMotif(seed, "dev", from, row)
		if err := g.Check(); err != nil {
			t.Fatal(err)
		}
		basis, motif := parts(g)
		edges := map[string]int{"house": 6, "cycle": 5, "crane": 6}[motif]
		if within(g) != edges || !connected(g) || g.Width() != 1 || slices.Index(g.Rationale, true) != g.Nodes-motifSize {
			t.Fatalf("%+v", g)
		}
		if leaves := leading(g); basis == "star" && leaves > 1 { // one is what the motif hangs on
			t.Fatalf("%d leaves of the star lead to the motif: %+v", leaves, g)
		}
		if !cmp.Equal(g, s.GOODMotif(seed, "dev", from, row)) {
			t.Fatal("the graph does not follow from its seed")
		}
	})
}

// leading counts the edges from nodes of the base but its first to the motif.
func leading(g datasets.Graph) int {
	n := 0
	for _, e := range g.Edges {
		if e[0] != 0 && !g.Rationale[e[0]] && g.Rationale[e[1]] {
			n++
		}
	}
	return n
}

// A tenth of the labels is drawn anew, of which a third stays what it was; motifs are
// equally likely, and bases are those of the domain.
func TestNoiseAndBases(t *testing.T) {
	for _, c := range []struct {
		shift string
		from  Source
		bases []string
		agree float64 // share of graphs with the basis of their motif
	}{
		{"covariate", Inside, []string{"ladder", "tree", "wheel"}, 1. / 3},
		{"covariate", OutsideDev, []string{"star"}, 0},
		{"covariate", OutsideTest, []string{"path"}, 0},
		{"concept", Inside, []string{"ladder", "tree", "wheel"}, 0.98},
		{"concept", OutsideDev, []string{"ladder", "tree", "wheel"}, 0.3 + 0.7/3},
		{"concept", OutsideTest, []string{"ladder", "tree", "wheel"}, 1. / 3},
		{"size", OutsideTest, []string{"ladder", "path", "star", "tree", "wheel"}, 0.2},
		{"none", Inside, []string{"ladder", "path", "star", "tree", "wheel"}, 0.2},
	} {
		s, seen := shiftNamed(t, c.shift), map[string]bool{}
		other, agree, perMotif := 0, 0, map[string]int{}
		const rows = 6000
		for row := range rows {
			g := s.GOODMotif(7, "train", c.from, row)
			base, motif := parts(g)
			seen[base] = true
			perMotif[motif]++
			if GOODMotifs[g.Label] != motif {
				other++
			}
			if slices.Index(GOODMotifs, motif) == slices.IndexFunc(bases, func(b basis) bool { return b.name == base }) {
				agree++
			}
		}
		if found := slices.Sorted(maps.Keys(seen)); !slices.Equal(found, c.bases) {
			t.Errorf("%s %d: bases %v; want %v", c.shift, c.from, found, c.bases)
		}
		near(t, c.shift, "label noise", float64(other)/rows, labelNoise*2/3, 0.012)
		near(t, c.shift, "agreement", float64(agree)/rows, c.agree, 0.02)
		for _, motif := range GOODMotifs {
			near(t, c.shift, motif, float64(perMotif[motif])/rows, 1./3, 0.02)
		}
	}
}

func near(t *testing.T, shift, what string, got, want, slack float64) {
	t.Helper()
	if math.Abs(got-want) > slack {
		t.Errorf("%s: %s %.3f; want %.3f ± %.3f", shift, what, got, want, slack)
	}
}

// Random edges are there, and not more than a twentieth.
func TestAddedEdges(t *testing.T) {
	s, added, base := shiftNamed(t, "size"), 0, 0
	for row := range 2000 {
		g := s.GOODMotif(3, "test", OutsideTest, row)
		name, motif := parts(g)
		if name != "wheel" {
			continue
		}
		plain := 2*(g.Nodes-motifSize-1) + len(goodMotifs[slices.Index(GOODMotifs, motif)].edges) + 1
		added, base = added+len(g.Edges)-plain, base+plain
		if extra := len(g.Edges) - plain; extra < 0 || extra > int(addedEdges*float64(plain)) {
			t.Fatalf("%s has %d edges beside its %d", g.ID, extra, plain)
		}
	}
	near(t, "size", "added edges", float64(added)/float64(base), addedEdges-0.0035, 0.002) // half an edge is lost by rounding
}
