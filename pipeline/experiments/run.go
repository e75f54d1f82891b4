package experiments

import (
	"cmp"
	"fmt"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/pipeline/engine"
	"rationale/plots"
	"rationale/stages/train"
)

// RunSpec names one training run.
type RunSpec struct {
	Method  string
	Dataset string
	Encoder string // the default one when empty
	// Checkpoint is the one that the encoder begins with, a folder or the name of one
	// that was fetched; empty for encoders that begin with none.
	Checkpoint string
	Seed       uint64
	Set        map[string]string // settings of the command line, key → value
}

// Run is a planned training run with everything around it.
type Run struct {
	Method   rationalizer.Method
	Encoder  string
	Dataset  string
	Seed     uint64
	Labels   plots.Labels // what tells it from other runs
	Settings Settings
	Search   *Search      // that found its s; nil where s was given
	Data     *engine.Node // the tokenized dataset
	Graphs   *engine.Node
	Weights  *engine.Node // what training starts from
	Train    *engine.Node
	Evaluate *engine.Node
	Assess   *engine.Node // of the attack on it; nil where nobody attacks

	begun *begun // nil for encoders that begin with no checkpoint
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
	r, data, err := l.chosen(spec, over)
	if err != nil {
		return nil, err
	}
	return r, l.build(r, data, spec, over)
}

// tuned is plan for data that a stage makes of the dataset.
func (l *Lab) tuned(spec RunSpec, data source, over layer) (*Run, error) {
	r, _, err := l.chosen(spec, over)
	if err != nil {
		return nil, err
	}
	r.Dataset = data.name
	return r, l.build(r, data, spec, over)
}

// build plans the stages of a run on data.
func (l *Lab) build(r *Run, data source, spec RunSpec, over layer) (err error) {
	engine := l.backend
	engine.Threads = r.Settings.Threads
	r.Data = r.read(data)
	r.Graphs = r.graphs(l.provider.Device)
	r.Weights = r.begun.firstWeights(r.Graphs, r.Seed, r.label("draw weights of"))
	r.Train = r.trained(engine, data)
	if r.Method.Reader != "" {
		reader, err := l.plan(RunSpec{Method: r.Method.Reader, Dataset: spec.Dataset, Encoder: spec.Encoder, Checkpoint: spec.Checkpoint, Seed: spec.Seed}, readerLayer(over))
		if err != nil {
			return err
		}
		r.Train.Inputs = append(r.Train.Inputs, input(train.ReaderRole, reader.Train))
	}
	r.Evaluate = r.evaluated(engine)
	r.Evaluate.Weight = r.cost(data) / 20
	r.Labels, err = l.labels(r, data, over)
	return err
}

// chosen looks up what a run is made of, and checks its settings.
func (l *Lab) chosen(spec RunSpec, over layer) (*Run, source, error) {
	method, err := rationalizer.Lookup(spec.Method)
	if err != nil {
		return nil, source{}, err
	}
	data, err := l.fit(spec.Dataset)
	if err != nil {
		return nil, source{}, err
	}
	data = data.of(spec.Seed)
	encoder, err := data.encoder(spec.Encoder)
	if err != nil {
		return nil, source{}, err
	}
	begun, err := l.beginning(spec, data, encoder)
	if err != nil {
		return nil, source{}, err
	}
	settings, err := l.settings(data, method, encoder.Name, over)
	if err != nil {
		return nil, source{}, err
	}
	r := &Run{Method: method, Encoder: encoder.Name, Dataset: data.name, Seed: spec.Seed, Settings: settings, begun: begun}
	r.useCores(l.opts.Cores, over, l.provider.Device)
	return r, data, cmp.Or(begun.check(settings), r.checkGraphs(data, encoder, over), r.checkShards(l.provider.Device), r.checkCut(data), l.checkMemory(r, data, runtime.MachineMemory()))
}

// readerLayer keeps the settings that a reader must share with the model whose
// selections it reads: which texts are read and how, its size, and what of an encoder
// that begins with a checkpoint learns.
func readerLayer(over layer) layer {
	shared := layer{}
	for _, key := range []string{"max_length", "train_texts", "padding", "hidden", "threads", shardsKey, "frozen_layers", "train_tables"} {
		if v, ok := over[key]; ok {
			shared[key] = v
		}
	}
	return shared
}

func (r *Run) label(verb string) string {
	method := r.Method.Name
	if r.begun != nil {
		method += " with " + r.Encoder + " " + r.begun.name
	}
	return fmt.Sprintf("%s %s on %s, seed %d", verb, method, r.Dataset, r.Seed)
}

// measured are what the finished run is measured by.
func (r *Run) measured() []*engine.Node {
	if r.Assess == nil {
		return []*engine.Node{r.Evaluate}
	}
	return []*engine.Node{r.Evaluate, r.Assess}
}

// nodes are the results that the run needs: its own, and those of the attempts that
// its search goes by.
func (r *Run) nodes() []*engine.Node {
	out := append([]*engine.Node{r.Train}, r.measured()...)
	if r.Search != nil {
		for _, attempt := range r.Search.Attempts {
			out = append(out, attempt.Train, attempt.Evaluate)
		}
	}
	return out
}
