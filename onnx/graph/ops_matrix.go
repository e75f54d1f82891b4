package graph

import (
	"fmt"
	"slices"
)

// MatMul is the matrix product over the last two axes, broadcast over the
// others: [..., M, K] · [..., K, N] → [..., M, N].
func (g *Graph) MatMul(a, b *Value) *Value {
	return g.apply("MatMul", inferMatMul, 1, []*Value{a, b}).Outputs[0]
}

// GemmOptions says which factors of a Gemm are transposed.
type GemmOptions struct{ TransA, TransB bool }

// Gemm is a·b + c for matrices a [M,K], b [K,N] and c broadcast to [M,N];
// c may be nil.
func (g *Graph) Gemm(a, b, c *Value, opt GemmOptions) *Value {
	in := []*Value{a, b}
	if c != nil {
		in = append(in, c)
	}
	attrs := []Attr{{"transA", bit(opt.TransA)}, {"transB", bit(opt.TransB)}}
	return g.apply("Gemm", inferGemm, 1, in, attrs...).Outputs[0]
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func inferMatMul(n *Node) ([]Type, error) {
	a, b := n.Inputs[0], n.Inputs[1]
	if a.DType != b.DType || len(a.Shape) < 2 || len(b.Shape) < 2 {
		return nil, fmt.Errorf("wants two matrices of one type, got %v and %v", a, b)
	}
	i, j := len(a.Shape)-2, len(b.Shape)-2
	if a.Shape[i+1] != b.Shape[j] {
		return nil, fmt.Errorf("inner lengths differ: %v and %v", a, b)
	}
	batch, err := Broadcast(a.Shape[:i], b.Shape[:j])
	if err != nil {
		return nil, err
	}
	return []Type{{a.DType, append(slices.Clone(batch), a.Shape[i], b.Shape[j+1])}}, nil
}

func inferGemm(n *Node) ([]Type, error) {
	a, b := n.Inputs[0], n.Inputs[1]
	if a.DType != b.DType || len(a.Shape) != 2 || len(b.Shape) != 2 {
		return nil, fmt.Errorf("wants two matrices of one type, got %v and %v", a, b)
	}
	m, k := oriented(a.Shape, n.Int("transA", 0))
	k2, cols := oriented(b.Shape, n.Int("transB", 0))
	if k != k2 {
		return nil, fmt.Errorf("inner lengths differ: %v and %v", a, b)
	}
	out := Shape{m, cols}
	if len(n.Inputs) > 2 && n.Inputs[2] != nil {
		s, err := Broadcast(n.Inputs[2].Shape, out)
		if err != nil || !s.Equal(out) {
			return nil, fmt.Errorf("%v cannot be added to %v", n.Inputs[2], out)
		}
	}
	return []Type{{a.DType, out}}, nil
}

func oriented(s Shape, transposed int64) (rows, cols Dim) {
	if transposed != 0 {
		return s[1], s[0]
	}
	return s[0], s[1]
}
