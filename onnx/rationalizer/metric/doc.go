// Package metric holds the measurements of the A2I and BadRNL papers: how well
// a rationale agrees with the human one, how often the label is right, and how
// often an attack succeeds.
//
// Model outputs become decisions by [Selected] (a mask) and [ArgMax] (a class);
// an accumulator counts them, text by text or batch by batch, and can be asked
// for its result at any time:
//
//	Rationale    S, P, R, F1 of selected tokens (A2I Tables 1–4 and 6)
//	Accuracy     share of right labels (A2I Acc, BadRNL ACC)
//	AttackerASR  success of the model's own attacker (A2I Figures 6 and 8)
//	TriggerASR   success of an inserted trigger (BadRNL Table 1)
//	GR           F1 of gold rationales (BadRNL Table 1)
//
// The zero accumulator is empty and ready, except where there is a New
// function. Input that an accumulator refuses with an error leaves its counts
// as they were. Accumulators are not safe for concurrent use.
//
// Every value is a fraction (0.25, not 25 %). A value without a meaning, such
// as the recall of texts without gold, is an undefined [Ratio]: null in JSON,
// NaN as a float64.
package metric
