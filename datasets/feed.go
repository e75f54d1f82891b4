package datasets

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"path/filepath"
	"strconv"

	"rationale/datasets/quote"
)

// File is one source file together with the split that its rows go to.
type File struct {
	Path  string
	Split string
}

// Example is a row as a format delivers it.
type Example struct {
	Text            // Label is filled in by the importer, ID when it is empty
	Class    string // name of the class
	Document string // what by=document keeps together; empty when unknown
	Split    string // set when a column of the source names the split
}

// Feed is what a Format reads from and delivers its rows to.
type Feed struct {
	ctx      context.Context
	format   *Format
	options  map[string]string
	seed     uint64
	rule     *splitRule
	files    []File
	skipBad  bool
	progress func(done, total int64)
	done     int64
	total    int64

	spool     *textWriter
	rows      []spooled
	classes   classes
	last      lastRow  // of the file that is being read
	cut       []cutRow // last rows of files without a line end behind them
	documents map[string]int32
	skipped   map[string]map[string]int // split → reason → rows
	sources   []Source
	aspect    string
	query     string // of the first row
	oneQuery  bool   // all rows so far have that query
}

// spooled is what has to be known about a row before the rows are dealt.
type spooled struct {
	split    string
	class    int32
	document int32
	content  uint64 // hash of tokens and query
}

// Files lists the sources in the order in which they were given.
func (f *Feed) Files() []File { return f.files }

// Option is the value of one of the format's options.
func (f *Feed) Option(name string) string { return f.options[name] }

// Seed is the seed of this import.
func (f *Feed) Seed() uint64 { return f.seed }

// SetAspect names the aspect that the labels are about.
func (f *Feed) SetAspect(name string) { f.aspect = name }

// Lines reads a file line by line. parse returns an Example, an error that came
// from badRow or leftOut, or an error that ends the import.
func (f *Feed) Lines(file File, parse func(number int, line string) (Example, error)) error {
	return f.withSource(file, func(s *source) error {
		for number := 1; ; number++ {
			line, err := s.line()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			example, err := parseLine(number, line, parse)
			if err := f.Deliver(file, number, example, err); err != nil {
				return err
			}
		}
	})
}

func parseLine(number int, line string, parse func(int, string) (Example, error)) (Example, error) {
	if err := checkText(line); err != nil {
		return Example{}, err
	}
	return parse(number, line)
}

// withSource opens a file for read and takes its identity into Meta.
func (f *Feed) withSource(file File, read func(*source) error) error {
	s, err := openSource(file.Path, f.advance)
	if err != nil {
		return err
	}
	defer s.file.Close()
	f.last = lastRow{class: -1}
	if err := read(s); err != nil {
		return err
	}
	if s.open {
		if err := f.noteCut(file); err != nil {
			return err
		}
	}
	identity, err := s.finish()
	if err != nil {
		return err
	}
	f.sources = append(f.sources, identity)
	return nil
}

// advance reports units of work done: bytes read, or rows generated.
func (f *Feed) advance(n int64) {
	f.done += n
	if f.progress != nil {
		f.progress(f.done, max(f.done, f.total))
	}
}

// Deliver takes the outcome of reading one row: a row to store, a reason to leave
// it out, or a fault, which ends the import unless bad rows are to be skipped.
func (f *Feed) Deliver(file File, line int, example Example, err error) error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	f.last = lastRow{line: line, class: -1}
	if err == nil {
		err = f.store(file, line, &example)
	}
	if err == nil {
		return nil
	}
	var bad *RowError
	var reason leftOut
	switch {
	case errors.As(err, &reason) && reason == notARow:
		return nil
	case errors.As(err, &reason):
		f.skip(file.Split, string(reason))
		return nil
	case errors.As(err, &bad):
		bad.File, bad.Line = file.Path, line
		if f.skipBad {
			f.last.fault = bad
			f.skip(file.Split, "bad row: "+bad.Reason)
			return nil
		}
		return fmt.Errorf("%w (--skip-bad leaves such rows out and counts them)", err)
	}
	return err
}

// skip counts a row that is not kept.
func (f *Feed) skip(split, reason string) {
	if f.skipped[split] == nil {
		f.skipped[split] = map[string]int{}
	}
	f.skipped[split][reason]++
}

// store checks the row and puts it into the spool.
func (f *Feed) store(file File, line int, example *Example) error {
	split := file.Split
	if example.Split != "" {
		split = example.Split
	}
	if example.ID == "" {
		example.ID = filepath.Base(file.Path) + ":" + strconv.Itoa(line)
	}
	if err := example.check(); err != nil {
		return err
	}
	if err := checkText(example.Class); err != nil {
		return err
	}
	class, err := f.classes.number(example.Class)
	if err != nil {
		return fmt.Errorf("%s:%d: %w", quote.Name(file.Path), line, err)
	}
	row := spooled{split: split, class: class, content: contentHash(&example.Text)}
	if f.rule.byDocument {
		if example.Document == "" {
			return fmt.Errorf("%s: by=document: row %d names no document", file.Path, line)
		}
		row.document = f.document(example.Document)
	}
	f.noteQuery(example.Query)
	example.Label, f.last.class = int(row.class), row.class
	f.rows = append(f.rows, row)
	return f.spool.add(&example.Text)
}

func (f *Feed) document(name string) int32 {
	number, known := f.documents[name]
	if !known {
		number = int32(len(f.documents))
		f.documents[name] = number
	}
	return number
}

// noteQuery finds out whether the query is the same in all rows.
func (f *Feed) noteQuery(tokens []string) {
	query := joinTokens(tokens)
	if len(f.rows) == 0 {
		f.query, f.oneQuery = query, query != ""
	}
	f.oneQuery = f.oneQuery && query == f.query
}

// constantQuery is the query that two or more rows had in common without
// exception, or "".
func (f *Feed) constantQuery() string {
	if f.oneQuery && len(f.rows) > 1 {
		return f.query
	}
	return ""
}

// contentHash tells texts apart by their tokens and query.
func contentHash(t *Text) uint64 {
	hash := fnv.New64a()
	for _, list := range [][]string{t.Query, t.Tokens} {
		for _, token := range list {
			io.WriteString(hash, token)
			hash.Write([]byte{0})
		}
		hash.Write([]byte{1})
	}
	return hash.Sum64()
}
