// Package plots turns tidy records into what people look at: figures of curves
// (PNG, SVG, PDF), tables beside the paper's numbers (Markdown, CSV, LaTeX), texts
// with their rationales highlighted (terminal, HTML) and graphs with theirs drawn.
//
// A [Record] is one measured number with all its keys. Everything here is a
// pure function of records and of a description that an experiment file can
// spell out ([FigureSpec], [TableSpec]), so a further figure or table needs no
// Go code. The same input gives the same bytes, on every run.
//
// Package rationale/plots/html puts all of it on a page.
//
// Values are in the metric's own unit; accuracy, attack success rate, sparsity
// and the rationale scores are fractions of 1 and shown as percentages. NaN
// stands for a number that is undefined (the recall of texts without gold):
// an empty cell in CSV, "–" in a table, an error in a figure.
package plots
