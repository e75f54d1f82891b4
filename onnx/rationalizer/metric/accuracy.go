package metric

// Accuracy counts right labels: A2I's Acc and BadRNL's ACC are the Raw rate.
type Accuracy struct{ tally tally }

// NewAccuracy counts texts with labels 0 … classes−1.
func NewAccuracy(classes int) *Accuracy { return &Accuracy{newTally(classes)} }

// Add counts a batch: for each text the predicted class (see [ArgMax]) and its
// label.
func (a *Accuracy) Add(predicted, labels []int) error {
	return a.tally.add(predicted, labels, labels)
}

// Rates is the share of right labels so far.
func (a *Accuracy) Rates() Rates { return a.tally.rates() }
