package experiments

import (
	"fmt"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/pipeline/engine"
	"rationale/plots"
	"rationale/stages/backend"
	"rationale/stages/evaluate"
	"rationale/stages/examples/texts"
	"rationale/stages/graphs"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/stages/weights"
	"rationale/tokenizer/embeddings"
)

// RunSpec names one training run.
type RunSpec struct {
	Method  string
	Dataset string
	Encoder string // the default one when empty
	Seed    uint64
	Set     map[string]string // settings of the command line, key → value
}

// Run is a planned training run with everything around it.
type Run struct {
	Method   rationalizer.Method
	Encoder  string
	Dataset  string
	Seed     uint64
	Labels   plots.Labels // what tells it from other runs
	Settings Settings
	Data     *engine.Node // the tokenized dataset
	Graphs   *engine.Node
	Weights  *engine.Node // what training starts from
	Train    *engine.Node
	Evaluate *engine.Node
}

// Run plans one training run.
func (l *Lab) Run(spec RunSpec) (*Run, error) {
	over, err := ParseSet(spec.Set)
	if err != nil {
		return nil, err
	}
	return l.plan(spec, over)
}

// plan is Run with a table of settings. Runs of equal settings become equal
// nodes, which the engine computes once.
func (l *Lab) plan(spec RunSpec, over layer) (*Run, error) {
	encoder, err := rationalizer.LookupEncoder(spec.Encoder)
	if err != nil {
		return nil, err
	}
	method, err := rationalizer.Lookup(spec.Method)
	if err != nil {
		return nil, err
	}
	data, err := l.dataset(spec.Dataset)
	if err != nil {
		return nil, err
	}
	settings, err := l.book.settings(l.backend.Provider, data.format, method, l.profile, over)
	if err != nil {
		return nil, err
	}
	r := &Run{Method: method, Encoder: encoder.Name, Dataset: data.name, Seed: spec.Seed, Settings: settings}
	if err := r.checkMemory(data, l.provider.Device, runtime.MachineMemory()); err != nil {
		return nil, err
	}
	r.Data = tokenized(data, settings)
	r.Graphs = r.graphs(l.provider.Device)
	r.Weights = r.drawn()
	engine := l.backend
	engine.Threads = settings.Threads
	r.Train = r.trained(engine, data)
	if method.Reader != "" {
		reader, err := l.plan(RunSpec{Method: method.Reader, Dataset: spec.Dataset, Encoder: spec.Encoder, Seed: spec.Seed}, readerLayer(over))
		if err != nil {
			return nil, err
		}
		r.Train.Inputs = append(r.Train.Inputs, input(train.ReaderRole, reader.Train))
	}
	r.Evaluate = r.evaluated(engine, data)
	r.Labels, err = l.labels(r, data, over)
	return r, err
}

// readerLayer keeps the settings that a reader must share with the model whose
// selections it reads: which texts are read and how, and its size.
func readerLayer(over layer) layer {
	shared := layer{}
	for _, key := range []string{"max_length", "train_texts", "padding", "hidden", "threads"} {
		if v, ok := over[key]; ok {
			shared[key] = v
		}
	}
	return shared
}

func (r *Run) label(verb string) string {
	return fmt.Sprintf("%s %s on %s, seed %d", verb, r.Method.Name, r.Dataset, r.Seed)
}

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
	flags, _ := r.Method.Split(r.Settings.Options)
	p := graphs.Params{
		Method: r.Method.Name, Encoder: r.Encoder, Hyper: r.Settings.Hyper, Flags: flags,
		Unit: r.Settings.unit(), StepsPerRun: r.Settings.StepsPerRun, Device: device,
	}
	return &engine.Node{
		Stage: graphs.New(p, texts.Open), Inputs: []engine.Input{input(graphs.DataRole, r.Data)},
		Label: fmt.Sprintf("build %s for %s", r.Method.Name, r.Dataset), Weight: 0.2,
	}
}

// drawn plans drawing the first parameters.
func (r *Run) drawn() *engine.Node {
	return &engine.Node{
		Stage: weights.New(weights.Params{Seed: r.Seed}), Inputs: []engine.Input{input(weights.GraphsRole, r.Graphs)},
		Label: r.label("draw weights of"), Weight: 0.1,
	}
}

func (r *Run) trained(b backend.Backend, data source) *engine.Node {
	s := r.Settings
	_, scalars := r.Method.Split(s.Options)
	return &engine.Node{
		Stage: train.New(train.Params{
			Dataset: data.name, Seed: r.Seed, Epochs: s.Epochs, Batch: s.Batch, Texts: s.TrainTexts,
			Scalars: scalars, Rate: s.Rate, Decay: s.Decay, LeastRate: s.LeastRate, Bucket: s.Bucket, Engine: b,
		}, texts.Open),
		Inputs: []engine.Input{input(train.DataRole, r.Data), input(train.GraphsRole, r.Graphs), input(train.WeightsRole, r.Weights)},
		Label:  r.label("train"), Weight: r.cost(data),
	}
}

func (r *Run) evaluated(b backend.Backend, data source) *engine.Node {
	inputs := []engine.Input{input(evaluate.RunRole, r.Train)}
	for _, in := range r.Train.Inputs {
		if in.Role != train.WeightsRole { // the run has its own
			inputs = append(inputs, in)
		}
	}
	return &engine.Node{
		Stage: evaluate.New(evaluate.Params{
			Dataset: data.name,
			Draws:   r.Settings.Draws, Batch: 128, Texts: exampleTexts, Engine: b,
		}, texts.Open),
		Inputs: inputs, Label: r.label("evaluate"), Weight: r.cost(data) / 20,
	}
}

// exampleTexts is how many test texts an evaluation keeps with their
// selections.
const exampleTexts = 200
