// Package fault says what makes a row unfit for a dataset: the error that names
// the kind of fault, and checks for what other readers take silently.
package fault

import (
	"fmt"
	"strings"

	"rationale/datasets/quote"
)

// Row says which row of which source could not be used.
type Row struct {
	File   string // path of the source as it was given
	Line   int    // counted from 1; 0 when the source has no lines
	Reason string // the kind of fault, as counted when bad rows are skipped
	Detail string // what was found and what was expected
}

// New is a fault of one row; whoever knows the place fills it in.
func New(reason, format string, args ...any) *Row {
	return &Row{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// Error names file and line first, so that editors can jump there.
func (r *Row) Error() string {
	fault := r.Reason + ": " + r.Detail
	switch {
	case r.File == "":
		return fault
	case r.Line == 0:
		return quote.Name(r.File) + ": " + fault
	}
	return fmt.Sprintf("%s:%d: %s", quote.Name(r.File), r.Line, fault)
}

// CheckNUL refuses NUL bytes, which files that were never written to their end
// are full of. It gives nil for a text without any.
func CheckNUL(text string) *Row {
	if n := strings.Count(text, "\x00"); n > 0 {
		return New("NUL bytes", "%d NUL bytes, the first at byte %d; no text has any: is the file damaged?", n, strings.IndexByte(text, 0)+1)
	}
	return nil
}
