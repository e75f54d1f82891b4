package experiments

import (
	"errors"
	"fmt"
	"path/filepath"

	"rationale/datasets/quote"
	"rationale/onnx/nn"
	"rationale/onnx/pretrained"
	"rationale/onnx/rationalizer"
	"rationale/pipeline/checkpoints"
	"rationale/pipeline/engine"
	"rationale/stages/checkpoint"
	"rationale/stages/graphs"
	"rationale/stages/tokenize"
	"rationale/stages/weights"
)

// begun is the checkpoint that a run's encoders begin with.
type begun struct {
	name  string // for people
	form  nn.BERT
	input engine.Input // for the role checkpoint.Role
}

// beginning opens the checkpoint of a run; nil for encoders that begin with none,
// which read texts by word vectors.
func (l *Lab) beginning(spec RunSpec, data source, encoder rationalizer.EncoderKind) (*begun, error) {
	begun, err := l.opened(spec, encoder)
	if err == nil && begun == nil {
		err = l.checkVectors(data)
	}
	return begun, err
}

// opened is the checkpoint of a run, opened once for all runs.
func (l *Lab) opened(spec RunSpec, encoder rationalizer.EncoderKind) (*begun, error) {
	if b := l.begun[spec.Checkpoint]; b != nil && encoder.Pretrained {
		return b, nil
	}
	b, err := beginning(l.opts.Checkpoints, spec.Checkpoint, encoder)
	if b != nil {
		l.begun[spec.Checkpoint] = b
	}
	return b, err
}

// beginning opens the checkpoint that an encoder is to begin with: a folder's, or by
// its name one in the folder of those that were fetched.
func beginning(fetched, given string, encoder rationalizer.EncoderKind) (*begun, error) {
	switch {
	case !encoder.Pretrained && given != "":
		return nil, fmt.Errorf("the encoder %s begins with no checkpoint; leave --checkpoint out, or choose an encoder that does with --encoder (see \"list encoders\")", encoder.Name)
	case !encoder.Pretrained:
		return nil, nil
	case given == "":
		return nil, fmt.Errorf("the encoder %s begins with a checkpoint: give its folder, with config.json, model.safetensors and vocab.txt, by --checkpoint DIR, or --checkpoint %s for the one that `make bert` fetches", encoder.Name, checkpoints.MiniLM.Name)
	}
	dir, err := checkpoints.Folder(fetched, given)
	if err != nil {
		return nil, err
	}
	form, err := pretrained.ReadConfig(dir)
	if err != nil {
		return nil, err
	}
	in, err := external(checkpoint.Role, dir, checkpoint.Open)
	if err != nil {
		return nil, err
	}
	return &begun{quote.Name(filepath.Base(dir)), form, in}, nil
}

// pretrainedSettings are the settings of encoders that begin with a checkpoint.
type pretrainedSettings struct {
	// Pace is the encoders' share of the learning rate, Frozen how many of their lowest
	// layers do not learn, Tables whether their tables of words, positions and types do,
	// Recompute what saves memory.
	Pace      float64      `toml:"encoder_pace,omitempty"`
	Frozen    int          `toml:"frozen_layers,omitempty"`
	Tables    bool         `toml:"train_tables,omitempty"`
	Recompute nn.Recompute `toml:"recompute,omitempty"`
}

// check wants the settings to be those of encoders with or without a checkpoint, and
// texts that these have places for.
func (b *begun) check(s Settings) error {
	switch {
	case b == nil && s.pretrainedSettings != (pretrainedSettings{}):
		return errors.New("settings: encoder_pace, frozen_layers, train_tables and recompute are for encoders that begin with a checkpoint")
	case b != nil && s.MaxLength > b.form.Positions:
		return fmt.Errorf("settings: max_length = %d; the checkpoint %s has places for %d pieces", s.MaxLength, b.name, b.form.Positions)
	case b != nil:
		return b.encoders(s).Check()
	}
	return nil
}

// encoders are the form and settings of encoders that begin with the checkpoint; nil
// where they begin with none.
func (b *begun) encoders(s Settings) *rationalizer.BERTHyper {
	if b == nil {
		return nil
	}
	return &rationalizer.BERTHyper{
		BERT: b.form, Checkpoint: b.name,
		Pace: s.Pace, FrozenLayers: s.Frozen, TrainTables: s.Tables, Recompute: s.Recompute,
	}
}

// read plans reading the run's data: graphs as they are, texts word by word or in the
// checkpoint's pieces.
func (r *Run) read(data source) *engine.Node {
	switch {
	case data.graphs:
		return adopted(data)
	case r.begun == nil:
		return tokenized(data, r.Settings)
	}
	p := tokenize.Params{Dataset: data.name, MaxLength: r.Settings.MaxLength, Tokenizer: tokenize.WordPiece, Checkpoint: r.begun.name}
	return pieces(data, p, r.begun.input)
}

// firstWeights plans the first parameters of graphs: drawn, but for encoders that
// begin with a checkpoint.
func (b *begun) firstWeights(made *engine.Node, seed uint64, label string) *engine.Node {
	n := &engine.Node{
		Stage: weights.New(weights.Params{Seed: seed}), Inputs: []engine.Input{input(weights.GraphsRole, made)},
		Label: label, Weight: 0.1,
	}
	if b != nil {
		n.Inputs = append(n.Inputs, b.input)
	}
	return n
}

// Begin has the attacker begin with the given checkpoint, which is that of the model
// where its encoders began with one; empty for none. Those that were fetched are in
// the folder fetched.
func (t *Target) Begin(fetched, given string) error {
	encoder, err := rationalizer.LookupEncoder(t.Graphs.Encoder)
	if err != nil {
		return err
	}
	if t.begun, err = beginning(fetched, given, encoder); err != nil || t.begun == nil {
		return err
	}
	if t.begun.form != t.Graphs.BERT.BERT {
		return fmt.Errorf("the checkpoint %s has another form than %s, with which the model began", t.begun.name, t.Graphs.BERT.Checkpoint)
	}
	return nil
}

// encoderName is an encoder's name, with its checkpoint's.
func encoderName(g graphs.Params) string {
	if g.BERT == nil {
		return g.Encoder
	}
	return g.Encoder + " " + g.BERT.Checkpoint
}
