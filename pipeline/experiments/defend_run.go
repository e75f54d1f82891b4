package experiments

import (
	"encoding/json"
	"fmt"

	"rationale/pipeline/engine"
	"rationale/stages"
	"rationale/stages/assess"
	"rationale/stages/backend"
	"rationale/stages/defend/attdef"
	"rationale/stages/defend/onion"
	"rationale/stages/defend/removal"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// RunDefences are the defences that take words out of what a finished run reads, by
// the names of their stages.
var RunDefences = map[string]func(removal.Params) stages.Stage{
	"onion":  func(p removal.Params) stages.Stage { return onion.New(p) },
	"attdef": func(p removal.Params) stages.Stage { return attdef.New(p) },
}

// Attacked is a finished run, and the texts that an attack on it is judged by.
type Attacked struct {
	Label   string // "RNP on fever, seed 1"
	Dataset string
	Target  string // class that the attack wants
	// Inputs are the run, its graphs and data, what its graphs read beside them, and
	// the tokenized triggered texts where there are any.
	Inputs []engine.Input
	Pieces bool // the run reads pieces
	Draws  int  // of masks, averaged
	Engine backend.Backend
}

// assessBatch is how many texts are read at once.
const assessBatch = 128

// Assessed plans measuring the attack, after a defence if one is given.
func (a Attacked) Assessed(removed *engine.Node) *engine.Node {
	n := &engine.Node{
		Stage:  assess.New(assess.Params{Dataset: a.Dataset, Target: a.Target, Draws: a.Draws, Batch: assessBatch, Engine: a.Engine}),
		Inputs: a.Inputs, Label: "assess " + a.Label, Weight: 5,
	}
	if removed != nil {
		n.Inputs = append(n.Inputs[:len(n.Inputs):len(n.Inputs)], input(assess.RemovedRole, removed))
		n.Label += " after " + removed.Stage.Name()
	}
	return n
}

// Defended plans a defence of RunDefences. Further inputs are what it reads beside
// the run: ONION its clean texts, or a language model.
func (a Attacked) Defended(name string, further ...engine.Input) *engine.Node {
	p := removal.Params{Dataset: a.Dataset, Batch: assessBatch, Pieces: a.Pieces, Loss: removal.Loss, Engine: a.Engine}
	return &engine.Node{
		Stage: RunDefences[name](p), Inputs: append(a.Inputs[:len(a.Inputs):len(a.Inputs)], further...),
		Label: name + " for " + a.Label, Weight: 60,
	}
}

// Triggered plans reading a dataset as another one was, whose tokenized form has
// this manifest, for the test texts with the trigger.
func (l *Lab) Triggered(dataset string, like engine.Manifest) (engine.Input, error) {
	data, err := l.dataset(dataset)
	if err != nil {
		return engine.Input{}, err
	}
	var p tokenize.Params
	if err := json.Unmarshal(like.Params, &p); err != nil {
		return engine.Input{}, fmt.Errorf("%s: parameters: %w", like.ID, err)
	}
	if p.Checkpoint != "" {
		return engine.Input{}, fmt.Errorf("dataset %s: the run reads the pieces of the checkpoint %s, and texts with a trigger are read in words alone; leave --triggered out", dataset, p.Checkpoint)
	}
	p.Dataset = dataset
	inputs := []engine.Input{data.input}
	if p.RandomWidth == 0 {
		if l.vectors == nil {
			return engine.Input{}, fmt.Errorf("dataset %s: %w", dataset, l.noVectors)
		}
		inputs = append(inputs, *l.vectors)
	}
	node := &engine.Node{Stage: tokenize.New(p), Inputs: inputs, Label: "tokenize " + dataset, Weight: 2}
	return input(removal.TriggeredRole, node), nil
}

// CleanTexts is a dataset that ONION's language model learns from.
func (l *Lab) CleanTexts(dataset string) (engine.Input, error) {
	data, err := l.anyDataset(dataset)
	return data.input, err
}

// LanguageModel is somebody's language model in a folder, for ONION.
func LanguageModel(dir string) (engine.Input, error) {
	return external(onion.LanguageModelRole, dir, onion.OpenModel)
}

// FinishedRun are the inputs that lead to a finished run: artifacts of the store.
func FinishedRun(run engine.Manifest, verify func(id string) (engine.Manifest, error)) ([]engine.Input, error) {
	inputs := []engine.Input{input(removal.RunRole, engine.Published(run))}
	for _, role := range []string{train.DataRole, train.GraphsRole, train.ReaderRole} {
		from, ok := run.Inputs[role]
		if !ok {
			continue
		}
		m, err := verify(from.Artifact)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, input(role, engine.Published(m)))
	}
	return inputs, nil
}
