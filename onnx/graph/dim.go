package graph

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Dim is the length of one axis: a number, or coef·(product of symbols)+off.
// Dims are comparable with ==; equal dims are equal at run time.
type Dim struct {
	coef int64
	syms string // factors in sorted order, joined by "*"; empty for a number
	off  int64
}

// N is an axis of fixed length.
func N(n int) Dim { return Dim{off: int64(n)} }

// Sym is an axis whose length is known at run time only.
func Sym(name string) Dim { return Dim{coef: 1, syms: name} }

// Fixed reports the length of a fixed axis.
func (d Dim) Fixed() (int64, bool) { return d.off, d.syms == "" }

// Plus is the length d+n.
func (d Dim) Plus(n int64) Dim {
	d.off += n
	return d
}

// Times is the length d·e.
func (d Dim) Times(e Dim) Dim {
	if n, ok := e.Fixed(); ok {
		return d.scale(n)
	}
	if n, ok := d.Fixed(); ok {
		return e.scale(n)
	}
	c1, f1 := d.factors()
	c2, f2 := e.factors()
	all := append(f1, f2...)
	slices.Sort(all)
	return Dim{coef: c1 * c2, syms: strings.Join(all, "*")}
}

// Minus is the length d−e, where that is one length again.
func (d Dim) Minus(e Dim) (Dim, error) {
	switch {
	case e.syms == "":
		return d.Plus(-e.off), nil
	case e.syms == d.syms && e.coef == d.coef:
		return Dim{off: d.off - e.off}, nil
	case e.syms == d.syms:
		return Dim{coef: d.coef - e.coef, syms: d.syms, off: d.off - e.off}, nil
	}
	return Dim{}, fmt.Errorf("the difference of lengths %v and %v is not one length", d, e)
}

func (d Dim) scale(n int64) Dim {
	if d.syms == "" || n == 0 {
		return Dim{off: d.off * n}
	}
	return Dim{coef: d.coef * n, syms: d.syms, off: d.off * n}
}

// factors splits a symbolic length into its number and its symbols. A length
// with an offset counts as one symbol in brackets, less its common divisor, so
// that 2·(T−1)·B comes out the same in whatever order it is multiplied.
func (d Dim) factors() (int64, []string) {
	if d.off != 0 {
		k := gcd(d.coef, d.off)
		return k, []string{"(" + Dim{d.coef / k, d.syms, d.off / k}.String() + ")"}
	}
	return d.coef, splitFactors(d.syms)
}

// Symbols lists the symbols that the length is made of, each as often as it occurs.
func (d Dim) Symbols() []string {
	if d.syms == "" {
		return nil
	}
	var out []string
	for _, f := range splitFactors(d.syms) {
		if factor := factorDim(f); factor == Sym(f) {
			out = append(out, f)
		} else {
			out = append(out, factor.Symbols()...)
		}
	}
	return out
}

// At is the length when its symbols have the given values.
func (d Dim) At(values map[string]int64) int64 {
	if n, fixed := d.Fixed(); fixed {
		return n
	}
	coef, factors := Dim{coef: d.coef, syms: d.syms}.factors()
	n := coef
	for _, f := range factors {
		if factor := factorDim(f); factor == Sym(f) {
			n *= values[f]
		} else {
			n *= factor.At(values)
		}
	}
	return n + d.off
}

// gcd is the greatest common divisor, which is positive.
func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, -a)
}

// String writes the length as ONNX's dim_param does: "128", "T", "T*B", "2*T-1".
func (d Dim) String() string {
	if d.syms == "" {
		return strconv.FormatInt(d.off, 10)
	}
	s := d.syms
	if d.coef != 1 {
		s = strconv.FormatInt(d.coef, 10) + "*" + s
	}
	if d.off != 0 {
		s += fmt.Sprintf("%+d", d.off)
	}
	return s
}

// MarshalText encodes the length as String does.
func (d Dim) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Dim) UnmarshalText(text []byte) error {
	if n, err := strconv.Atoi(string(text)); err == nil {
		*d = N(n)
		return nil
	}
	*d = parseDim(string(text))
	return nil
}

// parseDim reads what String writes; any other text becomes one symbol.
func parseDim(s string) Dim {
	var d Dim
	if i := strings.LastIndexAny(s, "+-"); i > 0 && !strings.HasSuffix(s, ")") {
		if n, err := strconv.ParseInt(s[i:], 10, 64); err == nil {
			d.off, s = n, s[:i]
		}
	}
	d.coef = 1
	if head, rest, ok := strings.Cut(s, "*"); ok {
		if n, err := strconv.ParseInt(head, 10, 64); err == nil {
			d.coef, s = n, rest
		}
	}
	d.syms = s
	return d
}

// splitFactors cuts "(T-1)*B" at the stars outside brackets.
func splitFactors(s string) []string {
	var out []string
	depth, start := 0, 0
	for i, r := range s {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == '*' && depth == 0:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

// Shape lists the lengths of a value's axes, outermost first.
type Shape []Dim

// Dims makes a shape of fixed lengths.
func Dims(n ...int) Shape {
	s := make(Shape, len(n))
	for i, v := range n {
		s[i] = N(v)
	}
	return s
}

// String writes the shape as "[T,B,200]".
func (s Shape) String() string {
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = d.String()
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// Equal reports whether both shapes have the same lengths.
func (s Shape) Equal(t Shape) bool { return slices.Equal(s, t) }

// Count is the number of elements.
func (s Shape) Count() Dim {
	n := N(1)
	for _, d := range s {
		n = n.Times(d)
	}
	return n
}

// At is the shape when its symbols have the given values.
func (s Shape) At(values map[string]int64) []int64 {
	out := make([]int64, len(s))
	for i, d := range s {
		out[i] = d.At(values)
	}
	return out
}

// axis resolves a possibly negative axis number.
func (s Shape) axis(i int) (int, error) {
	k := i
	if k < 0 {
		k += len(s)
	}
	if k < 0 || k >= len(s) {
		return 0, fmt.Errorf("axis %d is outside shape %v", i, s)
	}
	return k, nil
}

// Broadcast is the shape of an elementwise operation on both shapes, by
// ONNX's multidirectional rule.
func Broadcast(a, b Shape) (Shape, error) {
	n := max(len(a), len(b))
	out := make(Shape, n)
	for i := range n {
		x, y := N(1), N(1)
		if k := i - (n - len(a)); k >= 0 {
			x = a[k]
		}
		if k := i - (n - len(b)); k >= 0 {
			y = b[k]
		}
		switch {
		case x == y || y == N(1):
			out[i] = x
		case x == N(1):
			out[i] = y
		default:
			return nil, fmt.Errorf("shapes %v and %v do not broadcast: %v against %v", a, b, x, y)
		}
	}
	return out, nil
}

// BroadcastAxes lists the axes of out along which a value of shape in was
// repeated, and how many leading axes of out it lacks.
func BroadcastAxes(in, out Shape) (repeated []int, lead int) {
	lead = len(out) - len(in)
	for i := range out {
		if i < lead || in[i-lead] != out[i] {
			repeated = append(repeated, i)
		}
	}
	return repeated, lead
}
