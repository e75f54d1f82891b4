// Package golden compares what a test made with the file that holds what it
// should be. Run the tests with -update to write those files anew, and look at
// every one that changed.
package golden

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/cmpimg"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Text compares text with testdata/name, exactly.
func Text(t *testing.T, name string, got []byte) {
	t.Helper()
	want := expected(t, name, got)
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (- want, + got); -update accepts it:\n%s", name, diff)
	}
}

// PNG compares a picture with testdata/name. Small differences of colour pass,
// as other processors round the edges of shapes differently. The picture of a
// failed test is kept in the folder for temporary files.
func PNG(t *testing.T, name string, got []byte) {
	t.Helper()
	const delta = 0.1
	want := expected(t, name, got)
	if bytes.Equal(want, got) {
		return
	}
	same, err := cmpimg.EqualApprox("png", got, want, delta)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if !same {
		kept := filepath.Join(os.TempDir(), "got-"+name)
		if err := os.WriteFile(kept, got, 0o644); err != nil {
			t.Log(err)
		}
		t.Errorf("%s looks different; see %s; -update accepts it", name, kept)
	}
}

// expected reads the golden file, after writing it when that was asked for.
func expected(t *testing.T, name string, got []byte) []byte {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; -update writes it", err)
	}
	return want
}
