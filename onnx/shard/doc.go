// Package shard cuts a training step into segments, so that several shards of its
// batch go through them side by side, each on a core of its own.
//
// A step as one graph keeps one core busy: onnxruntime shares out large matrix
// products, and the elementwise work in between not at all (onnx/PERFORMANCE.md). Nor
// can the batch simply be cut in pieces, for the losses are of the whole batch: RNP's
// sparsity |Σz/Σm − s| must know all selections before its gradient knows its sign.
//
// So a step is cut where the whole batch has to agree. This is RNP's, for two shards:
//
//	             shard 1         shard 2        once for all
//
//	phase 0                                     unpack the weights
//	          ┌──────────────┐┌──────────────┐
//	          │ f_g, f_p     ││ f_g, f_p     │
//	          │ forward,     ││ forward,     │
//	          │ f_p backward ││ f_p backward │
//	          └──────┬───────┘└───────┬──────┘
//	                 └─ Σz, Σm, ΣCE ──┘         add up, in the shards' order
//
//	phase 1                                     |Σz/Σm − s| and its sign
//	          ┌──────────────┐┌──────────────┐
//	          │ f_g backward ││ f_g backward │
//	          └──────┬───────┘└───────┬──────┘
//	                 └─── gradients ──┘         add up, in the shards' order
//
//	phase 2                                     Adam
//
// No method says where its cuts are, and none marks its sums. Lengths are symbols, so
// the graph itself tells: a value with the batch's B (or something made of it, as T·B
// rows of a matrix) on an axis is of examples; a reduction over that axis, or a product
// that contracts it, is a sum over the batch. kind.go goes through the graph in this
// way and finds what the shards have of each value:
//
//	constant   follows from the graph's constants alone; done wherever it is read
//	common     the same for the whole batch, as weights and sums are; done once
//	own        of the shard's own examples
//	part       the shard's part of a sum over the batch
//
// Whatever reads a sum lies one phase behind its parts; everything else lies as early
// as what it reads allows (cut.go). What an operator does with values that are a shard's
// own stands in rules.go, and of loops in loop.go. The proof is strict: an operator
// that is not listed, one that goes along the batch's axis, or a number made of a
// shard's own examples that is no sum, is an error that names the node.
//
// A sum's gradient is that of each part: it needs no rule, as the gradients are in the
// graph already. A mean over the batch stays a mean in each shard, and counts by the
// share of its elements in the batch's. A length that a graph computes with, such as
// the B of a mean's gradient, is the whole batch's and comes from outside.
//
// A shard's texts have a frame of their own, as long as its longest needs and one
// position more if the batch's frame has one: padding behind the last word is a
// neighbour to it (see rationalizer.Spec.Deal). So the result is that of the step in
// one graph, but for the rounding, whatever way the batch is dealt.
//
// What the graph cannot tell is what a step does with padding. It may add it up, as the
// coherence does, but nothing in it may depend on how much of it there is, beyond one
// position: a law of every step, as batches have any length. Tests hold every method
// to it.
//
// The package plans; package stages/shards runs.
package shard
