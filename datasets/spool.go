package datasets

import (
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v15/arrow"
)

// spoolName is the file of a Spool.
const spoolName = "spool.arrow"

// spooled has the columns of imported texts, whatever they know.
var spooled = Meta{Spaces: true}

// Spool keeps texts in a file until it is known which go where, in which order:
// any number of them can be dealt and drawn without holding their tokens in
// memory.
type Spool struct {
	dir  string
	file *textWriter
}

// NewSpool begins a spool in the folder dir.
func NewSpool(dir string) (*Spool, error) {
	file, err := newTextWriter(filepath.Join(dir, spoolName), spooled.columns(), arrow.Metadata{})
	if err != nil {
		return nil, err
	}
	return &Spool{dir, file}, nil
}

// Add appends a text, whose Label may be any below MaxClasses.
func (s *Spool) Add(t *Text) error { return s.file.add(t) }

// Discard lets go of a spool that will not be read.
func (s *Spool) Discard() { s.file.abort() }

// Rows ends the writing and gives the texts in the order in which they came. The
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
	rows := newSplit("spool", file, MaxClasses, spooled.columns()) // just written by us: no digest
	return rows, rows.parse(s.file.rows)
}
