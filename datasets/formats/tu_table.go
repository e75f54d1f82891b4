package formats

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"rationale/datasets/fault"
)

// tuTable is a file with numbers parted by commas, as many lines as there are nodes or
// edges.
type tuTable struct {
	ctx context.Context
	*source
	line   int // that is being read, from 1; how many there were, in the end
	fields []string
}

// tuFile opens a file for read and takes its identity into Meta. One that is not needed
// may be missing.
func (in *Intake) tuFile(path string, optional bool, read func(*tuTable) error) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) && optional {
		return nil
	}
	if err != nil {
		return fmt.Errorf("source: %w; a TU dataset has it beside its other files", err)
	}
	in.total += info.Size()
	s, err := openSource(path, in.advance)
	if err != nil {
		return err
	}
	defer s.file.Close()
	if err := read(&tuTable{ctx: in.ctx, source: s}); err != nil {
		return err
	}
	identity, err := s.finish()
	in.sources = append(in.sources, identity)
	return err
}

// each lets work look at one line after the other.
func (t *tuTable) each(work func() error) error {
	for {
		text, err := t.source.line()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := t.ctx.Err(); err != nil {
			return err
		}
		t.line++
		t.fields = strings.Split(text, ",")
		if err := work(); err != nil {
			return err
		}
	}
}

// fault is one of the line that is being read. Which rows it costs is not clear, so that
// it ends the import.
func (t *tuTable) fault(reason, format string, args ...any) error {
	row := fault.New(reason, format, args...)
	row.File, row.Line = t.path, t.line
	return row
}

// whole is the only field, a whole number.
func (t *tuTable) whole() (int, error) {
	if len(t.fields) != 1 {
		return 0, t.fault("wrong form", "%d fields; expected a single whole number", len(t.fields))
	}
	return t.field(0)
}

// pair are two whole numbers.
func (t *tuTable) pair() (a, b int, err error) {
	if len(t.fields) != 2 {
		return 0, 0, t.fault("wrong form", "%d fields; expected the numbers of two nodes", len(t.fields))
	}
	if a, err = t.field(0); err == nil {
		b, err = t.field(1)
	}
	return a, b, err
}

func (t *tuTable) field(i int) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(t.fields[i]))
	if err != nil {
		return 0, t.fault("wrong form", "%.40q; expected a whole number", t.fields[i])
	}
	return n, nil
}

// numbers are all fields.
func (t *tuTable) numbers() ([]float32, error) {
	out := make([]float32, len(t.fields))
	for i, text := range t.fields {
		x, err := strconv.ParseFloat(strings.TrimSpace(text), 32)
		if err != nil {
			return nil, t.fault("wrong form", "%.40q; expected a number", text)
		}
		out[i] = float32(x)
	}
	return out, nil
}

// wantLines wants a line for each node or edge.
func (t *tuTable) wantLines(n int, what string) error {
	if t.line == n {
		return nil
	}
	return fmt.Errorf("%s has %d lines or more, and there are %d %s; expected one for each: is one of the files truncated?", t.path, t.line, n, what)
}
