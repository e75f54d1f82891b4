package train

import (
	"fmt"

	"rationale/onnx/rationalizer"
	"rationale/stages/examples"
	"rationale/stages/measure"
)

// checkRationales wants the human rationales that the run learns from, of every
// training text, and some that its epochs are chosen by.
func (r *run) checkRationales() error {
	method, unit := r.made.Method, r.made.Spec.Unit
	if r.made.Spec.Reads(rationalizer.InputGold) {
		for i := range r.train.Len() {
			if r.train.Truth(i, unit).Gold == nil {
				return fmt.Errorf("training text %q of %s has no human rationale, and %s learns from rationales; import the dataset with them, or set rationale_loss=false",
					r.train.Words(i).ID, r.params.Dataset, method)
			}
		}
	}
	if r.params.Select == ByAccuracyAndGR && !annotated(r.devSet, unit) {
		return fmt.Errorf("select = %q needs development texts with human rationales, and %s has none; leave select out", ByAccuracyAndGR, r.params.Dataset)
	}
	return nil
}

// annotated tells whether any example has a rationale among what is read of it.
func annotated(set examples.Set, unit rationalizer.Unit) bool {
	for i := range set.Len() {
		for _, marked := range set.Truth(i, unit).Gold {
			if marked {
				return true
			}
		}
	}
	return false
}

// noteGR notes GR on the development texts, for methods that learn from rationales
// or from poison, and where epochs are chosen by it.
func (r *run) noteGR(scores *measure.Scores) {
	spec := r.made.Spec
	if !spec.Reads(rationalizer.InputGold) && !spec.Reads(rationalizer.InputPoisoned) && r.params.Select != ByAccuracyAndGR {
		return
	}
	if gr := scores.GR.Scores().Macro; gr.Defined {
		r.note("dev", []measure.Number{{Metric: "gr", Value: gr.Value}})
	}
}
