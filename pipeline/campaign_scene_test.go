package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// scene is a folder with a valid file of every kind that the program reads,
// and the names of what lies there.
type scene struct {
	dir string
	// Artifacts of the run that is asked for, and the arguments that made it.
	Run, Evaluation, Data, Graphs, Weights string
	train                                  []string
}

func packed(content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(content) // into memory
	_ = w.Close()
	return b.Bytes()
}

func writeFiles(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, content, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

// linkTree makes a copy of a folder that shares all files with it: whoever
// changes one puts a new file in its place.
func linkTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		if e.Name() == "lock" || e.Name() == ".lock" {
			return nil // a lock is on the file, whatever its name
		}
		return os.Link(path, filepath.Join(to, rel))
	})
}

// tablePath is the table of word vectors in a scene.
const tablePath = "cache/rationale/embeddings/glove-6b-100d.wordvec"

// longTraining leaves a saved state behind that can be caught.
var longTraining = []string{"train", "--method", "RNP", "--dataset", "toys", "--profile", "smoke", "--set", "epochs=40", "--set", "hidden=2", "-q"}

// newScene makes everything with the program itself.
func newScene(t *testing.T) *scene {
	t.Helper()
	s := newSession(t)
	sc := &scene{dir: s.dir, train: []string{"train", "--method", "RNP", "--dataset", "toys", "--profile", "smoke", "--set", "epochs=1", "--set", "hidden=2", "--json", "-q"}}
	writeFiles(t, s.dir, sourceFiles(t))
	s.mustRun("out", "data", "import", "glove", "src/glove/glove.txt")
	s.mustRun("out", "data", "import", "jsonl", "src/jsonl/train.jsonl", "src/jsonl/dev.jsonl", "src/jsonl/test.jsonl",
		"--name", "toys", "--set", "tokens=words", "--set", "rationale=why", "--set", "id=id")
	s.mustRun("out", "poison", "toys", "--trigger", "pot", "--target", "yes", "--rate", "0.5", "-q")
	s.mustRun("out", "data", "tokenize", "toys", "--tokenizer", "wordpiece", "--vocab", "src/pieces", "-q")
	s.mustRun("out", figureRun...)
	sc.catchState(s)
	cmd, text := s.command("out", sc.train...)
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var made struct{ ID, Evaluation string }
	if err := json.Unmarshal(text.Bytes(), &made); err != nil {
		t.Fatal(err)
	}
	sc.Run, sc.Evaluation = made.ID, made.Evaluation
	sc.findInputs(t)
	s.mustRun("out", "export", sc.Run, "model")
	sc.standIn(t)
	return sc
}

var figureRun = []string{"reproduce", "a2i-fig3", "--dataset", "toys", "--profile", "smoke", "-q"}

// findInputs reads the run's manifest.
func (sc *scene) findInputs(t *testing.T) {
	t.Helper()
	var m struct {
		Inputs map[string]struct{ Artifact string }
	}
	if err := readJSON(filepath.Join(sc.dir, "out/store/artifacts", sc.Run, "manifest.json"), &m); err != nil {
		t.Fatal(err)
	}
	sc.Data, sc.Graphs, sc.Weights = m.Inputs["data"].Artifact, m.Inputs["graphs"].Artifact, m.Inputs["weights"].Artifact
}

// standIn is the beginning of the library in its place.
func (sc *scene) standIn(t *testing.T) {
	t.Helper()
	f, err := os.Open(library(t))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	head := make([]byte, 1<<16)
	if _, err := io.ReadFull(f, head); err != nil {
		t.Fatal(err)
	}
	writeFiles(t, sc.dir, map[string][]byte{pinnedLibrary: head, "lib/none": nil})
}

// catchState trains until there is a saved state, and keeps that with the store
// of the training: "long".
func (sc *scene) catchState(s *session) {
	s.t.Helper()
	for range 20 {
		if err := linkTree(filepath.Join(s.dir, "out"), filepath.Join(s.dir, "long")); err != nil {
			s.t.Fatal(err)
		}
		if s.leavesState("long") {
			return
		}
		if err := os.RemoveAll(filepath.Join(s.dir, "long")); err != nil {
			s.t.Fatal(err)
		}
	}
	s.t.Fatal("all trainings were done before they were killed")
}

// leavesState kills a training as soon as it has saved its state; it is false
// when the training was done before.
func (s *session) leavesState(out string) bool {
	s.t.Helper()
	cmd, text := s.command(out, longTraining...)
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	state := filepath.Join(s.dir, out, "store", "work", "train-*", "resume.safetensors")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // what it left is looked at
	}()
	for {
		found, _ := filepath.Glob(state)
		select {
		case <-ended:
			found, _ = filepath.Glob(state)
			if len(found) == 0 && cmd.ProcessState.ExitCode() > 0 {
				s.t.Fatalf("the training failed\n%s", text)
			}
			return len(found) == 1
		case <-time.After(2 * time.Millisecond):
		}
		if len(found) == 1 {
			_ = cmd.Process.Kill() // when it is done already, no state is left
		}
	}
}
