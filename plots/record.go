package plots

// Record is one measured number with all its keys: one row of records.csv. In
// the artifact of a run there are numbers alone: whoever planned the run knows
// its labels, and names it.
type Record struct {
	Labels   Labels  // of the run behind the number
	Run      string  // its identity
	Stage    string  // the stage that measured it: "train", "evaluate"
	Split    string  // "train", "dev", "test"
	Mask     string  // "sampled" or "argmax"; empty when no mask is involved
	Metric   string  // "accuracy", "asr", "f1", "sparsity", …
	Epoch    int     // counted from 1; 0 when the number belongs to no epoch
	Selected bool    // true in the rows of the dev-best epoch
	Value    float64 // in the metric's unit: shares as fractions of 1; NaN when undefined
}

// Label says of what run records are.
func Label(records []Record, run string, labels Labels) {
	for i := range records {
		records[i].Run, records[i].Labels = run, labels
	}
}
