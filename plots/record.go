package plots

// Record is one measured number with all its keys: one row of records.csv.
type Record struct {
	Stage    string  // the stage that measured it: "train", "evaluate"
	Run      string  // identity of the run behind the number
	Dataset  string  // "tweets", "generated-aroma"
	Method   string  // as printed in the papers: "RNP", "RNP+A2I"
	Encoder  string  // "gru", "bert", "gcn"
	Seed     int64   // of the run
	Epoch    int     // counted from 1; 0 when the number belongs to no epoch
	Split    string  // "train", "dev", "test"
	Mask     string  // "sampled" or "argmax"; empty when no mask is involved
	Metric   string  // "accuracy", "asr", "f1", "sparsity", …
	Value    float64 // in the metric's unit: shares as fractions of 1; NaN when undefined
	Selected bool    // true in the rows of the dev-best epoch
}
