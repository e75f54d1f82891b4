package graph

import (
	"fmt"

	"rationale/onnx/tensor"
)

// form is how the builder calls an operator: the number of inputs, of which
// those from least on may be left out, and how outputs are typed. Without
// infer the types that are declared are believed.
type form struct {
	least, most int
	infer       inferFunc
}

// many is the number of inputs of an operator that joins any number of them.
const many = 1 << 30

// forms lists the operators whose nodes in a file can be taken for nodes of
// the builder's, once they are found to have the builder's form.
var forms = map[string]form{
	"Add": {2, 2, inferBinary}, "Sub": {2, 2, inferBinary}, "Mul": {2, 2, inferBinary}, "Div": {2, 2, inferBinary},
	"Pow": {2, 2, inferBinary}, "Max": {2, 2, inferBinary}, "Min": {2, 2, inferBinary},
	"Neg": {1, 1, inferSame}, "Abs": {1, 1, inferSame}, "Exp": {1, 1, inferSame}, "Log": {1, 1, inferSame},
	"Sqrt": {1, 1, inferSame}, "Sigmoid": {1, 1, inferSame}, "Tanh": {1, 1, inferSame}, "Relu": {1, 1, inferSame},
	"Erf": {1, 1, inferSame}, "Identity": {1, 1, inferSame}, "Gelu": {1, 1, inferSame}, "Clip": {1, 3, inferSame},
	"Where": {3, 3, inferWhere}, "Cast": {1, 1, inferCast},
	"MatMul": {2, 2, inferMatMul}, "Gemm": {2, 3, inferGemm},
	"ReduceSum": {1, 2, inferReduce}, "ReduceMean": {1, 2, inferReduce}, "ReduceSumSquare": {1, 2, inferReduce},
	"ReduceMax": {1, 2, inferReduce}, "CumSum": {2, 2, inferSame}, "TopK": {2, 2, inferTopK},
	"Softmax": {1, 1, inferAxis}, "LogSoftmax": {1, 1, inferAxis}, "LayerNormalization": {2, 3, inferLayerNorm},
	"Gather": {2, 2, inferGather}, "GatherElements": {2, 2, inferGatherElements}, "GatherND": {2, 2, inferGatherND},
	"ScatterElements": {3, 3, inferScatter}, "ScatterND": {3, 3, inferScatter},
	"Reshape": {2, 2, nil}, "Expand": {2, 2, nil}, "Flatten": {1, 1, inferFlatten}, "Squeeze": {1, 2, inferSqueeze},
	"Unsqueeze": {2, 2, inferUnsqueeze}, "Transpose": {1, 1, inferTranspose}, "Tile": {2, 2, inferTile},
	"Pad": {2, 3, inferPad}, "Slice": {4, 5, inferSlice}, "Split": {1, 2, inferParts}, "Concat": {1, many, inferConcat},
}

// Unfamiliar is an error for a node of a file which is not of the form that
// the builder gives its operator, so that the rules for its gradient may not
// hold. It is nil for nodes that were built.
func (n *Node) Unfamiliar() error {
	if n.file == nil {
		return nil
	}
	f, known := forms[n.Op]
	if !known || n.Domain != "" {
		return fmt.Errorf("the operator is not one of the builder's")
	}
	if err := f.fitsInputs(n.Inputs); err != nil {
		return err
	}
	if f.infer == nil {
		return declaredOutput(n)
	}
	types, err := f.infer(n)
	if err != nil {
		return err
	}
	return fitsOutputs(n.Outputs, types)
}

// inferParts types a Split, whose sizes may be computed, by the parts' own
// declarations: they must be what the axis is cut into.
func inferParts(n *Node) ([]Type, error) {
	axis, err := n.Inputs[0].Shape.axis(int(n.Int("axis", 0)))
	if err != nil {
		return nil, err
	}
	var sizes Shape
	for _, v := range n.Outputs {
		if len(v.Shape) != len(n.Inputs[0].Shape) {
			return nil, fmt.Errorf("the file does not tell the type of output %q", v.name)
		}
		sizes = append(sizes, v.Shape[axis])
	}
	return splitTypes(n, sizes)
}

func (f form) fitsInputs(inputs []*Value) error {
	if len(inputs) < f.least || len(inputs) > f.most {
		return fmt.Errorf("it has %d inputs, which is not supported", len(inputs))
	}
	for i, v := range inputs {
		switch {
		case v == nil && (i < f.least || f.most == many):
			return fmt.Errorf("input %d is left out", i)
		case v != nil && v.DType == tensor.Invalid:
			return fmt.Errorf("the file does not tell the type of input %q", v.name)
		}
	}
	return nil
}

func declaredOutput(n *Node) error {
	if len(n.Outputs) != 1 || n.Outputs[0].DType != n.Inputs[0].DType {
		return fmt.Errorf("the file does not tell the type of its one output")
	}
	return nil
}

// fitsOutputs compares the file's types with those that the builder infers.
func fitsOutputs(outputs []*Value, types []Type) error {
	for i, v := range outputs {
		switch {
		case v.name == "": // left out
		case i >= len(types):
			return fmt.Errorf("it has an output %q, which is not supported", v.name)
		case v.DType == tensor.Invalid:
			return fmt.Errorf("the file does not tell the type of output %q", v.name)
		case v.DType != types[i].DType || !v.Shape.mayEqual(types[i].Shape):
			return fmt.Errorf("output %v should be %v", v, types[i])
		}
	}
	return nil
}

// mayEqual reports whether two shapes can be the same at run time.
func (s Shape) mayEqual(t Shape) bool {
	if len(s) != len(t) {
		return false
	}
	for i := range s {
		n, fixed := s[i].Fixed()
		m, fixed2 := t[i].Fixed()
		if fixed && fixed2 && n != m {
			return false
		}
	}
	return true
}
