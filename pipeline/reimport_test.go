package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/go-cmp/cmp"

	"rationale/datasets/formats"
	"rationale/pipeline/disk"
	"rationale/tokenizer/embeddings"
)

// outside is a session with inputs from outside the store, in two versions each.
type outside struct{ *session }

func newOutside(t *testing.T) outside {
	s := outside{newSession(t)}
	s.importDataset("first")
	s.importVectors("first")
	return s
}

// importDataset puts a version of the dataset in place, in this process, so that
// a test can choose the moment.
func (s outside) importDataset(version string) {
	s.t.Helper()
	var rows strings.Builder
	for i := range 60 {
		fmt.Fprintf(&rows, `{"text": "%s text %d is %s", "label": "%d"}`+"\n", version, i, []string{"good", "bad"}[i%2], (i+len(version))%2)
	}
	path := filepath.Join(s.dir, version+".jsonl")
	if err := os.WriteFile(path, []byte(rows.String()), 0o644); err != nil {
		s.t.Fatal(err)
	}
	_, err := formats.Import(s.t.Context(), filepath.Join(s.dir, "data"), formats.ImportOptions{
		Format: "jsonl", Name: "reviews", Sources: []string{path}, Split: "dev=0.2,test=0.2", Seed: 1,
	}, nil)
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s outside) importVectors(version string) {
	s.t.Helper()
	table := filepath.Join(s.dir, "cache", "rationale", "embeddings", embeddings.FileName)
	if err := makeFolder(filepath.Dir(table)); err != nil {
		s.t.Fatal(err)
	}
	words := []string{version, "text", "is", "good", "bad"}
	err := embeddings.Build(s.t.Context(), embeddings.Input{Reader: bytes.NewReader(glove(words)), Format: embeddings.GloVe, Name: version}, table, nil)
	if err != nil {
		s.t.Fatal(err)
	}
}

// train is the command that the inputs are for.
func (s outside) train(out string, epochs int) (*exec.Cmd, *bytes.Buffer) {
	return s.command(out, "train", "--method", "RNP", "--dataset", "reviews", "--data", "data", "--profile", "smoke",
		"--set", "hidden=6", "--set", "batch=8", "--set", fmt.Sprint("epochs=", epochs))
}

func (s outside) mustTrain(out string, epochs int) {
	s.t.Helper()
	cmd, text := s.train(out, epochs)
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("%v\n%s", err, text)
	}
}

// output is what the program prints.
func (s outside) output(out string, args ...string) string {
	s.t.Helper()
	cmd, text := s.command(out, args...)
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("%v: %v\n%s", args, err, text)
	}
	return text.String()
}

// artifacts are the SHA-256 of all files of a store.
func (s outside) artifacts(out string) map[string]string {
	s.t.Helper()
	return fileSums(s.t, filepath.Join(s.dir, out, "store", "artifacts"), ".")
}

// TestReimportWhileWaiting: what was planned on is imported anew while the
// command waits for the store. It stops and says what changed; once the old data
// is back, it does what an undisturbed one did.
func TestReimportWhileWaiting(t *testing.T) {
	for what, replace := range map[string]func(s outside, version string){
		"the input dataset in": outside.importDataset,
		"the input vectors in": outside.importVectors,
	} {
		t.Run(what, func(t *testing.T) {
			s := newOutside(t)
			s.mustTrain("calm", 1)
			text := s.trainBehindALock("out", func() { replace(s, "second") })
			for _, want := range []string{what, "has changed since the work was planned", "its digest was ", "run the command again"} {
				if !strings.Contains(text, want) {
					t.Errorf("%q is missing in\n%s", want, text)
				}
			}
			if stored := s.artifacts("out"); len(stored) > 0 {
				t.Errorf("stored %v", stored)
			}
			replace(s, "first")
			s.mustTrain("out", 1)
			if diff := cmp.Diff(s.artifacts("calm"), s.artifacts("out")); diff != "" {
				t.Errorf("undisturbed (-) and disturbed (+) runs differ:\n%s", diff)
			}
		})
	}
}

// trainBehindALock starts training while somebody has the store, lets meanwhile
// happen once it waits, and frees the store. The training must fail.
func (s outside) trainBehindALock(out string, meanwhile func()) string {
	s.t.Helper()
	store := filepath.Join(s.dir, out, "store")
	lock := flock.New(filepath.Join(store, "lock"))
	if err := disk.Claim(disk.Real{}, store, "store", nil); err != nil {
		s.t.Fatal(err)
	}
	if ok, err := lock.TryLock(); !ok {
		s.t.Fatalf("no lock: %v", err)
	}
	cmd, _ := s.train(out, 1)
	text := newWaiter("waiting for the store")
	cmd.Stdout, cmd.Stderr = text, text
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-text.seen:
	case <-time.After(time.Minute):
		s.t.Error("it did not wait")
	}
	meanwhile()
	if err := lock.Unlock(); err != nil {
		s.t.Fatal(err)
	}
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitFailed {
		s.t.Errorf("exit code %d, want %d\n%s", code, exitFailed, &text.got)
	}
	return text.got.String()
}

// waiter keeps what is written to it and tells when a text has come.
type waiter struct {
	got  bytes.Buffer // not embedded: it would be read into behind Write's back
	text string
	seen chan struct{} // closed
}

func newWaiter(text string) *waiter { return &waiter{text: text, seen: make(chan struct{})} }

func (w *waiter) Write(p []byte) (int, error) {
	before := strings.Contains(w.got.String(), w.text)
	n, err := w.got.Write(p)
	if !before && strings.Contains(w.got.String(), w.text) {
		close(w.seen)
	}
	return n, err
}

// TestReimportDuringTraining: other data takes the place of the dataset while a
// run trains on it. The run ends as if nothing had happened, and what is shown of
// it afterwards are the texts that it was given.
func TestReimportDuringTraining(t *testing.T) {
	const epochs = 150
	s := newOutside(t)
	s.mustTrain("calm", epochs)
	cmd, text := s.train("out", epochs)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitForWork(t, filepath.Join(s.dir, "out", "store", "work"))
	s.importDataset("second")
	if evaluated, _ := filepath.Glob(filepath.Join(s.dir, "out", "store", "*", "evaluate-*")); len(evaluated) > 0 {
		t.Fatal("the run was too fast for this test")
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if diff := cmp.Diff(s.artifacts("calm"), s.artifacts("out")); diff != "" {
		t.Errorf("undisturbed (-) and disturbed (+) runs differ:\n%s", diff)
	}
	for _, out := range []string{"calm", "out"} {
		shown := s.output(out, "explain", "train-", "--json")
		if !strings.Contains(shown, `"first"`) || strings.Contains(shown, `"second"`) {
			t.Errorf("%s: explain shows\n%s", out, shown)
		}
		s.output(out, "export", "train-", "model-"+out, "--data", "data")
		card, err := os.ReadFile(filepath.Join(s.dir, "model-"+out, cardFile))
		if err != nil || !strings.Contains(string(card), "Its description is no longer at hand.") {
			t.Errorf("%s: the card describes data that the model never saw, or is missing: %v\n%s", out, err, card)
		}
	}
}
