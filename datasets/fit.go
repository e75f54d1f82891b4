package datasets

import (
	"fmt"

	"rationale/datasets/quote"
)

// Unfit says why no model can be trained and evaluated on the dataset, and what
// to do about it; empty when one can. The manifest tells.
func (m Meta) Unfit() string {
	if len(m.Classes) < 2 {
		return fmt.Sprintf("all of its %s are of one class, %s, and a model needs two to tell apart; import rows of another class as well", m.Kind(), quote.Name(m.Classes[0]))
	}
	for _, split := range SplitNames {
		if why := m.unfit(split); why != "" {
			return fmt.Sprintf("%s; import it again with other splits, such as --split dev=0.1,test=0.1", why)
		}
	}
	return ""
}

// needs says what each split is for, behind "it has no"; %s is what its rows are.
var needs = map[string]string{
	"train": "training %s, from which models learn",
	"dev":   "development %s, on which epochs are chosen",
	"test":  "test %s, on which runs are evaluated",
}

// unfit says what is wrong with one split.
func (m Meta) unfit(split string) string {
	s := m.Splits[split]
	if s.Rows == 0 {
		return "it has no " + fmt.Sprintf(needs[split], m.Kind())
	}
	for class, n := range s.PerClass {
		if n == s.Rows {
			return fmt.Sprintf("all of its %d %s %s are of one class, %s", n, split, m.Kind(), quote.Name(m.Classes[class]))
		}
	}
	return ""
}
