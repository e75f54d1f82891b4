package experiments

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"rationale/datasets"
	"rationale/datasets/generator"
	"rationale/datasets/words"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/pipeline/engine"
	"rationale/stages"
	"rationale/stages/backend"
	"rationale/stages/generate"
	"rationale/stages/tokenize"
	"rationale/tokenizer/embeddings"
)

// Options say with what to work.
type Options struct {
	Data       string // folder of imported datasets
	Embeddings string // folder of the word-vector table
	// Checkpoints is the folder of those that were fetched, Checkpoint the one that
	// experiments begin with in place of their own.
	Checkpoints string
	Checkpoint  string
	Profile     string // "quick" when empty
	Provider    string // the default one when empty
	Device      int
	TF32        bool
	Cores       int // that a run has to itself; 0 where runs go side by side
	Seeds       int // runs of each kind; 0 for the profile's own number
	// Targets are the sparsities that experiments are restricted to, those that have
	// one of them; empty for all, of headline tables those of the profile.
	Targets      []float64
	Attempts     int            // at a target sparsity; 0 for the profile's own number
	SparsityFrom SparsitySource // FromDev when empty
	// Store holds the results that searches for a sparsity go by; without it
	// nothing is done yet.
	Store *engine.Store
}

// flags are what the command line says of the device; nothing of the default one.
func (o Options) flags() []string {
	var out []string
	if o.Provider != "" {
		out = append(out, "--provider", o.Provider)
	}
	if o.Device != 0 {
		out = append(out, "--device", strconv.Itoa(o.Device))
	}
	if o.TF32 {
		out = append(out, "--tf32")
	}
	return out
}

// Lab knows what is there: library, word vectors, datasets.
type Lab struct {
	opts     Options
	book     settingsBook
	profile  profile
	provider runtime.Provider
	backend  backend.Backend
	vectors  *engine.Input // nil without a usable table
	// noVectors says why there is none: ErrNoVectors or a *DamageError.
	noVectors error
	sources   map[string]source
	begun     map[string]*begun              // the checkpoints that were opened, as they are called
	needed    map[string]rationalizer.Memory // by runs' configurations and batches
}

// source is a dataset that runs can be planned on.
type source struct {
	name      string
	format    string
	aspect    string
	options   map[string]string // of the import, those that were given
	classes   []string          // their names, by number
	embedded  bool              // made up by the program, or made of what is
	derived   bool              // made from a dataset by the program
	graphs    bool              // its rows are graphs, not texts
	features  int               // numbers of a node; of graphs
	sentences bool              // texts are marked as sentences
	query     bool              // texts answer a claim or a question
	poisoned  bool              // some texts are an attacker's
	input     engine.Input      // for the role tokenize.DatasetRole
	// redrawn is the input of a run with a seed, of data that each seed draws for
	// itself; nil of all other data.
	redrawn    func(seed uint64) engine.Input
	vectors    *engine.Input // nil for made-up word vectors
	trainTexts int
	// trainTokens is the length of all training texts together; of graphs, the nodes.
	trainTokens int64
	annotated   bool         // test texts have human rationales
	taught      bool         // training texts have human rationales
	judged      bool         // development texts have human rationales
	goldShare   float64      // of the words of training texts, to two decimals; 0 where it is not known
	unfit       string       // why no run can be made on it, by its manifest; empty when one can
	damage      *DamageError // nil when it can be used; otherwise only the name is known
}

// ErrNoVectors is wrapped by the error about a real dataset when there are no
// word vectors.
var ErrNoVectors = errors.New("it needs word vectors and there are none; fetch them with `make embeddings`, or import your own with `rationale data import glove glove.6B.100d.txt`")

// DamageError tells that something is there and cannot be used: a dataset, or
// the table of word vectors.
type DamageError struct {
	What string // "dataset reviews"
	Err  error  // says how to make it again
}

func (e *DamageError) Error() string { return fmt.Sprintf("%s: damaged: %v", e.What, e.Err) }

func (e *DamageError) Unwrap() error { return e.Err }

// generatedAspects are what the embedded reviews are about.
var generatedAspects = []string{"appearance", "aroma", "palate"}

// generatedFormat is the format of reviews that the program makes up, also of a set that
// was derived from them: their words need no table of vectors.
const generatedFormat = "generated"

// generatedSeed is the seed of the embedded dataset's texts.
const generatedSeed = 1

// NewLab looks around. A missing library is an error that says how to get it;
// missing or damaged word vectors are one only once a real dataset needs them,
// and so is a damaged dataset.
func NewLab(o Options) (*Lab, error) {
	book, err := readBook()
	if err != nil {
		return nil, err
	}
	o.Profile = orElse(o.Profile, "quick")
	size, err := book.profile(o.Profile)
	if err != nil {
		return nil, err
	}
	provider, computing, err := o.computing()
	if err != nil {
		return nil, err
	}
	l := &Lab{opts: o, book: book, profile: size, provider: provider, backend: computing, begun: map[string]*begun{}, needed: map[string]rationalizer.Memory{}}
	l.findVectors(o.Embeddings)
	return l, l.findDatasets()
}

// computing is what computes, but for the threads of a run.
func (o Options) computing() (runtime.Provider, backend.Backend, error) {
	provider, err := runtime.FindProvider(o.Provider)
	if err != nil {
		return provider, backend.Backend{}, err
	}
	lib, err := runtime.Locate()
	return provider, backend.Backend{Provider: provider.Name, Library: lib.SHA256, Device: o.Device, TF32: o.TF32}, err
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// findVectors opens the word-vector table, if there is one, for its digest.
func (l *Lab) findVectors(dir string) {
	l.noVectors = ErrNoVectors
	path := filepath.Join(dir, embeddings.FileName)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || dir == "" {
		return
	}
	input, err := external(tokenize.VectorsRole, dir, tokenize.OpenVectors)
	if err != nil {
		l.noVectors = &DamageError{"word vectors", fmt.Errorf("%w; fetch them again with `make embeddings`, or import your own with `rationale data import glove glove.6B.100d.txt`", err)}
		return
	}
	l.vectors = &input
}

// external is an input in a folder outside the store. Its digest is planned with
// as it is now; when the work begins it has to be the same.
func external(role, dir string, open func(dir string) (stages.Opened, error)) (engine.Input, error) {
	opened, err := open(dir)
	if err != nil {
		return engine.Input{}, err
	}
	return engine.Input{Role: role, Dir: dir, Digest: opened.Digest(), Open: open}, opened.Close()
}

// findDatasets lists the generated aspects and everything imported.
func (l *Lab) findDatasets() error {
	l.sources = map[string]source{}
	for _, aspect := range generatedAspects {
		s := l.generated(aspect)
		l.sources[s.name] = s
	}
	for _, set := range generatedGraphs {
		s := set.source(l.profile)
		l.sources[s.name] = s
	}
	names, err := datasets.List(l.opts.Data)
	if err != nil {
		return err
	}
	for _, name := range names {
		s, err := l.imported(name)
		if err != nil {
			s = source{name: name, damage: &DamageError{"dataset " + name, err}}
		}
		l.sources[name] = s
	}
	return nil
}

// Damaged lists what is there and cannot be used. Nothing but what needs it
// is the worse for it.
func (l *Lab) Damaged() []*DamageError {
	var out []*DamageError
	var vectors *DamageError
	if errors.As(l.noVectors, &vectors) {
		out = append(out, vectors)
	}
	for _, name := range l.Datasets() {
		if s := l.sources[name]; s.damage != nil {
			out = append(out, s.damage)
		}
	}
	return out
}

// generated is the embedded dataset, with the label following one aspect.
func (l *Lab) generated(aspect string) source {
	name, size := generator.Prefix+aspect, l.profile
	node := &engine.Node{
		Stage: generate.New(generate.Params{
			Name: name, Aspect: aspect, Train: size.Train, Dev: size.Dev, Test: size.Test,
			Shortest: size.Shortest, Longest: size.Longest, Seed: generatedSeed,
		}),
		Label: "generate " + name, Weight: 2,
	}
	return source{
		name: name, format: generatedFormat, embedded: true, aspect: aspect, classes: []string{"negative", "positive"}, annotated: true, taught: true, judged: true,
		sentences: true, trainTexts: size.Train, trainTokens: int64(size.Train * (size.Shortest + size.Longest) / 2),
		input: engine.Input{Role: tokenize.DatasetRole, From: node},
	}
}

// imported is a dataset of the user's.
func (l *Lab) imported(name string) (source, error) {
	set, err := datasets.Open(l.opts.Data, name)
	if err != nil {
		return source{}, err
	}
	defer set.Close()
	meta, dir := set.Meta(), filepath.Join(l.opts.Data, name)
	train, dev := meta.Splits["train"], meta.Splits["dev"]
	return source{
		name: name, format: meta.Format, embedded: meta.Format == generatedFormat, aspect: strings.ToLower(meta.Aspect), options: meta.Options, classes: meta.Classes,
		sentences: meta.WordRule == words.Sentences,
		query:     meta.QueryRule != "" && meta.ConstantQuery == "", unfit: meta.Unfit(), derived: meta.DerivedFrom != nil, poisoned: meta.Poisoned != "",
		annotated: meta.Splits["test"].WithRationale > 0, taught: train.WithRationale > 0, judged: dev.WithRationale > 0, goldShare: goldShare(train),
		graphs: meta.Graphs != nil, features: nodeFeatures(meta),
		vectors: l.vectors, trainTexts: train.Rows, trainTokens: train.Tokens + train.Nodes,
		input: engine.Input{Role: tokenize.DatasetRole, Dir: dir, Digest: set.Digest(), Open: tokenize.OpenDataset},
	}, nil
}

// goldShare is the share of a split's words or nodes that people marked, to two
// decimals.
func goldShare(of datasets.SplitMeta) float64 {
	return math.Round(100*datasets.Share(int(of.RationaleTokens+of.RationaleNodes), int(of.Tokens+of.Nodes))) / 100
}

// target is the class that an attack wants: the first one, which of the paper's data is
// REFUTES, False, NEG or negative.
func (s source) target() string { return s.classes[0] }

// claims tells that the texts are documents in sentences, each about a claim or a
// question: BadRNL's "sentence-level datasets".
func (s source) claims() bool { return s.query && s.sentences }

// dataset finds a dataset of texts by name.
func (l *Lab) dataset(name string) (source, error) {
	s, err := l.anyDataset(name)
	if err == nil {
		err = l.checkVectors(s)
	}
	return s, err
}

// checkVectors wants word vectors where a dataset needs them.
func (l *Lab) checkVectors(s source) error {
	if s.worded() {
		return nil
	}
	return fmt.Errorf("dataset %s: %w", s.name, l.noVectors)
}

// worded tells that there are vectors for the dataset's words: those of the table, random
// ones for made-up words, and none for graphs, which have no words.
func (s source) worded() bool { return s.embedded || s.graphs || s.vectors != nil }

// anyDataset is dataset without the need of word vectors.
func (l *Lab) anyDataset(name string) (source, error) {
	s, err := l.found(name)
	if err == nil {
		err = s.checkTexts()
	}
	return s, err
}

// runnable is a dataset of texts or graphs that runs can be made on.
func (l *Lab) runnable(name string) (source, error) {
	s, err := l.fit(name)
	if err == nil {
		err = l.checkVectors(s)
	}
	return s, err
}

// fit is runnable without the need of word vectors.
func (l *Lab) fit(name string) (source, error) {
	s, err := l.found(name)
	if err == nil && s.unfit != "" {
		err = fmt.Errorf("dataset %s: %s", name, s.unfit)
	}
	return s, err
}

// found is a dataset of texts or graphs.
func (l *Lab) found(name string) (source, error) {
	s, ok := l.sources[name]
	switch {
	case !ok:
		return s, fmt.Errorf("no dataset %q; there are %s. Import one with `rationale data import`", name, strings.Join(l.Datasets(), ", "))
	case s.damage != nil:
		return s, s.damage
	}
	return s, nil
}

// Datasets lists the names of the datasets that are there.
func (l *Lab) Datasets() []string { return slices.Sorted(maps.Keys(l.sources)) }

// ofUsers lists those that the program did not make up.
func (l *Lab) ofUsers() []string {
	return slices.DeleteFunc(l.Datasets(), func(name string) bool { return l.sources[name].embedded })
}
