package datasets

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/ipc"
	"github.com/apache/arrow/go/v15/arrow/memory"
)

// batchRows is the number of rows of every record batch but the last, so that
// row i lies in batch i/batchRows. A batch is the unit of random access: at 150
// tokens a row it is some 80 kB, copied in a few hundredths of a millisecond.
const batchRows = 64

// columns are those of a file of the dataset.
func (m Meta) columns() []arrow.Field {
	if m.Graphs != nil {
		return graphFields
	}
	return m.textColumns()
}

// MaxClasses bounds the classes of a dataset. A column with more of them holds
// something else, such as texts or identifiers.
const MaxClasses = 1000

// provenance is what the Arrow file of a split states about its origin.
func (m Meta) provenance(split string, rows int) arrow.Metadata {
	sources, _ := json.Marshal(m.Sources) // strings and numbers only: cannot fail
	keys := []string{"schema", "dataset", "split", "rows", "classes", "licence", "sources"}
	values := []string{m.schemaName(), m.Name, split, strconv.Itoa(rows), strings.Join(m.Classes, ","), m.Licence, string(sources)}
	if m.DerivedFrom != nil {
		origin, _ := json.Marshal(m.DerivedFrom)
		keys, values = append(keys, "derived_from"), append(values, string(origin))
	}
	if m.Poisoned != "" {
		keys, values = append(keys, "poisoned"), append(values, m.Poisoned)
	}
	return arrow.NewMetadata(keys, values)
}

// rowWriter writes rows to one Arrow IPC file.
type rowWriter struct {
	path   string
	file   *os.File
	buffer *bufio.Writer
	arrow  *ipc.FileWriter
	build  *array.RecordBuilder
	rows   int
	// durable files have to outlive a crash; the spool does not.
	durable bool
}

// newRowWriter creates a file of these columns, with the given provenance as its
// metadata.
func newRowWriter(path string, columns []arrow.Field, provenance arrow.Metadata) (*rowWriter, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	w := &rowWriter{path: path, file: file, buffer: bufio.NewWriterSize(file, 1<<20)}
	schema, pool := arrow.NewSchema(columns, &provenance), memory.NewGoAllocator()
	w.arrow, err = ipc.NewFileWriter(&onlyWriter{w: w.buffer}, ipc.WithSchema(schema), ipc.WithAllocator(pool))
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	w.build = array.NewRecordBuilder(pool, schema)
	return w, nil
}

// onlyWriter gives Arrow's file writer the Seek that its interface demands; it
// asks for nothing but the current position.
type onlyWriter struct {
	w   io.Writer
	pos int64
}

func (o *onlyWriter) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	o.pos += int64(n)
	return n, err
}

func (o *onlyWriter) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekCurrent {
		return 0, fmt.Errorf("seek in a file that is written in one go")
	}
	return o.pos, nil
}

// add appends one row.
func (w *rowWriter) add(r Row) error {
	r.build(w.build)
	w.rows++
	if w.rows%batchRows == 0 {
		return w.flush()
	}
	return nil
}

// flush writes the rows gathered so far as one record batch.
func (w *rowWriter) flush() error {
	record := w.build.NewRecord()
	defer record.Release()
	if err := w.arrow.Write(record); err != nil {
		return fmt.Errorf("write %s: %w", w.path, err)
	}
	return nil
}

// close writes what is left and, when durable, brings the file to the disk.
func (w *rowWriter) close() error {
	defer w.file.Close()
	defer w.build.Release()
	if w.rows%batchRows != 0 {
		if err := w.flush(); err != nil {
			return err
		}
	}
	steps := []func() error{w.arrow.Close, w.buffer.Flush, w.file.Close}
	if w.durable {
		steps = slices.Insert(steps, 2, w.file.Sync)
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("write %s: %w", w.path, err)
		}
	}
	return nil
}

// abort lets go of the file without finishing it.
func (w *rowWriter) abort() { w.file.Close() }
