package train

import (
	"fmt"

	"rationale/onnx/rationalizer"
	"rationale/stages/examples"
	"rationale/stages/measure"
)

// taught are the training texts that the run can learn from: where it learns from human
// rationales, those that have one.
func (r *run) taught(train examples.Set) (examples.Set, error) {
	spec := r.made.Spec
	if !spec.Reads(rationalizer.InputGold) || train.Len() == 0 {
		return train, nil
	}
	asked := examples.Those(train, func(i int) bool { return train.Truth(i, spec.Unit).Gold != nil })
	if asked.Len() == 0 {
		return nil, fmt.Errorf("no training text of %s has a human rationale, and %s learns from rationales; import the dataset with them, or set rationale_loss=false",
			r.params.Dataset, r.made.Method)
	}
	if n := train.Len() - asked.Len(); n > 0 {
		r.env.Log.Warn("training texts without a human rationale are left out", "texts", n, "method", r.made.Method)
	}
	return asked, nil
}

// checkChoice wants human rationales that epochs are chosen by.
func (r *run) checkChoice() error {
	if r.params.Select == ByAccuracyAndGR && !annotated(r.devSet, r.made.Spec.Unit) {
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
