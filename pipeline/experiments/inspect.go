package experiments

import (
	"path/filepath"

	"rationale/onnx/rationalizer"
	"rationale/pipeline/engine"
	"rationale/stages/graphs"
	"rationale/stages/inspect"
	"rationale/stages/measure"
	"rationale/stages/train"
)

// Target is a model that is to be inspected.
type Target struct {
	Label string       // "RNP on tweets, seed 1"
	Data  engine.Input // the tokenized dataset
	// Model is a finished training run, or somebody's ONNX file.
	Model   engine.Input
	Graphs  graphs.Params
	Params  train.Params // of the model's training
	Seconds float64      // that an attacker takes for as many epochs, about

	begun *begun // see Begin
}

// Finished is a finished run as a target: an attacker is trained as the model was.
// scalars are the numbers that every step of the training was given.
func Finished(label string, run, data engine.Manifest, g graphs.Params, p train.Params, scalars map[string]float64, seconds float64) Target {
	p.Scalars = scalars
	return Target{
		Label: label, Data: input(train.DataRole, engine.Published(data)), Model: input(train.ReaderRole, engine.Published(run)),
		Graphs: g, Params: p, Seconds: seconds / 2,
	}
}

// Imported is somebody's model in an ONNX file, to be attacked on a dataset.
func (l *Lab) Imported(dataset, path string) (Target, error) {
	data, err := l.runnable(dataset)
	if err != nil {
		return Target{}, err
	}
	encoder, err := data.encoder("")
	if err != nil {
		return Target{}, err
	}
	attack := rationalizer.Method{Name: rationalizer.Imported, Options: rationalizer.ProbeOptions}
	s, err := l.settings(data, attack, encoder.Name, nil)
	if err != nil {
		return Target{}, err
	}
	model, err := external(train.ModelRole, path, measure.OpenModel)
	r := Run{Method: attack, Dataset: dataset, Settings: s}
	return Target{
		Label: filepath.Base(path) + " on " + dataset, Data: input(train.DataRole, r.read(data)), Model: model,
		Graphs:  graphs.Params{Method: attack.Name, Encoder: encoder.Name, Hyper: s.Hyper, Graph: s.GraphHyper, StepsPerRun: 1},
		Params:  r.params(l.backend),
		Seconds: 2 * float64(s.Epochs) * float64(data.trainTokens) / r.speed(data),
	}, err
}

// Inspect plans the inspection of a target by an attacker with these settings and a
// seed. Of the options what they say of the device counts.
func (t Target) Inspect(o Options, p train.Params, seed uint64) (*engine.Node, error) {
	provider, computing, err := o.computing()
	if err != nil {
		return nil, err
	}
	computing.Threads = t.Params.Engine.Threads
	p.Seed, p.Engine = seed, computing
	if provider.Device {
		p.Shards = 0 // it works on the whole batch at once
	}
	made := t.graphs(provider.Device)
	attack := t.attacked(p, made)
	return &engine.Node{
		Stage: inspect.New(inspect.Params{
			Dataset: p.Dataset, Batch: 128, Seed: seed, Examples: attackedTexts, Engine: computing,
		}, openData),
		Inputs: []engine.Input{t.Data, t.Model, input(train.GraphsRole, made), input(inspect.AttackRole, attack)},
		Label:  "inspect " + t.Label, Weight: attack.Weight / 20,
	}, nil
}

// attackedTexts is how many turned texts of each class an inspection keeps.
const attackedTexts = 10

// graphs plans the graphs of the attack; device tells that an accelerator runs them.
func (t Target) graphs(device bool) *engine.Node {
	p := t.Graphs
	p.Probe, p.Device = true, device
	return &engine.Node{
		Stage: graphs.New(p, openData), Inputs: []engine.Input{t.Data},
		Label: "build attack on " + t.Label, Weight: 0.2,
	}
}

// attacked plans the training of the attacker, from parameters of its own.
func (t Target) attacked(p train.Params, made *engine.Node) *engine.Node {
	drawn := t.begun.firstWeights(made, p.Seed, "draw attacker of "+t.Label)
	return &engine.Node{
		Stage:  inspect.NewAttack(p, openData),
		Inputs: []engine.Input{t.Data, t.Model, input(train.GraphsRole, made), input(train.WeightsRole, drawn)},
		Label:  "attack " + t.Label, Weight: t.Seconds * float64(p.Epochs) / float64(t.Params.Epochs),
	}
}
