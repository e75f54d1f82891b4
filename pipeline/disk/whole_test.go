package disk_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rationale/pipeline/disk"
	"rationale/pipeline/disk/disktest"
)

// outputs are what a process of these tests writes: a folder and a file that
// replaces an older one.
func outputs(fsys disk.FS, dir string) error {
	if err := disk.WriteFolder(fsys, filepath.Join(dir, "new", "model"), modelFiles()); err != nil {
		return err
	}
	_, err := disk.WriteFile(fsys, filepath.Join(dir, "page.html"), []byte("a new page"))
	return err
}

func modelFiles() []disk.File {
	return []disk.File{
		{Name: "model.onnx", Content: bytes.Repeat([]byte("model"), 1000)},
		{Name: "vocab.txt", Content: []byte("words")}, {Name: "card.md", Content: []byte("card")},
	}
}

// place is a folder with an older page in it.
func place(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "page.html"), []byte("an older page"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// contents are all files and folders below dir.
func contents(dir string) map[string]string {
	got := map[string]string{}
	for path := range disktest.Describe(dir) {
		data, _ := os.ReadFile(path) // a folder has none
		got[strings.TrimPrefix(path, dir)] = string(data)
	}
	return got
}

// undisturbed is what the outputs are when nothing happens.
func undisturbed(t *testing.T) map[string]string {
	t.Helper()
	dir := place(t)
	if err := outputs(disk.Real{}, dir); err != nil {
		t.Fatal(err)
	}
	return contents(dir)
}

// wantWhole looks for halves: the folder and the page are old or new.
func wantWhole(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	for path, content := range contents(dir) {
		if strings.Contains(path, ".rationale") {
			continue // unfinished, and called so
		}
		if content != want[path] && content != "an older page" {
			t.Errorf("%s holds %q", path, content)
		}
	}
	if got := contents(filepath.Join(dir, "new", "model")); len(got) > 1 && len(got) < 4 {
		t.Errorf("half a folder: %v", got)
	}
}

// TestEveryOutputCallMayFail fails each call that changes the disk in turn,
// and in a second round all calls after it too. What is there is whole, and
// writing again ends like a writing that nothing disturbed, with no leftovers.
func TestEveryOutputCallMayFail(t *testing.T) {
	want := undisturbed(t)
	for _, stays := range []bool{false, true} {
		n := 1
		for ; ; n++ {
			dir := place(t)
			faulty := &disktest.Faulty{FS: disk.Real{}, FailAt: n, Stays: stays}
			err := outputs(faulty, dir)
			if faulty.Failed == "" {
				break
			}
			if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), faulty.Failed) {
				t.Errorf("call %d: error %v, want one that names %s", n, err, faulty.Failed)
			}
			wantWhole(t, dir, want)
			if err := outputs(disk.Real{}, dir); err != nil {
				t.Errorf("after call %d failed: %v", n, err)
			}
			if diff := cmp.Diff(want, contents(dir)); diff != "" {
				t.Errorf("after call %d failed:\n%s", n, diff)
			}
		}
		if n < 15 {
			t.Errorf("only %d calls could fail", n-1)
		}
		t.Logf("failed each of %d calls (and all later ones: %v)", n-1, stays)
	}
}

// childVar makes the test binary write outputs into the folder that it names.
const childVar = "DISK_TEST_CHILD"

func TestMain(m *testing.M) {
	dir := os.Getenv(childVar)
	if dir == "" {
		os.Exit(m.Run())
	}
	if err := outputs(slow{}, dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// slow is a disk on which everything takes a while and files grow by and by,
// so that a kill finds each moment.
type slow struct{ disk.Real }

func wait() { time.Sleep(2 * time.Millisecond) }

func (s slow) MkdirAll(dir string) error    { defer wait(); return s.Real.MkdirAll(dir) }
func (s slow) Sync(name string) error       { defer wait(); return s.Real.Sync(name) }
func (s slow) Rename(from, to string) error { defer wait(); return s.Real.Rename(from, to) }
func (s slow) RemoveAll(name string) error  { defer wait(); return s.Real.RemoveAll(name) }
func (s slow) WriteFile(name string, data []byte) error {
	for _, part := range []int{0, len(data) / 2, len(data)} {
		if err := s.Real.WriteFile(name, data[:part]); err != nil {
			return err
		}
		wait()
	}
	return nil
}

// TestKilledOutputs kills the writing process with SIGKILL at many moments; the
// next one takes over, is killed too, and in the end everything is as if
// nothing had happened.
func TestKilledOutputs(t *testing.T) {
	want, kills := undisturbed(t), 0
	random := rand.New(rand.NewPCG(1, 2))
	for kills < 60 {
		dir := place(t)
		for range 3 {
			if killed := killAfter(t, dir, time.Duration(random.IntN(90))*time.Millisecond); !killed {
				break
			}
			kills++
			wantWhole(t, dir, want)
		}
		if err := outputs(disk.Real{}, dir); err != nil {
			t.Fatalf("after %d kills: %v", kills, err)
		}
		if diff := cmp.Diff(want, contents(dir)); diff != "" {
			t.Fatalf("after %d kills:\n%s", kills, diff)
		}
	}
}

// killAfter starts a writer and kills it; false means that it was done before.
func killAfter(t *testing.T, dir string, after time.Duration) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVar+"="+dir)
	var out bytes.Buffer
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(after, func() { cmd.Process.Kill() }).Stop()
	err := cmd.Wait()
	if err != nil && cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("not killed, but failed: %v: %s", err, &out)
	}
	return err != nil
}

// TestOutputsAmongForeignThings: whatever stands at an output's path and
// around it, an output changes nothing but the regular file it replaces.
func TestOutputsAmongForeignThings(t *testing.T) {
	base, refused, done := t.TempDir(), 0, 0
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(base, "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		outside := filepath.Join(dir, "outside")
		if !disktest.Make("file", filepath.Join(outside, "file"), "") {
			t.Fatal("no file outside")
		}
		foreign := []string{outside}
		for range rapid.IntRange(1, 4).Draw(t, "things") {
			if path := litter(t, dir, outside); path != "" {
				foreign = append(foreign, path)
			}
		}
		before := describe(foreign)
		maps.DeleteFunc(before, func(path, _ string) bool { return unfinished(path) })
		err = outputs(disk.Real{}, dir)
		after := describe(foreign)
		maps.DeleteFunc(after, func(path, _ string) bool { _, old := before[path]; return !old }) // new ones may come beside
		if diff := cmp.Diff(before, after); diff != "" {
			t.Fatalf("changed (-before +after), error %v:\n%s", err, diff)
		}
		if err != nil {
			refused++
		} else {
			done++
		}
	})
	t.Logf("%d refused, %d written beside what was there", refused, done)
	if refused == 0 || done == 0 {
		t.Error("one of the two never happened")
	}
}

// litter puts something at or near an output's path and gives its path; none
// when the output may replace it.
func litter(t *rapid.T, dir, outside string) string {
	name := rapid.SampledFrom([]string{
		"page.html", ".page.html.rationale", ".page.html.rationale/content", ".page.html.rationale/" + disk.Marker, "page.html~",
		"new", "new/model", "new/model/card.md", "new/model/notes.txt", "new/.model.rationale", "new/.model.rationale/content",
	}).Draw(t, "name")
	kind := rapid.SampledFrom(disktest.Kinds).Draw(t, "kind")
	if name == "new" && kind == "link to folder" {
		return "" // a folder on the way may lie elsewhere
	}
	path := filepath.Join(dir, name)
	if !disktest.Make(kind, path, outside) || replaceable(name, kind) {
		return ""
	}
	return path
}

// replaceable things are those that an output may replace or work in: a
// regular file at its path, an empty folder, a file at the marker's name, and
// the folders above.
func replaceable(name, kind string) bool {
	switch kind {
	case "file", "empty file":
		return name == "page.html" || strings.HasSuffix(name, disk.Marker)
	case "folder":
		return name != "page.html"
	}
	return false
}

// unfinished tells whether the path looks to the last like what a killed
// process left: an empty hidden folder, or the content beside a marker.
func unfinished(path string) bool {
	hidden, below, _ := strings.Cut(path, ".rationale")
	hidden += ".rationale"
	if below == "" {
		entries, err := os.ReadDir(hidden)
		return err == nil && len(entries) == 0
	}
	content, err := os.Lstat(filepath.Join(hidden, "content"))
	marker, none := os.Lstat(filepath.Join(hidden, disk.Marker))
	return strings.HasPrefix(below, "/content") && err == nil && none == nil &&
		marker.Mode().IsRegular() && (content.Mode().IsRegular() || content.IsDir())
}

func describe(paths []string) map[string]string {
	got := map[string]string{}
	for _, path := range paths {
		maps.Copy(got, disktest.Describe(path))
	}
	return got
}
