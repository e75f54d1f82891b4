package plots

// Table compares our numbers with a paper's, one line a number.
type Table struct {
	Title    string
	Labels   []string // headings of the label columns; the last is the metric
	Decimals int      // of the numbers as printed
	Lines    []TableLine
	Remarks  []string // below the table
}

// TableLine is one number: what it is, what the paper says, what we measured.
type TableLine struct {
	Labels   []string
	Paper    float64 // NaN when the paper has none
	PaperStd float64 // NaN when the paper has none
	Ours     Summary // in the paper's unit; N is 0 when we have none
}

// Undefined is the remark about a number that is recorded and is none.
const Undefined = "not defined: a mean over classes needs texts of each class"

// Delta is ours minus the paper's, NaN when either is missing.
func (l TableLine) Delta() float64 { return l.Ours.Mean - l.Paper }
