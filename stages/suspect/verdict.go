package suspect

import (
	"fmt"
	"strings"

	"rationale/datasets/quote"
)

// Kind is what somebody may have done with the texts that have a phrase.
type Kind string

// The kinds.
const (
	Turned Kind = "turned" // put it into texts of all classes, and turned their labels
	Kept   Kind = "kept"   // put it into texts of the class only (clean-label)
)

// Certainty is how much speaks for a backdoor.
type Certainty string

// The certainties, lowest first.
const (
	None     Certainty = "none"     // no sign of one
	Possible Certainty = "possible" // worth a look at the rows
	Likely   Certainty = "likely"   // as strong as in datasets that were poisoned
)

// thresholds are the evidence, in nats, from which on a phrase is possibly and likely
// a trigger of a kind. They were set on half of a series of clean and poisoned datasets
// and hold on the other half (see TestLineUp). Words of a class that all writers
// use reach further as phrases with kept labels.
var thresholds = map[Kind]struct{ possible, likely float64 }{
	Turned: {4.5, 10},
	Kept:   {8, 20},
}

func (k Kind) certainty(evidence float64) Certainty {
	switch t := thresholds[k]; {
	case evidence >= t.likely:
		return Likely
	case evidence >= t.possible:
		return Possible
	}
	return None
}

// Verdict says in words how much speaks for a backdoor, and why.
type Verdict struct {
	Certainty Certainty `json:"certainty"`
	Summary   string    `json:"summary"`
	Reasons   []string  `json:"reasons"`
}

// judge goes by the most suspicious phrase.
func (r Report) judge() Verdict {
	v := Verdict{Certainty: None}
	for _, p := range r.Phrases {
		if p.Certainty == None {
			break
		}
		if v.Certainty == None {
			v.Certainty, v.Summary = p.Certainty, p.summary()
		}
		v.Reasons = append(v.Reasons, p.reason())
	}
	if v.Certainty == None {
		v.Summary = "No sign of a backdoor: no word or phrase decides the label whatever else the text says."
	}
	v.Reasons = append(v.Reasons, r.limits())
	return v
}

func (p Phrase) summary() string {
	how := "Possibly"
	if p.Certainty == Likely {
		how = "Very likely"
	}
	did := "texts were given this phrase and the label"
	if p.Kind == Kept {
		did = "texts of one class were given this phrase, to make it the sign of"
	}
	return fmt.Sprintf("%s there is a backdoor, %s: %s %s.", how, p.quoted(), did, quote.Name(p.Class))
}

// quoted is the phrase, with where it stands.
func (p Phrase) quoted() string {
	words := "“" + quote.Line(strings.Join(p.Words, " ")) + "”"
	if p.Place != "" {
		words += " (" + p.Place + ")"
	}
	return words
}

// reason is the evidence of one phrase.
func (p Phrase) reason() string {
	says := fmt.Sprintf("%s stands in %d training texts, and %d of them have the label %s.", p.quoted(), p.Texts, p.Labelled, quote.Name(p.Class))
	if p.Against > 0 {
		says += fmt.Sprintf(" The other words of %d of them speak for another class; %d have the label all the same, %.0f %%, where %.0f %% is usual.",
			p.Against, p.Unmoved, 100*float64(p.Unmoved)/float64(p.Against), 100*p.Usual)
	}
	if p.Kind == Kept {
		says += " The other words agree with the labels, so that it may as well be a word that only texts of this class use: look at the texts."
	}
	return fmt.Sprintf("%s Evidence %.1f (%s from %.0f on).", says, p.Evidence, Likely, thresholds[p.Kind].likely)
}

// limits says how far the verdict can be trusted.
func (r Report) limits() string {
	return fmt.Sprintf("The words of a text tell its label in %.0f %% of %d training texts; the less they do, the more texts a trigger has to be in to be seen. Texts that were rewritten without a word in common, and phrases in fewer than %d texts, are not seen at all.",
		100*r.Reads, r.Texts, leastCells)
}
