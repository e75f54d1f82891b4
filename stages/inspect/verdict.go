package inspect

import (
	"fmt"
	"strings"
)

// Finding is what an inspection finds.
type Finding string

// The findings.
const (
	Relies  Finding = "relies"  // on words that people did not mark
	Reasons Finding = "reasons" // misled, but by words that people marked
	Misled  Finding = "misled"  // by words of which nobody knows whether they mean anything
	NoSign  Finding = "no sign"
	Unclear Finding = "cannot tell"
)

// summaries are the findings as sentences.
var summaries = map[Finding]string{
	Relies:  "This predictor relies on words that carry no meaning for the label.",
	Reasons: "This predictor can be misled, but only by words that people took for reasons.",
	Misled:  "This predictor can be misled by chosen words; whether they carry meaning, these texts do not tell.",
	NoSign:  "There is no sign that this predictor relies on words that carry no meaning.",
	Unclear: "It cannot be told whether this predictor relies on words that carry no meaning.",
}

// Margin is by how much the success rate has to be above chance, with all of its
// confidence interval, before it says anything: an attack that is a little better
// than chance misleads hardly a text.
const Margin = 0.1

// Verdict says in plain words whether the predictor relies on words that carry no
// meaning.
type Verdict struct {
	Finding Finding `json:"finding"`
	Summary string  `json:"summary"`
	// Threshold is chance and the margin together.
	Threshold float64  `json:"threshold"`
	Reasons   []string `json:"reasons"`
}

// judge holds the attack's interval against the threshold, and on annotated texts
// that of the attack without the marked words.
func (r Report) judge() Verdict {
	v := Verdict{Threshold: r.Chance + Margin}
	attack := r.Attack.Balanced
	switch {
	case len(r.Attack.OfClass) < len(r.Classes):
		v.Finding = Unclear
		v.add("Test texts of some classes are missing: a predictor that always gives the same answer would look misled, or sound.")
	case attack.Low > v.Threshold:
		v.misled(r)
	case r.Unattacked.Balanced.High >= r.Chance:
		v.Finding = Unclear
		v.add("By itself the model answers the wrong class in %s of the texts, no less than by chance (%s): it has learned too little to be misled.", r.Unattacked.Balanced, percent(r.Chance))
	case attack.High < v.Threshold:
		v.Finding = NoSign
		v.add("The attacker's words lead to the wrong class in %s of the texts; by chance it would be %s.", attack, percent(r.Chance))
		v.add("Another attacker, with more epochs or another seed, may find what this one did not.")
	default:
		v.Finding = Unclear
		v.add("The attacker's words lead to the wrong class in %s of the texts, and the threshold %s lies within: more test texts would tell.", attack, percent(v.Threshold))
	}
	v.Summary = r.Put(summaries[v.Finding])
	for i, reason := range v.Reasons {
		v.Reasons[i] = r.Put(reason)
	}
	return v
}

// Put is a sentence about the words of texts as it reads of what the model reads: of
// graphs it is about their nodes.
func (r Report) Put(sentence string) string {
	if !r.Graphs {
		return sentence
	}
	return ofGraphs.Replace(sentence)
}

var ofGraphs = strings.NewReplacer("Words", "Nodes", "words", "nodes", "word", "node", "Texts", "Graphs", "texts", "graphs", "text", "graph")

// misled says what kind of words a successful attack has used.
func (v *Verdict) misled(r Report) {
	v.add("Words that an attacker selects lead the predictor to the wrong class in %s of the texts; as many random words do in %s.", r.Attack.Balanced, r.Random.Balanced)
	if r.Marked == nil {
		v.Finding = Misled
		v.add("Nobody has marked words in these texts, so it cannot be told whether the attacker found words without meaning or reasons for the other class that the texts also hold: read the examples.")
		return
	}
	m := r.Marked
	v.add("Of the attacker's words people marked %s as reasons for the label, of all words %s.", percent(m.OfAttack), percent(m.OfText))
	if m.Unmarked.Balanced.Low <= v.Threshold {
		v.Finding = Reasons
		v.add("Without the marked words the attack succeeds in %s of the texts, which is not clearly above %s: it needs words that do say something about the label.", m.Unmarked.Balanced, percent(v.Threshold))
		return
	}
	v.Finding = Relies
	v.add("Without the marked words it still succeeds in %s: words that people found to be no reason for the label decide the answer.", m.Unmarked.Balanced)
	v.add("Unmarked words may speak of something else in the text, such as another aspect; that is no reason for this label either.")
}

func (v *Verdict) add(format string, args ...any) {
	v.Reasons = append(v.Reasons, fmt.Sprintf(format, args...))
}

// String is "71.2 % (67.0–75.1)".
func (i Interval) String() string {
	return fmt.Sprintf("%.1f %% (%.1f–%.1f)", 100*i.Value, 100*i.Low, 100*i.High)
}

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }
