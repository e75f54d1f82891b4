package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	onnx "rationale/onnx/runtime"
)

// killsVar is how many kills TestEveryKill does.
const (
	killsVar   = "CAMPAIGN_KILLS"
	shortKills = 12
)

// victim is a command that is killed, and what of the prepared folder it needs.
type victim struct {
	name  string
	args  []string
	needs []string
	env   []string
	whole time.Duration     // that an undisturbed run took
	want  map[string]string // what it left
}

// TestEveryKill kills commands with SIGKILL, each at a random moment of its
// run, and runs each again to its end: what lies there then is what an
// undisturbed run leaves, to the byte and to the last file, and nothing that
// the killed one has started is alive.
func TestEveryKill(t *testing.T) {
	if testing.Short() {
		t.Skip("trains models many times over")
	}
	seed, kills := fromEnvironment(t, seedVar, 1), fromEnvironment(t, killsVar, shortKills)
	s := newSession(t)
	victims := s.victims()
	random := rand.New(rand.NewPCG(uint64(seed), 3))
	counts := map[string]int{}
	for n := range kills {
		v := victims[n%len(victims)]
		if v.want == nil {
			v.want = s.undisturbed(v)
		}
		s.killOnce(v, fmt.Sprintf("kill-%d", n), random)
		counts[v.name]++
	}
	t.Logf("%d kills, seed %d, all ended the same: %v", kills, seed, counts)
}

// victims prepares what they need: word vectors, a dataset and a run.
func (s *session) victims() []*victim {
	s.t.Helper()
	writeFiles(s.t, s.dir, sourceFiles(s.t))
	imported := []string{"data", "import", "jsonl", "src/jsonl/train.jsonl", "src/jsonl/dev.jsonl", "src/jsonl/test.jsonl",
		"--name", "toys", "--set", "tokens=words", "--set", "rationale=why", "--set", "id=id"}
	s.mustRun("out", "data", "import", "glove", "src/glove/glove.txt")
	s.mustRun("out", imported...)
	s.mustRun("trained/out", "--data", "out/data", "train", "--method", "RNP", "--dataset", "toys", "--profile", "smoke", "--set", "epochs=1", "--set", "hidden=2")
	table := filepath.Join("cache", "rationale", "embeddings")
	all := []*victim{
		{name: "reproduce", args: figureRun, needs: []string{"out", table}},
		{name: "import", args: imported, needs: []string{"src/jsonl"}},
		{name: "export", args: []string{"--out", "trained/out", "export", "RNP on toys, seed 1", "model"}, needs: []string{"trained/out", "out"}},
	}
	if archive := s.libraryArchive(); archive != "" {
		s.fakeNPM("sleep 0.05; cp \"$ARCHIVE\" half.tgz; sleep 0.05; mv half.tgz onnxruntime-node.tgz")
		all = append(all, &victim{name: "fetch", args: []string{"fetch", "library"}, env: []string{"ONNXRUNTIME_LIB=", "ARCHIVE=" + archive}})
	}
	return all
}

// libraryArchive packs the pinned library as npm would deliver it; empty where
// the tests run on another one.
func (s *session) libraryArchive() string {
	s.t.Helper()
	content, err := os.ReadFile(library(s.t))
	member := map[string]string{
		"amd64": "package/bin/napi-v6/linux/x64/libonnxruntime.so.1", "arm64": "package/bin/napi-v6/linux/arm64/libonnxruntime.so.1",
	}[runtime.GOARCH]
	if err != nil || member == "" || !strings.Contains(library(s.t), "onnxruntime-"+onnx.LibraryVersion+"-") {
		return ""
	}
	var b bytes.Buffer
	packed, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		s.t.Fatal(err)
	}
	w := tar.NewWriter(packed)
	err = w.WriteHeader(&tar.Header{Name: member, Mode: 0o644, Size: int64(len(content))})
	if err == nil {
		_, err = w.Write(content)
	}
	for _, end := range []func() error{w.Close, packed.Close} {
		if err == nil {
			err = end()
		}
	}
	path := filepath.Join(s.dir, "library.tgz")
	if err == nil {
		err = os.WriteFile(path, b.Bytes(), 0o644)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return path
}

// in gives a session in a folder of its own, with what the victim needs.
func (s *session) in(v *victim, name string) *session {
	s.t.Helper()
	own := *s
	own.dir = filepath.Join(s.dir, name)
	for _, path := range v.needs {
		to := filepath.Join(own.dir, path)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			s.t.Fatal(err)
		}
		if err := linkTree(filepath.Join(s.dir, path), to); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := os.MkdirAll(own.dir, 0o755); err != nil {
		s.t.Fatal(err)
	}
	own.env = append(slices.Clone(s.env), v.env...)
	own.env = append(own.env, "XDG_CACHE_HOME="+filepath.Join(own.dir, "cache"), "KILLED="+name)
	return &own
}

func (s *session) undisturbed(v *victim) map[string]string {
	s.t.Helper()
	own := s.in(v, "undisturbed-"+v.name)
	v.whole = own.mustRunPlain(v.args)
	return own.everything()
}

// mustRunPlain is mustRun without an output folder named for the command.
func (s *session) mustRunPlain(args []string) time.Duration {
	s.t.Helper()
	cmd, text := s.command("out", args...)
	cmd.Args = cmd.Args[:len(args)+1]
	started := time.Now()
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("%v: %v\n%s", args, err, text)
	}
	return time.Since(started)
}

// killOnce kills the command once, at a moment at which it runs.
func (s *session) killOnce(v *victim, name string, random *rand.Rand) {
	s.t.Helper()
	for try := range 50 {
		own := s.in(v, fmt.Sprintf("%s-%d", name, try))
		delay := time.Duration(random.Float64() * float64(v.whole))
		killed := own.kill(v.args, delay)
		if killed {
			own.mustRunPlain(v.args)
			if diff := cmp.Diff(v.want, own.everything()); diff != "" {
				s.t.Errorf("%s, %s, killed after %v and run again: undisturbed (-) and killed (+) differ:\n%s", v.name, name, delay, diff)
			}
		}
		if err := os.RemoveAll(own.dir); err != nil {
			s.t.Fatal(err)
		}
		if killed {
			return
		}
	}
	s.t.Fatalf("%s: 50 runs were done before they were killed", v.name)
}

// kill is false when the command was done before. Everything that it has
// started has to end as well.
func (s *session) kill(args []string, delay time.Duration) bool {
	s.t.Helper()
	cmd, text := s.command("out", args...)
	cmd.Args = cmd.Args[:len(args)+1]
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	timer := time.AfterFunc(delay, func() { _ = cmd.Process.Kill() }) // it may be done
	defer timer.Stop()
	err := cmd.Wait()
	if err != nil && cmd.ProcessState.ExitCode() != -1 {
		s.t.Fatalf("not killed, but failed: %v\n%s", err, text)
	}
	waitUntil(s.t, "what the killed one has started to end", func() bool { return len(s.alive()) == 0 })
	return err != nil
}

// alive lists the processes of this session's commands and what they have
// started: all have its mark in their environment.
func (s *session) alive() (found []string) {
	mark := []byte("\x00" + s.env[len(s.env)-1] + "\x00")
	paths, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range paths {
		environ, err := os.ReadFile(path)
		if err == nil && bytes.Contains(append([]byte{0}, environ...), mark) {
			found = append(found, filepath.Dir(path))
		}
	}
	return found
}

// everything lists all files and folders with their digests; of what tells
// times, only that it is there, and of the records of times not even that: a
// kill between an artifact and its record leaves none.
func (s *session) everything() map[string]string {
	s.t.Helper()
	found := map[string]string{}
	err := fs.WalkDir(os.DirFS(s.dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := filepath.Base(path)
		switch {
		case strings.HasSuffix(filepath.Dir(path), "store/log"):
		case e.IsDir() || base == "lock" || base == ".lock" || base == "report.html" || base == "provenance.json":
			found[path] = "there"
		default:
			data, err := os.ReadFile(filepath.Join(s.dir, path))
			found[path] = fmt.Sprintf("%x", sha256.Sum256(data))
			return err
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// TestTheKillsSee: a process that outlives its parent is seen, and so is one
// file or folder more.
func TestTheKillsSee(t *testing.T) {
	s := newSession(t).in(&victim{}, "planted")
	orphan := exec.CommandContext(t.Context(), "sleep", "60")
	orphan.Env = s.env
	if err := orphan.Start(); err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "the orphan to be seen", func() bool { return len(s.alive()) == 1 })
	if err := orphan.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = orphan.Wait() // killed
	if left := s.alive(); len(left) > 0 {
		t.Errorf("still there: %q", left)
	}
	before := s.everything()
	writeFiles(t, s.dir, map[string][]byte{"out/store/tmp/x/half": nil})
	if len(s.everything()) != len(before)+5 {
		t.Errorf("before %v, after %v", before, s.everything())
	}
}
