package datasets

import (
	"cmp"
	"fmt"
	"io"
	"sync"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/apache/arrow/go/v15/arrow/memory"

	"rationale/datasets/regular"
	"rationale/datasets/vet"
)

// GraphFile reads the graphs of somebody's Arrow IPC file one after the other. It has the
// columns of a dataset of graphs (README.md), in batches of any length. It may be closed
// while another goroutine reads.
type GraphFile struct {
	mu    sync.Mutex
	file  *mapping
	arrow *ipc.FileReader
	batch arrow.Record // nil before the first
	next  int          // number of the batch behind it
	row   int          // in the batch, of the next graph
}

// OpenGraphFile opens a file, all of whose lengths and offsets are looked at before it is
// read.
func OpenGraphFile(path string) (*GraphFile, error) {
	file, err := mapFile(regular.Anywhere{}, path, path)
	if err != nil {
		return nil, err
	}
	f := &GraphFile{file: file}
	if err := guarded(path, f.parse); err != nil {
		file.close()
		return nil, err
	}
	return f, nil
}

func (f *GraphFile) parse() (err error) {
	if _, err = vet.File(f.file.data, graphFields); err != nil {
		return err
	}
	section := io.NewSectionReader(f.file, 0, int64(len(f.file.data)))
	f.arrow, err = ipc.NewFileReader(section, ipc.WithAllocator(capped{memory.NewGoAllocator(), len(f.file.data)}))
	return err
}

// Next gives the next graph with its edges in order; io.EOF behind the last one. A
// *fault.Row is about this graph alone.
func (f *GraphFile) Next() (Graph, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file.data == nil {
		return Graph{}, fmt.Errorf("%s is closed", f.file.path)
	}
	for f.batch == nil || f.row >= int(f.batch.NumRows()) {
		if f.next >= f.arrow.NumRecords() {
			return Graph{}, io.EOF
		}
		if err := guarded(f.file.path, f.advance); err != nil {
			return Graph{}, err
		}
	}
	return f.read()
}

// read reads the next graph of the batch.
func (f *GraphFile) read() (g Graph, err error) {
	var unfit error
	err = guarded(f.file.path, func() error {
		g, unfit = readGraph(f.batch, f.row)
		return nil
	})
	f.row++
	g.Edges = NewEdges(g.Edges)
	return g, cmp.Or(err, unfit, g.Check())
}

// advance decodes the next batch.
func (f *GraphFile) advance() error {
	batch, err := f.arrow.RecordAt(f.next)
	f.batch, f.row = batch, 0
	f.next++
	return err
}

// Close gives the memory back.
func (f *GraphFile) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.file.close()
}
