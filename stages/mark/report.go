package mark

import (
	"context"
	"fmt"

	"rationale/datasets"
	"rationale/stages/dataset"
)

// ReportFile is the output beside the dataset.
const ReportFile = "mark.json"

// Report is mark.json.
type Report struct {
	Params
	Method string                  `json:"method"` // of the run that selects
	Splits map[string]*SplitReport `json:"splits"`
}

// SplitReport counts the texts of a split.
type SplitReport struct {
	Texts  int `json:"texts"`
	Marked int `json:"marked"` // which nobody annotated
	Words  int `json:"words"`  // that are marked in those
	// Unsure counts the marked texts of which no unit is selected rather than not: the
	// most probable one is marked.
	Unsure int `json:"unsure"`
}

// count counts what marked does.
func count(ctx context.Context, rows datasets.Rows, chosen []selection) (*SplitReport, error) {
	out := &SplitReport{Texts: rows.Len}
	err := dataset.Each(ctx, rows, func(i int, t *datasets.Text) {
		if t.Rationale == nil {
			out.add(chosen[i])
		}
	})
	return out, err
}

// add counts a marked text.
func (s *SplitReport) add(c selection) {
	s.Marked++
	if c.unsure {
		s.Unsure++
	}
	for _, m := range c.words {
		if m {
			s.Words++
		}
	}
}

// change says in words what was done.
func (r *Report) change() string {
	return fmt.Sprintf("%d training and %d development texts that nobody annotated are marked with what %s selects of them",
		r.Splits["train"].Marked, r.Splits["dev"].Marked, r.Method)
}
