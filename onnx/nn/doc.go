// Package nn holds layers, samplers, losses and optimisers as recipes that
// grow a graph. It knows nothing of rationales.
//
// Sequences are time-major: [T,B,...] with T steps and B texts. Graphs are
// [G,N,...], with G graphs of N nodes. Parameters have the names, layouts and
// initial distributions of PyTorch's modules, so that a checkpoint can be read by
// either side.
package nn
