package datasets

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/apache/arrow/go/v15/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"rationale/datasets/fault"
)

// somebodysFile holds graphs in batches of so many.
func somebodysFile(t *testing.T, batch int, graphs ...Graph) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "graphs.arrow")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	schema := arrow.NewSchema(graphFields, nil)
	w, err := ipc.NewFileWriter(file, ipc.WithSchema(schema))
	if err != nil {
		t.Fatal(err)
	}
	columns := array.NewRecordBuilder(memory.NewGoAllocator(), schema)
	for i := range graphs {
		graphs[i].build(columns)
		if (i+1)%batch == 0 || i == len(graphs)-1 {
			if err := w.Write(columns.NewRecord()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// graphsIn are the graphs of a file and the faults of those that are unfit.
func graphsIn(t *testing.T, path string) (graphs []Graph, faults []string) {
	t.Helper()
	f, err := OpenGraphFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for {
		g, err := f.Next()
		var unfit *fault.Row
		switch {
		case errors.Is(err, io.EOF):
			return graphs, faults
		case errors.As(err, &unfit):
			faults = append(faults, err.Error())
		case err != nil:
			t.Fatal(err)
		default:
			graphs = append(graphs, g)
		}
	}
}

// TestGraphFile: batches may have any length, edges any order and direction, and a graph
// that is unfit harms no other.
func TestGraphFile(t *testing.T) {
	want := []Graph{triangle(), {ID: "b", Nodes: 1, Features: []float32{0, -1}, Edges: []Edge{}}, triangle()}
	for _, batch := range []int{1, 2, 100} {
		given := []Graph{triangle(), want[1], triangle(), triangle()}
		given[0].Edges = []Edge{{2, 1}, {0, 1}, {1, 0}, {2, 0}}
		given[3].Edges = []Edge{{0, 9}}
		got, faults := graphsIn(t, somebodysFile(t, batch, given...))
		if d := cmp.Diff(want, got); d != "" || len(faults) != 1 || !strings.Contains(faults[0], "edge out of range") {
			t.Errorf("batches of %d: faults %q\n%s", batch, faults, d)
		}
	}
	if got, faults := graphsIn(t, somebodysFile(t, 1)); len(got)+len(faults) > 0 {
		t.Errorf("an empty file has %v, %q", got, faults)
	}
}

func TestGraphFileIsClosed(t *testing.T) {
	f, err := OpenGraphFile(somebodysFile(t, 1, triangle()))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Next(); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("%v", err)
	}
}

func TestNoGraphFiles(t *testing.T) {
	texts := filepath.Join(t.TempDir(), "texts.arrow")
	if err := os.WriteFile(texts, tinyFile(t, tinyTexts), 0o644); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.arrow")
	if err := os.WriteFile(empty, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		texts: `expected "nodes"`, empty: "it is not an Arrow file", t.TempDir(): "a folder", "nowhere.arrow": "no such file",
	} {
		if _, err := OpenGraphFile(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestHostileGraphFile: changed bytes are refused or read as sound graphs.
func TestHostileGraphFile(t *testing.T) {
	whole, err := os.ReadFile(somebodysFile(t, 2, triangle(), triangle(), triangle()))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(9, 9))
	for range 5_000 {
		f := &GraphFile{file: &mapping{path: "hostile.arrow", data: mutate(random, whole)}}
		err := guarded("hostile.arrow", f.parse)
		for err == nil {
			_, err = f.Next()
		}
		if strings.Contains(err.Error(), "cannot be read as an Arrow file") {
			t.Fatal(err)
		}
	}
}
