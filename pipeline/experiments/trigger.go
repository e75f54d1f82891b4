package experiments

import (
	"rationale/pipeline/engine"
	"rationale/stages/examples/texts"
	"rationale/stages/train"
	"rationale/stages/trigger"
)

// Searched is a finished run with what a search of triggers reads.
type Searched struct {
	Label string         // "RNP on fever, seed 1"
	Run   *engine.Node   // the training
	Read  []engine.Input // what the training read, but for its first weights
	// Dataset is what its tokenized data were made of, for the role
	// trigger.DatasetRole.
	Dataset engine.Input
}

// Trigger plans the search of a trigger against a finished run that was trained with
// these parameters. Of the options what they say of the device counts.
func (s Searched) Trigger(o Options, trained train.Params, p trigger.Params) (*engine.Node, error) {
	_, computing, err := o.computing()
	if err != nil {
		return nil, err
	}
	computing.Threads = trained.Engine.Threads
	p.Dataset, p.Engine = trained.Dataset, computing
	return &engine.Node{
		Stage:  trigger.New(p, texts.Open),
		Inputs: append([]engine.Input{input(trigger.RunRole, s.Run), s.Dataset}, s.Read...),
		Label:  "search a trigger against " + s.Label, Weight: cost(p),
	}, nil
}

// cost is about how many seconds a search takes.
func cost(p trigger.Params) float64 {
	const each = .3 // seconds for one trigger on a batch of long texts
	if p.Random {
		return each * float64(p.Restarts)
	}
	return each * float64(p.Restarts*p.Passes*p.Words*p.Candidates)
}
