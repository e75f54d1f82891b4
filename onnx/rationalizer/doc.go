// Package rationalizer holds the methods of selective rationalization as
// recipes on onnx/nn, one file a method. A method says which parameters it
// trains, what one training step computes, and what its finished model
// answers; the rest is shared.
//
// Symbols are the papers': texts x with mask m, labels y; a generator f_g
// selects z ∈ {0,1} per position; a predictor f_p classifies from z ⊙ x; an
// attacker f_a selects z_a to mislead f_p.
package rationalizer
