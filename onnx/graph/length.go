package graph

// shapeInput makes the int64 vector that Reshape and Expand read. One unknown
// length may be left to ONNX as −1 where that is allowed.
func (g *Graph) shapeInput(s Shape, inferOne bool) *Value {
	unknown := 0
	dims := make([]int64, len(s))
	for i, d := range s {
		n, fixed := d.Fixed()
		if !fixed {
			n, unknown = -1, unknown+1
		}
		dims[i] = n
	}
	if unknown == 0 || (inferOne && unknown == 1) {
		return g.Ints(dims...)
	}
	return g.shapeValue(s)
}

// shapeValue computes a shape with symbolic lengths at run time.
func (g *Graph) shapeValue(s Shape) *Value {
	parts := make([]*Value, len(s))
	for i, d := range s {
		parts[i] = g.DimValue(d)
	}
	return g.Concat(0, parts...)
}

// DimValue is a length as an int64 vector of one element, computed from the
// values that first carried its symbols: inputs, or the results of operators
// that bring new ones. Each length is computed once in a graph.
func (g *Graph) DimValue(d Dim) *Value {
	if n, ok := d.Fixed(); ok {
		return g.Ints(n)
	}
	for at := g.core; at != nil; at = at.parent {
		if v, ok := at.lengths[d]; ok {
			return v
		}
	}
	v := g.lengthOf(d)
	g.lengths[d] = v
	return v
}

func (g *Graph) lengthOf(d Dim) *Value {
	coef, factors := Dim{coef: d.coef, syms: d.syms}.factors()
	if len(factors) == 1 && d == Sym(factors[0]) && factors[0][0] != '(' {
		return g.lookUp(factors[0])
	}
	v := g.DimValue(factorDim(factors[0]))
	for _, f := range factors[1:] {
		v = g.Mul(v, g.DimValue(factorDim(f)))
	}
	if coef != 1 {
		v = g.Mul(v, g.Ints(coef))
	}
	if d.off != 0 {
		v = g.Add(v, g.Ints(d.off))
	}
	return v
}

// factorDim is the length that a factor stands for: a symbol, or a length
// with an offset in brackets.
func factorDim(f string) Dim {
	if f[0] == '(' {
		return parseDim(f[1 : len(f)-1])
	}
	return Sym(f)
}

func (g *Graph) lookUp(symbol string) *Value {
	src, ok := g.lengthSource(symbol)
	if !ok {
		return g.Fail("length %q is on no axis of an input, so it cannot be computed", symbol)
	}
	return g.Gather(g.Shape(src.value), g.Ints(int64(src.axis)), 0)
}
