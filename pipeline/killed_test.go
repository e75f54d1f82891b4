package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rationale/pipeline/engine"
	"rationale/stages/stagetest"
)

// The second searches for the s of two runs, which takes further rounds; the third is
// on graphs.
var (
	smokeRun  = []string{"reproduce", "a2i-fig3", "--profile", "smoke"}
	searchRun = []string{"reproduce", "a2i-fig8", "--profile", "smoke", "--dataset", "generated-aroma", "--target", "0.3"}
	graphsRun = []string{"reproduce", "a2i-table3", "--profile", "smoke", "--dataset", "generated-ba2motifs"}
)

// bertRun has encoders that begin with a checkpoint.
func bertRun(t *testing.T) []string {
	return []string{"reproduce", "a2i-table4", "--profile", "smoke", "--dataset", "generated-aroma", "--checkpoint", stagetest.Checkpoint(t)}
}

// TestKilledRunsCostNothing: killed with SIGKILL at random moments and started
// again each time, the program ends with the same bytes as a run that nobody
// disturbed, and needs no tidying by hand. Asked once more it answers within a
// second of the processor and writes nothing.
func TestKilledRunsCostNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("trains models many times over")
	}
	t.Run("figure", func(t *testing.T) { newSession(t).killTimeAndAgain(20, smokeRun) })
	t.Run("search", func(t *testing.T) { newSession(t).killTimeAndAgain(10, searchRun) })
	t.Run("graphs", func(t *testing.T) { newSession(t).killTimeAndAgain(10, graphsRun) })
	t.Run("checkpoint", func(t *testing.T) { newSession(t).killTimeAndAgain(10, bertRun(t)) })
}

// killTimeAndAgain ends the program by force so many times.
func (s *session) killTimeAndAgain(kills int, args []string) {
	t := s.t
	whole := s.mustRun("whole", args...)
	random := rand.New(rand.NewPCG(1, 2))
	killed := 0
	for killed < kills {
		if !s.killAfter("killed", time.Duration(random.Float64()*float64(whole)/4), args...) {
			break
		}
		killed++
	}
	s.mustRun("killed", args...)
	if killed < kills {
		t.Logf("the work was done after %d kills", killed)
	}
	want, got := s.digests("whole"), s.digests("killed")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("undisturbed (-) and killed (+) runs differ:\n%s", diff)
	}
	wantNothingLeft(t, filepath.Join(s.dir, "killed", "store"))
	s.mustDoNothing("killed", args)
}

// killAfter starts the program and kills it after a while. It is false when
// the program was done before.
func (s *session) killAfter(out string, delay time.Duration, args ...string) bool {
	s.t.Helper()
	cmd, text := s.command(out, args...)
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	timer := time.AfterFunc(delay, func() { cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Wait()
	if err != nil && cmd.ProcessState.ExitCode() != -1 {
		s.t.Fatalf("not killed, but failed: %v\n%s", err, text)
	}
	return err != nil
}

// digests are the SHA-256 of everything that must not depend on kills: all
// artifacts and results. provenance.json and report.html tell how long the
// stages took and are left out.
func (s *session) digests(out string) map[string]string {
	s.t.Helper()
	sums := fileSums(s.t, filepath.Join(s.dir, out), "store/artifacts", "results")
	maps.DeleteFunc(sums, func(path, _ string) bool {
		return strings.HasSuffix(path, "/provenance.json") || strings.HasSuffix(path, "/report.html")
	})
	if len(sums) < 20 {
		s.t.Fatalf("only %d files in %s", len(sums), out)
	}
	return sums
}

// fileSums are the SHA-256 of all files in some folders below a folder.
func fileSums(t *testing.T, dir string, folders ...string) map[string]string {
	t.Helper()
	root, sums := os.DirFS(dir), map[string]string{}
	for _, folder := range folders {
		err := fs.WalkDir(root, folder, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			data, err := fs.ReadFile(root, path)
			sums[path] = fmt.Sprintf("%x", sha256.Sum256(data))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return sums
}

// mustDoNothing asks for what is done already. What counts is the processor's
// time: that on the clock is the neighbours' too.
func (s *session) mustDoNothing(out string, args []string) {
	s.t.Helper()
	before := s.digests(out)
	cmd, text := s.command(out, args...)
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("%v\n%s", err, text)
	}
	if spent := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(); spent > time.Second {
		s.t.Errorf("doing nothing took %v of the processor", spent)
	}
	if diff := cmp.Diff(before, s.digests(out)); diff != "" {
		s.t.Errorf("doing nothing changed files:\n%s", diff)
	}
}

// TestTwoSearchesInOneStore: of two processes that search for the same, one waits or
// is told to come again, and both end with the bytes of one alone.
func TestTwoSearchesInOneStore(t *testing.T) {
	if testing.Short() {
		t.Skip("trains models")
	}
	s := newSession(t)
	s.mustRun("whole", searchRun...)
	other, text := s.command("shared", searchRun...)
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	for done := false; !done; {
		cmd, said := s.command("shared", searchRun...)
		done = cmd.Run() == nil
		if !done && !strings.Contains(said.String(), engine.ErrLocked.Error()) {
			t.Fatalf("%s", said)
		}
	}
	if err := other.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if diff := cmp.Diff(s.digests("whole"), s.digests("shared")); diff != "" {
		t.Errorf("one process (-) and two (+) differ:\n%s", diff)
	}
}

// TestKilledExports: an export killed at any moment leaves no folder or a whole
// one, and the same command ends with the bytes of an undisturbed one.
func TestKilledExports(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a model")
	}
	s := newSession(t)
	s.mustRun("out", "train", "--method", "RNP", "--dataset", "generated-aroma", "--profile", "smoke", "--set", "epochs=1", "--set", "hidden=6")
	export := func(to string) []string { return []string{"export", "train-", to} }
	took := s.mustRun("out", export("whole")...)
	want := files(t, filepath.Join(s.dir, "whole"))
	random := rand.New(rand.NewPCG(3, 4))
	killed := 0
	for range 30 {
		// The first half of the time goes by before anything is written.
		after := took/3 + time.Duration(random.Float64()*float64(took))
		if s.killAfter("out", after, export("killed")...) {
			killed++
		}
		if got := files(t, filepath.Join(s.dir, "killed")); len(got) > 0 && !cmp.Equal(want, got) {
			t.Fatalf("after %v there is half an export: %v", after, slices.Sorted(maps.Keys(got)))
		}
		s.mustRun("out", export("killed")...)
		if diff := cmp.Diff(want, files(t, filepath.Join(s.dir, "killed"))); diff != "" {
			t.Fatalf("killed after %v and run again:\n%s", after, diff)
		}
		if err := os.RemoveAll(filepath.Join(s.dir, "killed")); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(s.dir, ".*")); err != nil || left != nil {
		t.Errorf("left: %v %v", left, err)
	}
	if killed == 0 {
		t.Error("nothing was killed")
	}
	t.Logf("%d of 30 exports were killed in time", killed)
}

// files are the contents of a folder's files; none when it is absent.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got[e.Name()] = fmt.Sprintf("%x", sha256.Sum256(data))
	}
	return got
}
