package metric

import "fmt"

// AttackerASR is the attack success rate of A2I (Figures 6 and 8): the model's
// own attacker selects words, and succeeds where the predictor reads the
// attacked class from them. Every text counts, also those that the model gets
// wrong without the attacker. A predictor that knows one answer only has the
// Balanced rate 0.5 on two classes, whatever their shares.
type AttackerASR struct{ tally tally }

// NewAttackerASR counts texts with labels 0 … classes−1.
func NewAttackerASR(classes int) *AttackerASR { return &AttackerASR{newTally(classes)} }

// Add counts a batch: for each text the class predicted from the attacker's
// words, the attacked class (1 − label for two classes, the drawn one for
// more), and the true label.
func (a *AttackerASR) Add(predicted, attacked, labels []int) error {
	if len(attacked) != len(labels) {
		return fmt.Errorf("%d attacked classes for %d labels", len(attacked), len(labels))
	}
	for b, y := range labels {
		if attacked[b] == y {
			return fmt.Errorf("text %d of the batch: the attacked class %d is its own label", b, y)
		}
	}
	return a.tally.add(predicted, attacked, labels)
}

// Rates is the share of successes so far.
func (a *AttackerASR) Rates() Rates { return a.tally.rates() }

// TriggerASR is the attack success rate of BadRNL (Table 1): with the trigger
// inserted, how many texts are predicted as the target label. For a clean
// model it is a baseline. Texts whose trigger was cut off count like others.
type TriggerASR struct {
	target         int
	nonTarget, all outcome
}

// outcome is a number of successes among a number of texts.
type outcome struct{ hits, texts int }

// TriggerRates are the two readings of BadRNL's ASR.
type TriggerRates struct {
	NonTarget Ratio // among texts whose label is not the target; undefined without any
	All       Ratio // among all texts; undefined without any

	NonTargetTexts int // texts behind NonTarget
	Texts          int // texts behind All
}

// NewTriggerASR counts predictions as this target label.
func NewTriggerASR(target int) *TriggerASR { return &TriggerASR{target: target} }

// Add counts a batch: for each text the class predicted with the trigger in
// it, and the label of the clean text.
func (a *TriggerASR) Add(predicted, labels []int) error {
	if err := checkBatch(predicted, labels); err != nil {
		return err
	}
	for b, y := range labels {
		hit := predicted[b] == a.target
		a.all.add(hit)
		if y != a.target {
			a.nonTarget.add(hit)
		}
	}
	return nil
}

// add counts one text.
func (o *outcome) add(hit bool) {
	o.hits += one(hit)
	o.texts++
}

// Rates is the share of successes so far.
func (a *TriggerASR) Rates() TriggerRates {
	return TriggerRates{
		NonTarget:      ratio(a.nonTarget.hits, a.nonTarget.texts),
		All:            ratio(a.all.hits, a.all.texts),
		NonTargetTexts: a.nonTarget.texts,
		Texts:          a.all.texts,
	}
}
