// Package stagetest helps tests that run stages: it makes tiny data and
// compares what stages write.
package stagetest

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/datasets"
	"rationale/datasets/formats"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/stages"
	"rationale/stages/checkpoint"
	"rationale/stages/dataset"
	"rationale/stages/generate"
	"rationale/stages/graphs"
	"rationale/stages/tokenize"
	"rationale/stages/weights"
)

// The tiny data: its name, the length at which texts are cut, and the width
// of the made-up word vectors.
const (
	Dataset   = "tiny"
	MaxLength = 24
	Width     = 6
)

// The rows of the tiny data. Batches of 16 leave a smaller one at the end.
const (
	Train = 40
	Dev   = 24
	Test  = 20
)

// Progress calls itself with the units reported so far.
type Progress func(done int64)

type counter struct {
	call Progress
	done int64
}

func (*counter) Total(int64) {}

func (c *counter) Advance(units int64, _ string) {
	c.done += units
	c.call(c.done)
}

// Env is the surroundings of a stage: these inputs, empty folders, one thread,
// nobody to listen. Folders of word vectors and vocabularies are opened.
func Env(t testing.TB, inputs map[string]string) *stages.Env {
	t.Helper()
	env := &stages.Env{
		Inputs: maps.Clone(inputs), Opened: map[string]stages.Opened{}, Out: t.TempDir(), Work: t.TempDir(), Threads: 1,
		Progress: &counter{call: func(int64) {}}, Log: slog.New(slog.DiscardHandler),
	}
	for role, open := range map[string]func(string) (stages.Opened, error){
		tokenize.VectorsRole: tokenize.OpenVectors, tokenize.VocabularyRole: tokenize.OpenVocabulary,
		checkpoint.Role: checkpoint.Open,
	} {
		dir, given := inputs[role]
		if !given {
			continue
		}
		opened, err := open(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { opened.Close() })
		delete(env.Inputs, role)
		env.Opened[role] = opened
	}
	return env
}

// Watch makes the stage's progress known to a test.
func Watch(env *stages.Env, p Progress) { env.Progress = &counter{call: p} }

// Run runs a stage and gives the folder of its output.
func Run(t testing.TB, s stages.Stage, inputs map[string]string) string {
	t.Helper()
	env := Env(t, inputs)
	if err := s.Run(context.Background(), env); err != nil {
		t.Fatalf("%s: %v", s.Name(), err)
	}
	return env.Out
}

// Generated is the tiny data.
func Generated(t testing.TB) string {
	t.Helper()
	return Run(t, generate.New(generate.Params{
		Name: Dataset, Aspect: "aroma", Train: Train, Dev: Dev, Test: Test, Seed: 1,
	}), nil)
}

// Tokenized is a dataset on random word vectors.
func Tokenized(t testing.TB, dataset, name string) string {
	t.Helper()
	return Run(t, tokenize.New(tokenize.Params{
		Dataset: name, MaxLength: MaxLength, RandomVectors: 1, RandomWidth: Width,
	}), map[string]string{tokenize.DatasetRole: dataset})
}

// Set is a dataset in the output of a stage, or in a data folder, open until the test
// ends.
func Set(t testing.TB, dir, name string) *datasets.Set {
	t.Helper()
	set, err := datasets.OpenDir(dataset.Folder(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	return set
}

// Texts are all texts of a split.
func Texts(t testing.TB, set *datasets.Set, name string) []datasets.Text {
	t.Helper()
	split, err := set.Split(name)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]datasets.Text, split.Len())
	for i := range all {
		if all[i], err = split.Text(i); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// RealData is the folder of real data, which has to hold these folders: the
// one that RATIONALE_DATA names, or shared/data beside the repository. Without
// it the test is skipped.
func RealData(t testing.TB, folders ...string) string {
	t.Helper()
	root := os.Getenv("RATIONALE_DATA")
	if root == "" {
		root = filepath.Join(repository(t), "..", "shared", "data")
	}
	for _, folder := range folders {
		if _, err := os.Stat(filepath.Join(root, folder)); err != nil {
			t.Skipf("no real data: %v (RATIONALE_DATA names its folder)", err)
		}
	}
	return root
}

// repository is the folder of go.mod.
func repository(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("no go.mod above the test")
	return ""
}

// Small are the settings of a tiny model of a method.
func Small(method string) graphs.Params {
	h := rationalizer.Defaults()
	h.Hidden = 4
	flags, constants, _ := options(method)
	return graphs.Params{
		Method: method, Encoder: rationalizer.DefaultEncoder, Hyper: h,
		Flags: flags, Constants: constants, StepsPerRun: 1,
	}
}

// Scalars are the numbers of a tiny run of a method.
func Scalars(method string) map[string]float64 {
	_, _, scalars := options(method)
	for name, x := range map[string]float64{"lambda_sparsity": 1, "lambda_coherence": .2} {
		if _, ok := scalars[name]; ok {
			scalars[name] = x
		}
	}
	return scalars
}

// options are a method's usual ones. A method that there is not is the test's
// own mistake.
func options(method string) (flags map[string]bool, constants, scalars rationalizer.Values) {
	m, err := rationalizer.Lookup(method)
	if err != nil {
		panic(err)
	}
	all, err := m.Complete(nil)
	if err != nil {
		panic(err)
	}
	return m.Split(all)
}

// Graphs makes the graphs of a model for a dataset, tokenized or of graphs.
func Graphs(t testing.TB, p graphs.Params, data string) string {
	t.Helper()
	return Run(t, graphs.New(p, opener(p)), map[string]string{graphs.DataRole: data})
}

// Weights draws the first parameters of graphs.
func Weights(t testing.TB, dir string, seed uint64) string {
	t.Helper()
	return Run(t, weights.New(weights.Params{Seed: seed}), map[string]string{weights.GraphsRole: dir})
}

// Library is the digest of the onnxruntime library. Without one the test
// fails: results that were never checked must not pass for checked ones.
func Library(t testing.TB) string {
	t.Helper()
	lib, err := runtime.Locate()
	if err != nil {
		t.Fatal(err)
	}
	return lib.SHA256
}

// SameFiles demands that two folders hold the same files with the same bytes.
func SameFiles(t testing.TB, got, want string) {
	t.Helper()
	a, b := Files(t, got), Files(t, want)
	names := slices.Sorted(maps.Keys(b))
	if !slices.Equal(slices.Sorted(maps.Keys(a)), names) {
		t.Errorf("files %v; want %v", slices.Sorted(maps.Keys(a)), names)
	}
	for _, name := range names {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s differs", name)
		}
	}
}

// Files reads all files of a folder, by their paths in it.
func Files(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		out[name], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Vocabulary is the folder of a tiny WordPiece vocabulary: the letters, and a
// few words and ends of words.
func Vocabulary(t testing.TB) string {
	t.Helper()
	tokens := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "good", "##ness", "##er"}
	for c := 'a'; c <= 'z'; c++ {
		tokens = append(tokens, string(c), "##"+string(c))
	}
	dir := t.TempDir()
	content := strings.Join(tokens, "\n") + "\n"
	if err := os.WriteFile(filepath.Join(dir, "vocab.txt"), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Import stores rows of JSON, whose column "split" deals them, as a dataset,
// with the format's options as given.
func Import(t testing.TB, name, rows string, options map[string]string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.jsonl")
	if err := os.WriteFile(path, []byte(rows), 0o644); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	_, err := formats.Import(context.Background(), dir, formats.ImportOptions{
		Format: "jsonl", Name: name, Sources: []string{path}, Split: "column=split", Options: options,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
