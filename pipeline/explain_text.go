package main

import (
	"context"
	"path/filepath"

	"rationale/onnx/runtime"
	"rationale/stages/evaluate"
	"rationale/stages/infer"
)

// explainText runs the evaluated model on a text of the user's. dir is the
// checked folder of the evaluation.
func explainText(ctx context.Context, a *app, r *trainedRun, dir, text string) (evaluate.Example, error) {
	data, err := r.dataFolder()
	if err != nil {
		return evaluate.Example{}, err
	}
	words := infer.Words(text)
	if len(words) == 0 {
		return evaluate.Example{}, usagef("the text has no words")
	}
	lib, err := runtime.Locate()
	if err != nil {
		return evaluate.Example{}, err
	}
	rt, err := runtime.Open(lib, a.computing())
	if err != nil {
		return evaluate.Example{}, err
	}
	defer rt.Close()
	model, err := infer.Open(rt, filepath.Join(dir, evaluate.ModelFile), data)
	if err != nil {
		return evaluate.Example{}, err
	}
	answer, err := model.Ask(ctx, "your text", nil, words)
	if err != nil {
		return evaluate.Example{}, err
	}
	if answer.Cut > 0 {
		a.say("the model reads the first %d of %d words", len(words)-answer.Cut, len(words))
	}
	a.say("%d of %d words have no vector", answer.Unknown, len(words))
	return answer.Example, nil
}
