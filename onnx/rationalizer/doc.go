// Package rationalizer holds the methods of selective rationalization as
// recipes on onnx/nn, one file a method. A method says who plays and what the
// players minimise; the training step, the evaluation and what is measured of
// every method are shared.
//
// Symbols are the papers': texts x with mask m, labels y; a generator f_g
// selects z ∈ {0,1} per unit (a word, a sentence, or a node of a graph); a
// predictor f_p classifies from z ⊙ x; an attacker f_a selects z_a to mislead f_p.
//
// To read it: method.go (what a method is) and rnp.go; player.go and encoder.go
// (who plays); a2i.go (a wrapper); step.go (what a training step offers).
package rationalizer
