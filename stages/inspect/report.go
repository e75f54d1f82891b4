package inspect

import (
	"path/filepath"

	"rationale/onnx/rationalizer"
	"rationale/stages"
	"rationale/stages/examples"
)

// Report is inspection.json. Shares are fractions of 1.
type Report struct {
	Method  string   `json:"method"`
	Dataset string   `json:"dataset"`
	Classes []string `json:"classes"`
	Graphs  bool     `json:"graphs,omitempty"` // the model reads graphs: words are nodes
	Texts   int      `json:"texts"`            // of the test split
	// Epoch is the attacker's, the best of so many on development texts.
	Epoch  int `json:"epoch"`
	Epochs int `json:"epochs"`

	Verdict Verdict `json:"verdict"`
	// Chance is the success rate against a predictor whose answer has nothing to
	// do with the text.
	Chance float64 `json:"chance"`
	Attack Success `json:"attack"` // on the attacker's words
	Random Success `json:"random"` // on as many random words
	// Unattacked is how often the model answers the attacked class by itself.
	Unattacked Success `json:"unattacked"`
	Accuracy   float64 `json:"accuracy"` // of the model by itself
	// Selected is the share of a text's words that the attacker selects.
	Selected float64 `json:"selected"`
	// Marked is what annotated texts tell; nil without any.
	Marked *Marked `json:"marked,omitempty"`

	Words    []Words   `json:"words"`
	Examples []Example `json:"examples"`
}

// Success is how often the attacked class is answered.
type Success struct {
	// Balanced is the mean over the true classes that occur.
	Balanced Interval  `json:"balanced"`
	Raw      float64   `json:"raw"` // share of all texts
	OfClass  []OfClass `json:"of_class"`
}

// OfClass is the rate among the texts of one true class; those without texts are
// left out.
type OfClass struct {
	Class string `json:"class"`
	Texts int    `json:"texts"`
	Hits  int    `json:"hits"`
	Interval
}

// Marked holds the attacker's words against those that people marked.
type Marked struct {
	Texts int `json:"texts"` // annotated ones
	// OfAttack and OfText are the shares of the attacker's words, and of all
	// words, that people marked.
	OfAttack float64 `json:"of_attack"`
	OfText   float64 `json:"of_text"`
	// Attack is on all of the attacker's words, Unmarked without the marked ones.
	Attack   Success `json:"attack"`
	Unmarked Success `json:"unmarked"`
}

// ReadReport reads inspection.json.
func ReadReport(dir string) (r Report, err error) {
	path := filepath.Join(dir, ReportFile)
	defer stages.InFile(path, &err)
	err = stages.ReadJSON(path, &r)
	return r, err
}

func (i *inspection) report() Report {
	everywhere := func(int) bool { return true }
	r := Report{
		Method: i.Result.Graphs.Method, Dataset: i.Shape.Dataset, Classes: i.Shape.Classes, Graphs: i.Result.Graphs.OfGraphs(), Texts: i.Test.Len(),
		Epoch: i.Result.Epoch(), Epochs: i.Result.Params.Epochs,
		Chance:     1 / float64(len(i.Shape.Classes)),
		Attack:     i.success(i.onAttack, everywhere),
		Random:     i.success(func(k int) int { return i.random[k] }, everywhere),
		Unattacked: i.success(func(k int) int { return i.attacked[k].Class }, everywhere),
		Accuracy:   i.accuracy,
		Selected:   i.selected(),
		Marked:     i.marked(),
		Words:      i.words(),
		Examples:   i.examples(),
	}
	r.Verdict = r.judge()
	return r
}

// onAttack is the class that is read in the attacker's words of a text.
func (i *inspection) onAttack(k int) int { return i.attacked[k].Attacked }

// success counts how often an answer is the attacked class, among some texts.
func (i *inspection) success(answer func(k int) int, among func(k int) bool) Success {
	classes := make([]OfClass, len(i.Shape.Classes))
	hits, texts := 0, 0
	for k, p := range i.attacked {
		if !among(k) {
			continue
		}
		c := &classes[i.Test.Class(k)]
		c.Texts++
		texts++
		if answer(k) == p.Aimed {
			c.Hits++
			hits++
		}
	}
	return newSuccess(i.Shape.Classes, classes, float64(hits)/float64(texts))
}

func newSuccess(names []string, classes []OfClass, raw float64) Success {
	s := Success{Raw: raw}
	var shares []Interval
	for c, of := range classes {
		if of.Texts == 0 {
			continue
		}
		of.Class, of.Interval = names[c], wilson(of.Hits, of.Texts)
		shares, s.OfClass = append(shares, of.Interval), append(s.OfClass, of)
	}
	s.Balanced = meanOf(shares)
	return s
}

// positions counts those that may be selected, and which of them are.
type positions struct{ all, attack, gold, both int }

// add counts a text's.
func (n *positions) add(t examples.Truth, attack []bool) {
	for at, selectable := range t.Selectable {
		if !selectable {
			continue
		}
		gold := t.Gold != nil && t.Gold[at]
		n.all++
		n.attack += one(attack[at])
		n.gold += one(gold)
		n.both += one(gold && attack[at])
	}
}

// selected is the share of all positions that the attacker selects.
func (i *inspection) selected() float64 {
	var n positions
	for k, p := range i.attacked {
		n.add(i.truth(k), p.Attack)
	}
	return share(n.attack, n.all)
}

func (i *inspection) truth(k int) examples.Truth { return i.Test.Truth(k, rationalizer.Word) }

// marked is nil where nobody has marked a text.
func (i *inspection) marked() *Marked {
	var n positions
	texts := 0
	for k, p := range i.attacked {
		if i.annotated(k) {
			texts++
			n.add(i.truth(k), p.Attack)
		}
	}
	if texts == 0 {
		return nil
	}
	return &Marked{
		Texts: texts, OfAttack: share(n.both, n.attack), OfText: share(n.gold, n.all),
		Attack:   i.success(i.onAttack, i.annotated),
		Unmarked: i.success(func(k int) int { return i.unmarked[k] }, i.annotated),
	}
}

func (i *inspection) annotated(k int) bool { return i.truth(k).Gold != nil }

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// share is a part of n; 0 of nothing.
func share(part, n int) float64 {
	if n == 0 {
		return 0
	}
	return float64(part) / float64(n)
}
