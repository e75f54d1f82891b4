package experiments

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rationale/datasets"
	"rationale/datasets/formats"
	"rationale/pipeline/engine"
	"rationale/stages"
	"rationale/stages/dataset"
	"rationale/stages/tokenize"
	"rationale/tokenizer/embeddings"
)

// The inputs from outside the store, and how many contents each of them takes.
const (
	reviews    = "reviews"
	vectors    = "vectors"
	vocabulary = "vocabulary"
)

var contents = map[string]int{reviews: 3, vectors: 2, vocabulary: 2}

// world is a data folder, word vectors, a vocabulary and a store.
type world struct {
	dir, sources string
	lab          Lab // knows library and settings
}

func newWorld(dir, sources string, lab *Lab) *world {
	w := &world{dir: dir, sources: sources, lab: *lab}
	w.lab.opts.Data = filepath.Join(dir, "data")
	return w
}

// writeSources makes what is imported: version v of each input.
func writeSources(t *testing.T, dir string) {
	t.Helper()
	write := func(v int, name string, lines ...string) {
		path := filepath.Join(dir, strconv.Itoa(v), name)
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644))
		if err != nil {
			t.Fatal(err)
		}
	}
	for v := range 3 {
		var rows []string
		for i, split := range []string{"train", "train", "dev", "dev", "test", "test"} {
			rows = append(rows, fmt.Sprintf(`{"text": "tea number %d of kind %c", "label": "%d", "split": %q}`, i, 'a'+v, (i+v)%2, split))
		}
		write(v, "rows.jsonl", rows...)
		write(v, "glove.txt", "tea"+strings.Repeat(fmt.Sprintf(" .%d", v+1), embeddings.DefaultDim), "kind"+strings.Repeat(" 1", embeddings.DefaultDim))
		write(v, "vocab.txt", "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "tea", "kind", "of", string(rune('a'+v)))
	}
}

// put imports version v of an input, as the program does. at is called while a
// dataset is being read.
func (w *world) put(input string, v int, at func(place string)) error {
	source := func(name string) string { return filepath.Join(w.sources, strconv.Itoa(v), name) }
	target := filepath.Join(w.dir, input)
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	switch input {
	case vectors:
		return embeddings.BuildFile(context.Background(), source("glove.txt"), embeddings.GloVe, filepath.Join(target, embeddings.FileName), nil)
	case vocabulary:
		data, err := os.ReadFile(source("vocab.txt"))
		return errors.Join(err, os.WriteFile(filepath.Join(target, ".new"), data, 0o644),
			os.Rename(filepath.Join(target, ".new"), filepath.Join(target, "vocab.txt")))
	}
	_, err := formats.Import(context.Background(), w.lab.opts.Data, formats.ImportOptions{
		Format: "jsonl", Name: reviews, Sources: []string{source("rows.jsonl")}, Split: "column=split",
	}, func(int64, int64) { at("importing") })
	return err
}

// plan looks around as a command does, and plans. The stages call at before,
// while and after they read.
func (w *world) plan(at func(place string), interrupt func() error) (*engine.Plan, error) {
	lab := w.lab
	lab.vectors = nil
	lab.findVectors(filepath.Join(w.dir, vectors))
	if err := lab.findDatasets(); err != nil {
		return nil, err
	}
	data, err := lab.dataset(reviews)
	if err != nil {
		return nil, err
	}
	words, err := lab.Tokenized(reviews, tokenize.Words, "", 0)
	if err != nil {
		return nil, err
	}
	pieces, err := lab.Tokenized(reviews, tokenize.WordPiece, filepath.Join(w.dir, vocabulary), 0)
	if err != nil {
		return nil, err
	}
	train := &engine.Node{Stage: &trainer{at, interrupt}, Inputs: []engine.Input{{Role: "words", From: words}, {Role: "pieces", From: pieces}}}
	evaluate := &engine.Node{Stage: &evaluator{at}, Inputs: []engine.Input{{Role: "run", From: train}, data.input}}
	for _, n := range []*engine.Node{words, pieces, train, evaluate} {
		n.Stage = &stopping{n.Stage, at}
		for i, in := range n.Inputs {
			if in.From == nil {
				n.Inputs[i].Open = func(dir string) (stages.Opened, error) {
					at("open")
					defer at("opened")
					return in.Open(dir)
				}
			}
		}
	}
	return engine.NewPlan(evaluate)
}

// stopping is a stage with places before and after its work.
type stopping struct {
	stages.Stage
	at func(place string)
}

func (s *stopping) Run(ctx context.Context, env *stages.Env) error {
	s.at("read")
	defer s.at("publish")
	return s.Stage.Run(ctx, env)
}

// trainer stands for training: what it was fed goes through some steps, and it
// goes on from the last one after an interruption.
type trainer struct {
	at        func(place string)
	interrupt func() error
}

func (*trainer) Name() string { return "toytrain" }
func (*trainer) Version() int { return 1 }
func (*trainer) Params() any  { return struct{}{} }

func (s *trainer) Run(_ context.Context, env *stages.Env) error {
	state, err := os.ReadFile(filepath.Join(env.Work, "state"))
	if err != nil {
		words, err := digestOf(env.Inputs["words"])
		if err != nil {
			return err
		}
		pieces, err := digestOf(env.Inputs["pieces"])
		if err != nil {
			return err
		}
		state = []byte(words + pieces)
	}
	for len(state) < 2*64+3 {
		s.at("step")
		if err := s.interrupt(); err != nil {
			return err
		}
		state = append(state, '+')
		if err := os.WriteFile(filepath.Join(env.Work, "state"), state, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(env.Out, "model"), state, 0o644)
}

// evaluator stands for a stage that reads the dataset again: it writes down the
// texts beside the model.
type evaluator struct{ at func(place string) }

func (*evaluator) Name() string { return "toyevaluate" }
func (*evaluator) Version() int { return 1 }
func (*evaluator) Params() any  { return struct{}{} }

func (s *evaluator) Run(_ context.Context, env *stages.Env) error {
	set, done, err := dataset.Open(env, tokenize.DatasetRole, reviews)
	if err != nil {
		return err
	}
	defer done()
	model, err := os.ReadFile(filepath.Join(env.Inputs["run"], "model"))
	if err != nil {
		return err
	}
	return stages.WriteFile(filepath.Join(env.Out, "texts"), func(out io.Writer) error {
		fmt.Fprintf(out, "%s\n", model)
		for _, name := range datasets.SplitNames {
			s.at("text")
			split, err := set.Split(name)
			if err != nil {
				return err
			}
			text, err := split.Text(split.Len() - 1)
			if err != nil {
				return err
			}
			fmt.Fprintln(out, text.ID, text.Label, text.Tokens)
		}
		return nil
	})
}

// digestOf covers the names and bytes of all files in a folder.
func digestOf(dir string) (string, error) {
	h := sha256.New()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		fmt.Fprintf(h, "%s %x\n", strings.TrimPrefix(path, dir), data)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)), err
}
