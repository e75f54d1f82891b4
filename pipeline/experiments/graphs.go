package experiments

import (
	"errors"
	"fmt"
	"slices"

	"rationale/datasets"
	"rationale/datasets/generator"
	"rationale/datasets/motifs"
	"rationale/onnx/rationalizer"
	"rationale/pipeline/engine"
	"rationale/stages/adopt"
	"rationale/stages/examples"
	"rationale/stages/examples/graphs"
	"rationale/stages/examples/texts"
	"rationale/stages/generate"
)

// Embedded is a dataset that the program makes up.
type Embedded struct{ Name, Doc string }

// EmbeddedDatasets lists those of texts, then those of graphs.
func EmbeddedDatasets() []Embedded {
	var out []Embedded
	for _, aspect := range generatedAspects {
		out = append(out, Embedded{generator.Prefix + aspect, "made-up reviews; the label follows " + aspect})
	}
	for _, set := range generatedGraphs {
		out = append(out, Embedded{set.name(), set.doc})
	}
	return out
}

func embeddedNames() []string {
	var out []string
	for _, e := range EmbeddedDatasets() {
		out = append(out, e.Name)
	}
	return out
}

// generatedGraph is a dataset of graphs that the program makes up, each with the nodes
// that are its class for a rationale.
type generatedGraph struct {
	format   string
	doc      string
	classes  []string
	nodes    float64 // of a graph, on the mean
	features int     // of a node
	// perSeed tells that the graphs of each seed are others, as those of A2I's Table 3
	// are split anew for each (METHODS §9). GOODMotif is one set, with its own splits.
	perSeed bool
}

var generatedGraphs = []generatedGraph{
	{"ba2motifs", "made-up graphs; the class is a 5-cycle or a house on a tree", motifs.BA2Motifs, motifs.BA2Nodes, motifs.BA2Features, true},
	{"goodmotif", "made-up graphs; the class is a house, a 5-cycle or a crane on a wheel, a tree or a ladder, but for one label in ten", motifs.GOODMotifs, 17, motifs.GOODFeatures, false},
}

func (g generatedGraph) name() string { return generator.Prefix + g.format }

// source is the dataset at a profile's size.
func (g generatedGraph) source(p profile) source {
	size := p.Graphs[g.format]
	s := source{
		name: g.name(), format: g.format, embedded: true, graphs: true, classes: g.classes, features: g.features,
		annotated: true, taught: true, judged: true, trainTexts: size.Train, trainTokens: int64(float64(size.Train) * g.nodes),
		input: g.drawn(size, generatedSeed),
	}
	if g.perSeed {
		s.redrawn = func(seed uint64) engine.Input { return g.drawn(size, seed) }
	}
	return s
}

// drawn plans the dataset's graphs.
func (g generatedGraph) drawn(size generate.GraphSize, seed uint64) engine.Input {
	p := generate.GraphParams{Name: g.name(), Format: g.format, Options: size.Options(), Seed: seed}
	label := "generate " + p.Name
	if seed != generatedSeed {
		label += fmt.Sprintf(", seed %d", seed)
	}
	return input(adopt.DatasetRole, &engine.Node{Stage: generate.NewGraphs(p), Label: label, Weight: 2})
}

// of is the data of runs with a seed.
func (s source) of(seed uint64) source {
	if s.redrawn != nil {
		s.input = s.redrawn(seed)
	}
	return s
}

// nodeFeatures is how many numbers a node of the dataset has; 0 of texts.
func nodeFeatures(m datasets.Meta) int {
	if m.Graphs == nil {
		return 0
	}
	return m.Graphs.Features
}

// checkTexts wants a dataset of texts.
func (s source) checkTexts() error {
	if s.graphs {
		return fmt.Errorf("dataset %s: %s", s.name, datasets.HoldsGraphs)
	}
	return nil
}

// encoder finds the encoder of a run on the dataset: by name, or what its rows have
// unless one is named.
func (s source) encoder(name string) (rationalizer.EncoderKind, error) {
	if name == "" && s.graphs {
		name = rationalizer.GraphEncoder
	}
	kind, err := rationalizer.LookupEncoder(name)
	switch {
	case err != nil || kind.Graphs == s.graphs:
		return kind, err
	case s.graphs:
		return kind, fmt.Errorf("the encoder %s reads texts, and dataset %s holds graphs; leave --encoder out, or choose %s", kind.Name, s.name, rationalizer.GraphEncoder)
	}
	return kind, fmt.Errorf("the encoder %s reads graphs, and dataset %s holds texts; leave --encoder out, or choose %s", kind.Name, s.name, rationalizer.DefaultEncoder)
}

// otherKind says that a dataset holds what none of the experiments is about; empty
// when one is about its kind, and of one that cannot be read.
func (l *Lab) otherKind(chosen []Experiment, name string) string {
	s := l.sources[name]
	switch {
	case s.damage != nil || slices.ContainsFunc(chosen, func(e Experiment) bool { return e.Graphs == s.graphs }):
		return ""
	case s.graphs:
		return datasets.HoldsGraphs
	}
	return datasets.HoldsTexts
}

// sameKind are the experiments about what a dataset holds.
func (l *Lab) sameKind(chosen []Experiment, name string) []Experiment {
	return slices.DeleteFunc(slices.Clone(chosen), func(e Experiment) bool { return l.otherKind([]Experiment{e}, name) != "" })
}

// checkGraphs wants methods and settings that the run's kind of data has.
func (r *Run) checkGraphs(data source, encoder rationalizer.EncoderKind, over layer) error {
	_, cut := over["max_length"]
	switch {
	case !data.graphs && r.Settings.GraphHyper != (rationalizer.GraphHyper{}):
		return errors.New("settings: mask, readout, normalised_adjacency and no_batch_norm are for graphs")
	case !data.graphs:
		return nil
	case cut:
		return errors.New("settings: max_length is for texts; graphs are read whole")
	}
	return encoder.Check(r.Method, r.config(data))
}

// adopted plans taking a dataset of graphs into the store.
func adopted(data source) *engine.Node {
	return &engine.Node{
		Stage: adopt.New(adopt.Params{Dataset: data.name}), Inputs: []engine.Input{data.input},
		Label: "adopt " + data.name, Weight: 1,
	}
}

// openData opens what models read in an artifact: graphs that were adopted, or
// tokenized texts.
func openData(dir string) (examples.Data, error) {
	adopted, err := adopt.Holds(dir)
	switch {
	case err != nil:
		return nil, err
	case adopted:
		return graphs.Open(dir)
	}
	return texts.Open(dir)
}
