package datasets

import (
	"fmt"
	"io"
	"runtime/debug"
	"sync"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/apache/arrow/go/v15/arrow/memory"

	"rationale/datasets/vet"
)

// cachedBatches bounds the decoded batches that a Split keeps, some 20 MB of
// text at 150 tokens a row.
const cachedBatches = 256

// Split reads the rows of one Arrow file by number. It may be used by several
// goroutines at once.
type Split struct {
	name   string
	file   *mapping
	rows   int
	meta   *Meta  // what the rows have to be
	remedy string // what to do about a row that cannot be read; may be empty

	mu     sync.Mutex
	arrow  *ipc.FileReader // nil until parsed and after Close
	closed bool
	cache  map[int]arrow.Record
	queue  []int // cached batches, oldest first
}

// newSplit wraps a mapped file whose digest has been checked. Its rows have to be as
// meta says.
func newSplit(name string, file *mapping, meta *Meta) *Split {
	return &Split{name: name, file: file, meta: meta, cache: map[int]arrow.Record{}}
}

// parse reads footer and schema of a file that has to hold so many rows.
func (s *Split) parse(rows int) error {
	return guarded(s.file.path, func() error {
		columns := s.meta.columns()
		batches, err := vet.File(s.file.data, columns)
		if err != nil {
			return err
		}
		if err := checkBatches(batches, rows); err != nil {
			return err
		}
		section := io.NewSectionReader(s.file, 0, int64(len(s.file.data)))
		reader, err := ipc.NewFileReader(section, ipc.WithAllocator(capped{memory.NewGoAllocator(), len(s.file.data)}))
		if err != nil {
			return err
		}
		if !reader.Schema().Equal(arrow.NewSchema(columns, nil)) {
			return fmt.Errorf("the columns are %v; expected those of a dataset of %s", reader.Schema(), s.meta.Kind())
		}
		s.arrow, s.rows = reader, rows
		return nil
	})
}

// checkBatches wants all batches full but the last.
func checkBatches(batches []int64, rows int) error {
	if want := (rows + batchRows - 1) / batchRows; len(batches) != want {
		return fmt.Errorf("%d record batches; expected %d for %d rows", len(batches), want, rows)
	}
	for i, found := range batches {
		if want := min(batchRows, rows-i*batchRows); found != int64(want) {
			return fmt.Errorf("batch %d has %d rows; expected %d", i, found, want)
		}
	}
	return nil
}

// capped refuses to take more memory at once than the file is long: a file that
// is changed after it was checked must not get it either.
type capped struct {
	memory.Allocator
	limit int
}

// Allocate panics where the reader would take too much; see guarded.
func (c capped) Allocate(size int) []byte {
	if size < 0 || size > c.limit+memoryPadding {
		panic(fmt.Sprintf("%d bytes are asked for by a file of %d", size, c.limit))
	}
	return c.Allocator.Allocate(size)
}

// memoryPadding is what Arrow rounds sizes up to.
const memoryPadding = 64

// Name is "train", "dev" or "test".
func (s *Split) Name() string { return s.name }

// Len is the number of rows.
func (s *Split) Len() int { return s.rows }

// Text returns row i of a dataset of texts, counted from 0. What it returns belongs to
// the caller and outlives Close.
func (s *Split) Text(i int) (Text, error) {
	if s.meta.Graphs != nil {
		return Text{}, fmt.Errorf("split %s of dataset %s: %s", s.name, s.meta.Name, s.meta.NoTexts())
	}
	return readRow(s, i, readText)
}

// Graph is Text for a dataset of graphs.
func (s *Split) Graph(i int) (Graph, error) {
	if s.meta.Graphs == nil {
		return Graph{}, fmt.Errorf("split %s of dataset %s: %s", s.name, s.meta.Name, HoldsTexts)
	}
	return readRow(s, i, readGraph)
}

// readRow reads row i and checks it.
func readRow[R any, P interface {
	*R
	Row
}](s *Split, i int, decode func(batch arrow.Record, i int) (R, error)) (row R, err error) {
	if i < 0 || i >= s.rows {
		return row, fmt.Errorf("row %d of split %s: it has %d rows", i, s.name, s.rows)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return row, fmt.Errorf("row %d of split %s: the dataset is closed", i, s.name)
	}
	err = guarded(s.file.path, func() error {
		batch, err := s.batch(i / batchRows)
		if err != nil {
			return err
		}
		if row, err = decode(batch, i%batchRows); err == nil {
			err = P(&row).fits(s.meta)
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
		return nil
	})
	if err != nil && s.remedy != "" {
		err = fmt.Errorf("%w; %s", err, s.remedy)
	}
	return row, err
}

// batch decodes a record batch, or finds it among the latest ones.
func (s *Split) batch(i int) (arrow.Record, error) {
	if batch, ok := s.cache[i]; ok {
		return batch, nil
	}
	batch, err := s.arrow.RecordAt(i)
	if err != nil {
		return nil, err
	}
	if want := min(batchRows, s.rows-i*batchRows); batch.NumRows() != int64(want) {
		return nil, fmt.Errorf("batch %d has %d rows; expected %d", i, batch.NumRows(), want)
	}
	if len(s.queue) == cachedBatches {
		s.cache[s.queue[0]].Release()
		delete(s.cache, s.queue[0])
		s.queue = s.queue[1:]
	}
	s.cache[i], s.queue = batch, append(s.queue, i)
	return batch, nil
}

// Close gives the memory back. Reading afterwards is an error.
func (s *Split) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed, s.arrow, s.cache, s.queue = true, nil, nil, nil
	return s.file.close()
}

// guarded runs work on mapped bytes and turns a panic of the parser, or of a
// page that is gone because somebody cut the file short, into an error that
// names the file.
func guarded(path string, work func() error) (err error) {
	before := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(before)
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%s cannot be read as an Arrow file: %v", path, fault)
		}
	}()
	if err := work(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
