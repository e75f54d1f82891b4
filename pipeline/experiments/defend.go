package experiments

import (
	"fmt"
	"strings"

	"rationale/datasets"
	"rationale/datasets/generator"
	"rationale/onnx/rationalizer"
	"rationale/pipeline/engine"
	"rationale/stages/defend/adversarial"
	"rationale/stages/defend/zscore"
)

// ZScore plans filtering a dataset into one of a new name; a factor of 0 is looked for.
func (l *Lab) ZScore(dataset, name string, factor float64) (*engine.Node, error) {
	p := zscore.Params{Dataset: dataset, Name: name, Factor: factor}
	data, err := l.derivable(dataset, name)
	if err == nil {
		err = p.Check()
	}
	if err != nil {
		return nil, err
	}
	return &engine.Node{
		Stage: zscore.New(p), Inputs: []engine.Input{data.input},
		Label: fmt.Sprintf("filter %s into %s", dataset, name), Weight: 2,
	}, nil
}

// derivable is a dataset from which one of a new name can be made. An imported one
// is never replaced.
func (l *Lab) derivable(dataset, name string) (source, error) {
	data, err := l.anyDataset(dataset)
	if err == nil {
		err = datasets.CheckName(name)
	}
	taken, exists := l.sources[name]
	if err == nil && (exists && !taken.derived || strings.HasPrefix(strings.ToLower(name), generator.Prefix)) {
		err = fmt.Errorf("the name %s is that of another dataset; choose another one for the new dataset", name)
	}
	if err == nil && name == dataset {
		err = fmt.Errorf("the new dataset would be called %s like the one that it is made from; choose another name", name)
	}
	return data, err
}

// Adversarial plans adding training texts with one of these triggers, at the usual
// share, to a dataset. MaxLength is the dataset's setting.
func (l *Lab) Adversarial(p adversarial.Params) (*engine.Node, error) {
	data, err := l.derivable(p.Dataset, p.Name)
	if err != nil {
		return nil, err
	}
	settings, err := l.settings(data, rationalizer.Method{}, "", nil)
	if err != nil {
		return nil, err
	}
	p.Share, p.MaxLength = adversarial.Usual, settings.MaxLength
	if err := p.Check(); err != nil {
		return nil, err
	}
	return &engine.Node{
		Stage: adversarial.New(p), Inputs: []engine.Input{data.input},
		Label: fmt.Sprintf("harden %s into %s", p.Dataset, p.Name), Weight: 2,
	}, nil
}
