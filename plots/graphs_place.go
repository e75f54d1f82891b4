package plots

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// spot is a place on the plane, where an edge is about 1 long.
type spot struct{ x, y float64 }

// between is the distance of two places.
func between(p, q spot) float64 {
	x, y := p.x-q.x, p.y-q.y
	return math.Sqrt(x*x + y*y)
}

// layout is a graph on its way to places for its nodes. It looks for the least stress,
//
//	Σ w_uv (|p_u − p_v| − d_uv)²,  w_uv = d_uv⁻²,
//
// which is 0 where all nodes lie as far from each other as they are apart in the graph
// (Gansner, Koren and North, Graph Drawing by Stress Majorization, 2004).
type layout struct {
	apart [][]float64 // d: edges between two nodes, on the shortest way
	at    []spot
}

// How much is done for a layout: a few sweeps over all pairs of nodes from each of some
// starts, and many from where the best of these led. Large graphs get less of it.
const (
	mostStarts, startPairs = 12, 60_000 // pairs of all starts together
	fewSweeps              = 50
	mostSweeps, sweepPairs = 800, 50_000_000 // pairs of all sweeps together
)

// place puts the nodes of a graph on the plane, the longest side across. The same graph
// has the same places whenever it is drawn.
func place(nodes int, edges [][2]int) []spot {
	apart := distances(nodes, edges)
	pairs := nodes * nodes
	var best layout
	least := math.Inf(1)
	for start := range min(max(startPairs/pairs, 1), mostStarts) {
		l := layout{apart, scattered(nodes, uint64(start))}
		l.settle(fewSweeps)
		// A start that leads to the same picture, mirrored, is no better one.
		if stress := l.stress(); stress < .99*least {
			best, least = l, stress
		}
	}
	best.settle(min(max(sweepPairs/pairs, fewSweeps), mostSweeps))
	return lying(best.at)
}

// scattered are places to start from.
func scattered(nodes int, seed uint64) []spot {
	r := rand.New(rand.NewPCG(1, seed))
	at := make([]spot, nodes)
	for v := range at {
		at[v] = spot{r.NormFloat64(), r.NormFloat64()}
	}
	return at
}

// settle sweeps so many times.
func (l *layout) settle(sweeps int) {
	for range sweeps {
		l.sweep()
	}
}

// sweep moves each node to where the stress is least while the others stay.
func (l *layout) sweep() {
	for u := range l.at {
		var to spot
		total := 0.0
		for v := range l.at {
			if v == u {
				continue
			}
			d, p, q := l.apart[u][v], l.at[u], l.at[v]
			far := max(between(p, q), 1e-9)
			w := 1 / (d * d)
			to.x += w * (q.x + d*(p.x-q.x)/far)
			to.y += w * (q.y + d*(p.y-q.y)/far)
			total += w
		}
		if total > 0 {
			l.at[u] = spot{to.x / total, to.y / total}
		}
	}
}

// stress says how far places are from telling the distances in the graph.
func (l *layout) stress() float64 {
	sum := 0.0
	for u, p := range l.at {
		for v, q := range l.at[:u] {
			off := between(p, q)/l.apart[u][v] - 1
			sum += off * off
		}
	}
	return sum
}

// distances are the numbers of edges between all pairs of nodes. Those that no way
// joins are a little farther apart than any others.
func distances(nodes int, edges [][2]int) [][]float64 {
	beside := make([][]int, nodes)
	for _, e := range edges {
		beside[e[0]], beside[e[1]] = append(beside[e[0]], e[1]), append(beside[e[1]], e[0])
	}
	out, farthest := make([][]float64, nodes), 0.0
	for v := range out {
		out[v] = reach(v, beside)
		farthest = max(farthest, slices.Max(out[v]))
	}
	for _, row := range out {
		for v := range row {
			if row[v] < 0 {
				row[v] = farthest + 1
			}
		}
	}
	return out
}

// reach are the distances from one node; -1 where no way leads.
func reach(from int, beside [][]int) []float64 {
	far := slices.Repeat([]float64{-1}, len(beside))
	far[from] = 0
	for queue := []int{from}; len(queue) > 0; queue = queue[1:] {
		for _, v := range beside[queue[0]] {
			if far[v] < 0 {
				far[v] = far[queue[0]] + 1
				queue = append(queue, v)
			}
		}
	}
	return far
}

// lying turns places around their middle until they spread most from left to right.
func lying(at []spot) []spot {
	var middle spot
	for _, p := range at {
		middle.x, middle.y = middle.x+p.x/float64(len(at)), middle.y+p.y/float64(len(at))
	}
	var xx, xy, yy float64
	for _, p := range at {
		x, y := p.x-middle.x, p.y-middle.y
		xx, xy, yy = xx+x*x, xy+x*y, yy+y*y
	}
	sin, cos := math.Sincos(math.Atan2(2*xy, xx-yy) / 2)
	out := make([]spot, len(at))
	for v, p := range at {
		x, y := p.x-middle.x, p.y-middle.y
		out[v] = spot{x*cos + y*sin, y*cos - x*sin}
	}
	return out
}

// bounds are the least and largest coordinates.
func bounds(at []spot) (low, high spot) {
	x := func(a, b spot) int { return cmp.Compare(a.x, b.x) }
	y := func(a, b spot) int { return cmp.Compare(a.y, b.y) }
	return spot{slices.MinFunc(at, x).x, slices.MinFunc(at, y).y}, spot{slices.MaxFunc(at, x).x, slices.MaxFunc(at, y).y}
}
