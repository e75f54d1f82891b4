package experiments

import (
	"fmt"

	"rationale/pipeline/engine"
	"rationale/stages/backend"
	"rationale/stages/evaluate"
	"rationale/stages/graphs"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/tokenizer/embeddings"
)

// The nodes that plans are made of: data → graphs → first weights → training →
// evaluation.

func tokenized(data source, s Settings) *engine.Node {
	p := tokenize.Params{Dataset: data.name, MaxLength: s.MaxLength}
	inputs := []engine.Input{data.input}
	if data.vectors != nil {
		inputs = append(inputs, *data.vectors)
	} else {
		p.RandomVectors, p.RandomWidth = generatedSeed, embeddings.DefaultDim
	}
	return &engine.Node{Stage: tokenize.New(p), Inputs: inputs, Label: "tokenize " + data.name, Weight: 2}
}

// input fills a role with what another node makes.
func input(role string, from *engine.Node) engine.Input { return engine.Input{Role: role, From: from} }

// graphs plans the graphs that train; device tells that an accelerator runs
// them.
func (r *Run) graphs(device bool) *engine.Node {
	flags, constants, _ := r.Method.Split(r.Settings.Options)
	p := graphs.Params{
		Method: r.Method.Name, Encoder: r.Encoder, Hyper: r.Settings.Hyper, Graph: r.Settings.GraphHyper, BERT: r.begun.encoders(r.Settings), Flags: flags, Constants: constants,
		Unit: r.Settings.unit(), StepsPerRun: r.Settings.StepsPerRun, Device: device,
	}
	return &engine.Node{
		Stage: graphs.New(p, openData), Inputs: []engine.Input{input(graphs.DataRole, r.Data)},
		Label: fmt.Sprintf("build %s for %s", r.Method.Name, r.Dataset), Weight: 0.2,
	}
}

func (r *Run) trained(b backend.Backend, data source) *engine.Node {
	return &engine.Node{
		Stage:  train.New(r.params(b), openData),
		Inputs: []engine.Input{input(train.DataRole, r.Data), input(train.GraphsRole, r.Graphs), input(train.WeightsRole, r.Weights)},
		Label:  r.label("train"), Weight: r.cost(data) / float64(max(1, r.Settings.Shards)),
	}
}

// params are the settings of the training that are not in its graphs.
func (r *Run) params(b backend.Backend) train.Params {
	s := r.Settings
	_, _, scalars := r.Method.Split(s.Options)
	return train.Params{
		Dataset: r.Dataset, Seed: r.Seed, Epochs: s.Epochs, Batch: s.Batch, Texts: s.TrainTexts,
		Scalars: scalars, Rate: s.Rate, Decay: s.Decay, LeastRate: s.LeastRate, Bucket: s.Bucket, Anneal: s.Anneal, Engine: b,
		Shards: s.Shards,
	}
}

func (r *Run) evaluated(b backend.Backend) *engine.Node {
	inputs := []engine.Input{input(evaluate.RunRole, r.Train)}
	for _, in := range r.Train.Inputs {
		if in.Role != train.WeightsRole { // the run has its own
			inputs = append(inputs, in)
		}
	}
	return &engine.Node{
		Stage: evaluate.New(evaluate.Params{
			Dataset: r.Dataset,
			Draws:   r.Settings.Draws, Batch: 128, Texts: exampleTexts, PerText: r.begun != nil, Engine: b,
		}, openData),
		Inputs: inputs, Label: r.label("evaluate"),
	}
}

// exampleTexts is how many test texts an evaluation keeps with their
// selections.
const exampleTexts = 200
