package datasets

import (
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v15/arrow"
)

// spoolName is the file of a Spool.
const spoolName = "spool.arrow"

// anyClass are as many classes as a dataset can have.
var anyClass = make([]string, MaxClasses)

// What a spool takes: texts, whatever they know, or graphs with any number of features.
var (
	spooledTexts  = Meta{Name: "spool", Spaces: true, Classes: anyClass}
	spooledGraphs = Meta{Name: "spool", Graphs: &GraphMeta{}, Classes: anyClass}
)

// Spool keeps rows of one kind in a file until it is known which go where, in which order:
// any number of them can be dealt and drawn without holding them in memory.
type Spool struct {
	dir  string
	file *rowWriter
	meta *Meta
}

// NewSpool begins a spool of texts in the folder dir.
func NewSpool(dir string) (*Spool, error) { return newSpool(dir, &spooledTexts) }

// NewGraphSpool begins a spool of graphs.
func NewGraphSpool(dir string) (*Spool, error) { return newSpool(dir, &spooledGraphs) }

func newSpool(dir string, meta *Meta) (*Spool, error) {
	file, err := newRowWriter(filepath.Join(dir, spoolName), meta.columns(), arrow.Metadata{})
	if err != nil {
		return nil, err
	}
	return &Spool{dir, file, meta}, nil
}

// Add appends a row of the spool's kind, whose Label may be any below MaxClasses.
func (s *Spool) Add(r Row) error { return s.file.add(r) }

// Discard lets go of a spool that will not be read.
func (s *Spool) Discard() { s.file.abort() }

// Rows ends the writing and gives the rows in the order in which they came. The
// file has no name from then on and goes when the rows are closed.
func (s *Spool) Rows() (*Split, error) {
	if err := s.file.close(); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	file, err := mapFile(root, spoolName, s.file.path)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(s.file.path); err != nil {
		return nil, err
	}
	rows := newSplit("spool", file, s.meta) // just written by us: no digest
	return rows, rows.parse(s.file.rows)
}
