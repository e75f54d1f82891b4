// Package grad adds reverse-mode derivatives to graphs: one table of rules,
// one entry an operator, and one walker that applies them.
//
// A rule turns the gradients of a node's outputs into those of its inputs and
// emits plain ONNX operators, so the result runs on any onnxruntime, and can
// itself be differentiated. Rules know nothing of broadcasting: the walker
// sums a gradient over the axes along which its input was repeated.
//
// Where a function has a kink the convention is, as in PyTorch:
//
//   - Max and Min of equal operands: half to each;
//   - ReduceMax: evenly among the tied maxima;
//   - Relu at 0 and Abs at 0: zero;
//   - Clip: inside its limits inclusive one, outside zero;
//   - Pow of base 0 to exponent 0: zero for the base; for the exponent zero
//     wherever the base is not positive;
//   - TopK of equal elements: to those that were chosen;
//   - ScatterElements and ScatterND that replace: the indices are taken to be
//     distinct, as ONNX demands.
//
// Comparisons, ArgMax, Sign, Shape and the like are constant almost
// everywhere: no gradient flows through them, and that is no error.
package grad
