package rationalizer

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

var (
	floatTypes  = []tensor.DType{tensor.Float32, tensor.Float64}
	numberTypes = append([]tensor.DType{tensor.Int32, tensor.Int64, tensor.Uint32}, floatTypes...)
	signedTypes = append([]tensor.DType{tensor.Int32, tensor.Int64}, floatTypes...)
	countable   = append([]tensor.DType{tensor.Uint8}, numberTypes...)
	anyType     = append([]tensor.DType{tensor.Bool}, countable...)
)

// cudaKernels are the operators for which onnxruntime 1.29 has CUDA kernels in
// the version of graph.Opset, with the element types, of those in use here,
// that they take as the operand that gives the operator its type (the first
// input but for Where). Source: docs/OperatorKernels.md of onnxruntime,
// section CUDAExecutionProvider. Not there are BitShift, the Bitwise
// operators, Bernoulli and Unique.
var cudaKernels = map[string][]tensor.DType{
	"Abs": countable, "Add": countable, "Sub": countable, "Mul": countable, "Div": countable, "Sign": countable, "Neg": signedTypes,
	"Mod": numberTypes, "Max": numberTypes, "Min": numberTypes, "Pow": signedTypes, "Sum": floatTypes,
	"Exp": floatTypes, "Log": floatTypes, "Sqrt": floatTypes, "Sigmoid": floatTypes, "Tanh": floatTypes, "Erf": floatTypes, "Relu": floatTypes,
	"Less": numberTypes, "LessOrEqual": numberTypes, "Greater": numberTypes, "GreaterOrEqual": numberTypes,
	"Equal": append([]tensor.DType{tensor.Bool}, numberTypes...),
	"And":   {tensor.Bool}, "Or": {tensor.Bool}, "Not": {tensor.Bool},
	"Where": append([]tensor.DType{tensor.Uint8}, signedTypes...),
	"Cast":  anyType, "Identity": anyType,

	"MatMul": floatTypes, "Gemm": floatTypes, "Einsum": floatTypes,
	"Softmax": floatTypes, "LogSoftmax": floatTypes, "LayerNormalization": floatTypes,
	"ReduceSum": signedTypes, "ReduceMean": floatTypes, "ReduceMax": signedTypes, "ReduceSumSquare": floatTypes,
	"ArgMax": floatTypes, "CumSum": numberTypes, "TopK": signedTypes,

	"Pad":    append([]tensor.DType{tensor.Bool}, floatTypes...),
	"Concat": anyType, "Split": anyType, "Slice": anyType, "Transpose": anyType, "Reshape": anyType, "Squeeze": anyType, "Unsqueeze": anyType,
	"Expand": anyType, "Tile": signedTypes, "Gather": anyType, "GatherElements": anyType, "ScatterElements": anyType, "ScatterND": anyType,
	"NonZero": {tensor.Bool, tensor.Uint8, tensor.Int32, tensor.Int64, tensor.Float32},
	"Shape":   anyType, "Range": signedTypes, "Loop": anyType, "Scan": anyType, "If": anyType,
}

// TestStepOperatorsHaveCUDAKernels needs no device.
func TestStepOperatorsHaveCUDAKernels(t *testing.T) {
	used := map[string]bool{}
	for _, method := range append(deviceMethods, "DR", "Inter_RAT+A2I", "A2R+A2I", "CR+A2I") {
		for _, steps := range []int{1, 4} {
			g := mustStepGraph(t, deviceConfig(method, steps))
			for _, n := range everyNode(g.Graph) {
				used[n.Op] = true
				if !hasKernel(n) {
					t.Errorf("%s, %d steps in a run: no CUDA kernel for %v of %v", method, steps, n, operand(n))
				}
			}
		}
	}
	t.Logf("operators: %v", slices.Sorted(maps.Keys(used)))
}

// hasKernel holds for every operator on int64 but Unique: those are about
// shapes and indices, and onnxruntime runs them on the CPU by design when they
// have no kernel, and often when they have one.
func hasKernel(n *graph.Node) bool {
	return slices.Contains(cudaKernels[n.Op], operand(n)) || operand(n) == tensor.Int64 && n.Op != "Unique"
}

// everyNode lists a graph's nodes and those of its subgraphs.
func everyNode(g *graph.Graph) []*graph.Node {
	var list []*graph.Node
	for _, n := range g.Nodes() {
		list = append(list, n)
		for _, sub := range n.Subgraphs() {
			list = append(list, everyNode(sub)...)
		}
	}
	return list
}

// operand is the element type that a node's kernel is chosen by.
func operand(n *graph.Node) tensor.DType {
	if n.Op == "Where" {
		return n.Inputs[1].DType
	}
	return n.Inputs[0].DType
}

// TestUniqueHasNoCUDAKernel: the table notices what a graph for the CPU does.
func TestUniqueHasNoCUDAKernel(t *testing.T) {
	c := deviceConfig("RNP", 1)
	c.WholeVocabulary = false
	var found []string
	for _, n := range everyNode(mustStepGraph(t, c).Graph) {
		if !hasKernel(n) {
			found = append(found, fmt.Sprint(n.Op, " of ", operand(n)))
		}
	}
	if !slices.Equal(found, []string{"Unique of int64"}) {
		t.Errorf("without a kernel: %v", found)
	}
}
