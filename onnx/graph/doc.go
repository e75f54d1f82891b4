// Package graph builds, checks, prints, reads and writes ONNX models.
//
// A Graph is grown by calling its operator methods, one ONNX operator each.
// Types and shapes are inferred at once; axes may be symbolic ("T", "B"), and
// sums and products of symbols stay symbolic ("T-1", "T*B").
//
// Building never panics and needs no error check per operator: the first
// mistake is remembered with the node and the source line that made it,
// everything after it is ignored, and Err or Model report it.
//
// A model that was read is written as it was: what a Graph has no place for is
// kept as the file has it, message by message, and what cannot be kept is
// refused.
package graph
