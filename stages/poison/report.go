package poison

import (
	"path/filepath"

	"rationale/datasets/backdoor"
	"rationale/stages"
)

// ReportFile is where an artifact says what was done.
const ReportFile = "poison.json"

// Report is what was done to a dataset.
type Report struct {
	Params
	// Triggers are those of which each text got one; none where sentences were
	// restyled.
	Triggers [][]string              `json:"triggers,omitempty"`
	Splits   map[string]*SplitReport `json:"splits"`
}

// SplitReport counts the texts of a split.
type SplitReport struct {
	Texts    int `json:"texts"`
	Poisoned int `json:"poisoned"`
	// PerClass are the poisoned ones by the class that they had.
	PerClass []int `json:"poisoned_per_class"`
	Turned   int   `json:"turned"` // whose class was another one than the target
	// Cut counts the triggers that a model does not read whole: no place had room.
	Cut int `json:"cut"`
	// Unmarked counts the texts without a rationale in which the trigger should
	// stand at the rationale: it stands at the first sentence.
	Unmarked int `json:"unmarked"`
}

// newReport names the position that is meant, also where it is the attack's own.
func newReport(p Params, c backdoor.Change) *Report {
	p.Position = c.Position
	return &Report{Params: p, Triggers: c.Triggers, Splits: map[string]*SplitReport{}}
}

// add counts a text that was of this class.
func (s *SplitReport) add(class int, made backdoor.Inserted) {
	s.Poisoned++
	s.PerClass[class]++
	if made.Cut {
		s.Cut++
	}
	if made.Unmarked {
		s.Unmarked++
	}
}

// ReadReport reads the report in a stage's output.
func ReadReport(dir string) (r Report, err error) {
	err = stages.ReadJSON(filepath.Join(dir, ReportFile), &r)
	return r, err
}
