package train

import (
	"context"

	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/stages"
	"rationale/stages/measure"
)

// ModelRole is the stage's input in place of ReaderRole where an attacker probes an
// imported model: what measure.OpenModel gives.
const ModelRole = "model"

// Outside opens the imported model that graphs of an imported model's probe are
// for; nil for others.
func Outside(rt *runtime.Runtime, env *stages.Env, spec rationalizer.Spec) (*measure.Outsider, error) {
	if spec.Method != rationalizer.Imported {
		return nil, nil
	}
	file, err := stages.OpenedAs[*measure.ModelFile](env, ModelRole)
	if err != nil {
		return nil, err
	}
	return measure.NewOutsider(rt, file, spec.Classes, spec.Reads(rationalizer.InputAdjacency))
}

// consult asks an imported model about the attacker's selections, as it is now, and
// adds what came of them to the inputs of one step.
func (r *run) consult(ctx context.Context, p prepared) error {
	if r.made.Method != rationalizer.Imported {
		return nil
	}
	w := r.weights()
	shape := p.inputs[rationalizer.InputIDs].Shape()
	size := rationalizer.Size{Examples: int(shape[0]), Positions: int(shape[1])}
	for trial := 1; trial <= rationalizer.Trials; trial++ {
		noise := rationalizer.NoiseTensor(r.made.Unit, size)
		law := nn.Noise{Purpose: rationalizer.FedSelection(trial), Law: nn.Logistic}
		law.Draw(noise, r.params.Seed, uint64(r.done+1))
		selected, logits, err := r.dev.Try(ctx, p.inputs, w, noise)
		if err != nil {
			return err
		}
		p.inputs[rationalizer.FedSelection(trial)], p.inputs[rationalizer.FedLogits(trial)] = selected, logits
	}
	return nil
}
