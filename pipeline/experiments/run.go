package experiments

import (
	"fmt"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/pipeline/engine"
	"rationale/stages/evaluate"
	"rationale/stages/export"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/tokenizer/embeddings"
)

// RunSpec names one training run.
type RunSpec struct {
	Method  string
	Dataset string
	Encoder string // "gru" when empty
	Seed    uint64
	Set     map[string]string // settings of the command line, key → value
}

// Run is a planned training run with everything around it.
type Run struct {
	Method   rationalizer.Method
	Dataset  string
	Seed     uint64
	Settings Settings
	Data     *engine.Node // the tokenized dataset
	Graphs   *engine.Node
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
	if spec.Encoder = orElse(spec.Encoder, "gru"); spec.Encoder != "gru" {
		return nil, fmt.Errorf("no encoder %q; there is gru", spec.Encoder)
	}
	method, err := rationalizer.Lookup(spec.Method)
	if err != nil {
		return nil, err
	}
	data, err := l.dataset(spec.Dataset)
	if err != nil {
		return nil, err
	}
	settings, err := l.book.settings(l.backend.Provider, data.format, method.Name, l.profile, over)
	if err != nil {
		return nil, err
	}
	r := &Run{Method: method, Dataset: data.name, Seed: spec.Seed, Settings: settings}
	if err := r.checkMemory(data, l.backend.Provider == runtime.CUDA, runtime.MachineMemory()); err != nil {
		return nil, err
	}
	r.Data = tokenized(data, settings)
	r.Graphs = r.exported(data, l.backend.Provider == runtime.CUDA)
	backend := l.backend
	backend.Threads = settings.Threads
	r.Train = r.trained(backend, data, spec.Encoder)
	if method.Reader != "" {
		reader, err := l.plan(RunSpec{Method: method.Reader, Dataset: spec.Dataset, Seed: spec.Seed}, readerLayer(over))
		if err != nil {
			return nil, err
		}
		r.Train.Inputs = append(r.Train.Inputs, engine.Input{Role: train.ReaderRole, From: reader.Train})
	}
	r.Evaluate = r.evaluated(backend, data, spec.Encoder)
	return r, nil
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

func (r *Run) exportParams(data source) export.Params {
	return export.Params{
		Method: r.Method.Name, Classes: data.classes, Width: embeddings.DefaultDim,
		Hyper: r.Settings.Hyper, StepsPerRun: r.Settings.StepsPerRun, Seed: r.Seed,
	}
}

// exported plans the graphs that train; device tells that an accelerator runs
// them.
func (r *Run) exported(data source, device bool) *engine.Node {
	p := r.exportParams(data)
	p.Device = device
	return &engine.Node{Stage: export.New(p), Label: r.label("export"), Weight: 0.2}
}

func (r *Run) trained(b train.Backend, data source, encoder string) *engine.Node {
	s := r.Settings
	return &engine.Node{
		Stage: train.New(train.Params{
			Dataset: data.name, Encoder: encoder, Seed: r.Seed, Epochs: s.Epochs, Batch: s.Batch,
			Texts: s.TrainTexts, Rate: s.Rate, Decay: s.Decay, LeastRate: s.LeastRate, Bucket: s.Bucket, Engine: b,
		}),
		Inputs: []engine.Input{{Role: train.DataRole, From: r.Data}, {Role: train.GraphsRole, From: r.Graphs}},
		Label:  r.label("train"), Weight: r.cost(data),
	}
}

func (r *Run) evaluated(b train.Backend, data source, encoder string) *engine.Node {
	dataset := data.input
	dataset.Role = evaluate.DatasetRole
	inputs := append([]engine.Input{{Role: evaluate.RunRole, From: r.Train}, dataset}, r.Train.Inputs...)
	return &engine.Node{
		Stage: evaluate.New(evaluate.Params{
			Dataset: data.name, Export: r.exportParams(data), Encoder: encoder, Seed: r.Seed,
			Draws: r.Settings.Draws, Batch: 128, Texts: exampleTexts, Engine: b,
		}),
		Inputs: inputs, Label: r.label("evaluate"), Weight: r.cost(data) / 20,
	}
}

// exampleTexts is how many test texts an evaluation keeps with their
// selections.
const exampleTexts = 200
