package datasets

import (
	"fmt"

	"rationale/datasets/quote"
)

// Unfit says why no model can be trained and evaluated on the dataset, and what
// to do about it; empty when one can. The manifest tells.
func (m Meta) Unfit() string {
	if len(m.Classes) < 2 {
		return fmt.Sprintf("all of its texts are of one class, %s, and a model needs two to tell apart; import rows of another class as well", quote.Name(m.Classes[0]))
	}
	for _, split := range SplitNames {
		if why := m.unfit(split); why != "" {
			return fmt.Sprintf("%s; import it again with other splits, such as --split dev=0.1,test=0.1", why)
		}
	}
	return ""
}

// needs says what each split is for.
var needs = map[string]string{
	"train": "training texts, from which models learn",
	"dev":   "development texts, on which epochs are chosen",
	"test":  "test texts, on which runs are evaluated",
}

// unfit says what is wrong with one split.
func (m Meta) unfit(split string) string {
	s := m.Splits[split]
	if s.Rows == 0 {
		return "it has no " + needs[split]
	}
	for class, n := range s.PerClass {
		if n == s.Rows {
			return fmt.Sprintf("all of its %d %s texts are of one class, %s", n, split, quote.Name(m.Classes[class]))
		}
	}
	return ""
}
