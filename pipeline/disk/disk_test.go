package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// put writes a file of a test, with its folders.
func put(t testing.TB, path, content string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// tree describes everything below dir: kinds, links and contents.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		what := e.Type().String()
		switch {
		case e.Type().IsRegular():
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			what += " " + string(data)
		case e.Type()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			if err != nil {
				return err
			}
			what += " " + to
		}
		name, err := filepath.Rel(dir, path)
		got[name] = what
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func wantTree(t testing.TB, dir string, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", dir, diff)
	}
}

// standing puts things at a path that no output may replace.
var standing = map[string]func(path string) error{
	"a folder":        func(path string) error { return os.Mkdir(path, 0o755) },
	"a named pipe":    func(path string) error { return syscall.Mkfifo(path, 0o644) },
	"a symbolic link": func(path string) error { return os.Symlink("elsewhere", path) },
	"a socket": func(path string) error {
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		if err != nil {
			return err
		}
		l.SetUnlinkOnClose(false)
		return l.Close()
	},
	// The device numbers of /dev/null; making one takes privileges.
	"a device": func(path string) error { return syscall.Mknod(path, syscall.S_IFCHR|0o666, 1<<8|3) },
}

// TestOutputsReplaceOnlyFiles: what is no regular file stays, and the error
// says what it is.
func TestOutputsReplaceOnlyFiles(t *testing.T) {
	for what, make := range standing {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			put(t, filepath.Join(dir, "elsewhere"), "somebody's")
			if err := make(filepath.Join(dir, "x")); err != nil {
				t.Skip(err)
			}
			before := tree(t, dir)
			outputs := map[string]func(path string) error{
				"file":   func(path string) error { _, err := WriteFile(Real{}, path, []byte("page")); return err },
				"lock":   func(path string) error { _, err := Lock(path); return err },
				"raw":    func(path string) error { return Real{}.WriteFile(path, []byte("1")) },
				"read":   func(path string) error { _, err := ReadFile(path, 100); return err },
				"folder": func(path string) error { return WriteFolder(Real{}, path, []File{{"a", nil}}) },
			}
			if what == "a folder" {
				delete(outputs, "folder")
				delete(outputs, "raw") // the system's own message
			}
			for name, write := range outputs {
				err := write(filepath.Join(dir, "x"))
				var foreign *ForeignError
				if !errors.As(err, &foreign) || !strings.Contains(err.Error(), what) {
					t.Errorf("%s: error %v", name, err)
				}
			}
			wantTree(t, dir, before)
		})
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "page.html")
	for i, want := range []bool{true, false, true} {
		content := fmt.Sprintf("content %d", max(0, i-1))
		if written, err := WriteFile(Real{}, page, []byte(content)); err != nil || written != want {
			t.Fatalf("write %d: %v %v", i, written, err)
		}
		wantTree(t, dir, map[string]string{".": "d---------", "page.html": "---------- " + content})
	}
	if _, err := WriteFile(Real{}, filepath.Join(dir, "nosuch", "x"), nil); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "nosuch") {
		t.Errorf("error %v", err)
	}
}

// TestHiddenFolderOfSomebodyElse: only what bears the marker is taken for a
// leftover of a killed process.
func TestHiddenFolderOfSomebodyElse(t *testing.T) {
	for name, files := range map[string][]string{
		"no marker":    {"content/notes.txt"},
		"more than it": {Marker, "notes.txt"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, f := range files {
				put(t, filepath.Join(dir, ".page.rationale", f), "somebody's")
			}
			before := tree(t, dir)
			if _, err := WriteFile(Real{}, filepath.Join(dir, "page"), nil); err == nil {
				t.Error("no error")
			}
			wantTree(t, dir, before)
		})
	}
}

// TestWriteFolder: an absent folder is made, one with some of the files is
// completed, one with all is left, and any other is refused untouched.
func TestWriteFolder(t *testing.T) {
	files := []File{{"model", []byte("m")}, {"card", []byte("c")}}
	whole := map[string]string{".": "d---------", "model": "---------- m", "card": "---------- c"}
	tests := map[string]struct {
		there map[string]string // nil: no folder
		ok    bool
	}{
		"absent": {nil, true}, "empty": {map[string]string{}, true}, "half": {map[string]string{"model": "m"}, true},
		"whole":                {map[string]string{"model": "m", "card": "c"}, true},
		"left by a kill":       {map[string]string{".card.rationale/" + Marker: "", ".card.rationale/content": "x"}, true},
		"another model":        {map[string]string{"model": "n"}, false},
		"foreign beside":       {map[string]string{"model": "m", "notes": "n"}, false},
		"folder for a file":    {map[string]string{"model/x": ""}, false},
		"foreign hidden":       {map[string]string{".card.rationale/x": ""}, false},
		"hidden of other name": {map[string]string{".x.rationale/" + Marker: ""}, false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "a", "out")
			if tc.there != nil {
				if err := os.MkdirAll(dir, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			for f, content := range tc.there {
				put(t, filepath.Join(dir, f), content)
			}
			want := whole
			if !tc.ok {
				want = tree(t, dir)
			}
			err := WriteFolder(Real{}, dir, files)
			if (err == nil) != tc.ok {
				t.Errorf("error %v", err)
			}
			wantTree(t, dir, want)
		})
	}
}

func TestClaim(t *testing.T) {
	text := markerText("store")
	old := func(entries []fs.DirEntry) bool { return entries[0].Name() == "old" }
	tests := map[string]struct {
		there map[string]string
		want  string // in the error; none when empty
	}{
		"absent":                {nil, ""},
		"marked":                {map[string]string{Marker: text, "x": ""}, ""},
		"half a marker":         {map[string]string{Marker: text[:20]}, ""},
		"older than markers":    {map[string]string{"old": ""}, ""},
		"older, half a marker":  {map[string]string{"old": "", Marker: text[:3]}, ""},
		"foreign":               {map[string]string{"tmp/file": ""}, "holds tmp/file and no marker"},
		"foreign, half of ours": {map[string]string{"x": "", Marker: text[:3]}, "holds x and no marker"},
		"marker of another":     {map[string]string{Marker: markerText("results")}, "no marker of a folder of store"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "store")
			for f, content := range tc.there {
				put(t, filepath.Join(dir, f), content)
			}
			if tc.want == "" {
				if err := errors.Join(Claim(Real{}, dir, "store", old), Claim(Real{}, dir, "store", nil)); err != nil {
					t.Fatal(err)
				}
				return
			}
			before := tree(t, dir)
			if err := Claim(Real{}, dir, "store", old); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
			wantTree(t, dir, before)
		})
	}
}

// TestManyWriters: writers of one file do not stand in each other's way.
func TestManyWriters(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for j := range 20 {
				if _, err := WriteFile(Real{}, filepath.Join(dir, "x"), fmt.Appendf(nil, "%d %d", i, j)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := tree(t, dir); len(got) != 2 {
		t.Errorf("left: %v", got)
	}
}
