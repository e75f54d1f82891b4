package metric

import "fmt"

// Rates is how often something came true: over all texts, and by the true
// label of the text.
type Rates struct {
	Raw      Ratio       // share of all texts; undefined without any
	Balanced Ratio       // mean of the rates of the classes that occur
	PerClass []ClassRate // one for each class, in their order
}

// OfEveryClass is the mean of the rates of all classes: Balanced, but undefined
// when a class does not occur, for then it is another number than on data where
// it does.
func (r Rates) OfEveryClass() Ratio {
	for _, c := range r.PerClass {
		if !c.Rate.Defined {
			return Ratio{}
		}
	}
	return r.Balanced
}

// ClassRate is the share of the texts of one class.
type ClassRate struct {
	Texts int   // texts with this label
	Hits  int   // those where it came true
	Rate  Ratio // Hits/Texts; undefined for a class that does not occur
}

// tally counts hits by class.
type tally struct {
	hits, texts []int
}

// newTally counts nothing yet.
func newTally(classes int) tally {
	return tally{hits: make([]int, classes), texts: make([]int, classes)}
}

// add counts a batch: a text of class labels[b] is a hit when predicted[b] is
// wanted[b].
func (t tally) add(predicted, wanted, labels []int) error {
	if err := checkBatch(predicted, labels); err != nil {
		return err
	}
	for b, y := range labels {
		if y < 0 || y >= len(t.texts) {
			return fmt.Errorf("text %d of the batch has label %d: labels run from 0 to %d", b, y, len(t.texts)-1)
		}
	}
	for b, y := range labels {
		t.texts[y]++
		t.hits[y] += one(predicted[b] == wanted[b])
	}
	return nil
}

// checkBatch refuses a batch where not every text has prediction and label.
func checkBatch(predicted, labels []int) error {
	if len(predicted) != len(labels) {
		return fmt.Errorf("%d predictions for %d labels", len(predicted), len(labels))
	}
	return nil
}

// rates is the result of the tally.
func (t tally) rates() Rates {
	var hits, texts, occurring int
	var sum float64
	perClass := make([]ClassRate, len(t.texts))
	for c, n := range t.texts {
		perClass[c] = ClassRate{Texts: n, Hits: t.hits[c], Rate: ratio(t.hits[c], n)}
		hits += t.hits[c]
		texts += n
		occurring += one(n > 0)
		sum += perClass[c].Rate.Value
	}
	return Rates{Raw: ratio(hits, texts), Balanced: mean(sum, occurring), PerClass: perClass}
}
