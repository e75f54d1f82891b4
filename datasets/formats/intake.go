package formats

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"rationale/datasets"
	"rationale/datasets/fault"
	"rationale/datasets/quote"
)

// Intake is what a Format reads from and delivers its rows to.
type Intake struct {
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

	spool     *datasets.Spool
	rows      []spooled
	classes   classes
	delivered int      // rows of the file that is being read
	last      lastRow  // of that file
	cut       []cutRow // last rows whose class the end of the file may have cut
	unended   []string // files whose last row may be half of one
	documents map[string]int32
	skipped   map[string]map[string]int // split → reason → rows
	sources   []datasets.Source
	aspect    string
	query     string // of the first row
	oneQuery  bool   // all rows so far have that query
	spaces    bool   // those of a row are known
	features  int    // numbers of each node; 0 of texts, and before the first graph
}

// spooled is what has to be known about a row before the rows are dealt.
type spooled struct {
	split    string
	class    int32
	document int32
}

// Files lists the sources in the order in which they were given.
func (in *Intake) Files() []File { return in.files }

// Option is the value of one of the format's options.
func (in *Intake) Option(name string) string { return in.options[name] }

// Seed is the seed of this import.
func (in *Intake) Seed() uint64 { return in.seed }

// SetAspect names the aspect that the labels are about.
func (in *Intake) SetAspect(name string) { in.aspect = name }

// fill lets the format read everything into a spool in the folder dir.
func (in *Intake) fill(dir string) (err error) {
	if in.format.Graphs {
		in.spool, err = datasets.NewGraphSpool(dir)
	} else {
		in.spool, err = datasets.NewSpool(dir)
	}
	if err != nil {
		return err
	}
	if err = in.format.Read(in); err == nil {
		err = in.checkCut()
	}
	if err != nil {
		in.spool.Discard()
	}
	return err
}

// Lines reads a file line by line. parse returns an Example, an error that came
// from badRow or leftOut, or an error that ends the import.
func (in *Intake) Lines(file File, parse func(number int, line string) (Example, error)) error {
	return in.withSource(file, func(s *source) error {
		for number := 1; ; number++ {
			line, err := s.line()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			example, err := parseLine(number, line, parse)
			if err := in.Deliver(file, number, example, err); err != nil {
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
func (in *Intake) withSource(file File, read func(*source) error) error {
	s, err := openSource(file.Path, in.advance)
	if err != nil {
		return err
	}
	defer s.file.Close()
	in.delivered, in.last = 0, lastRow{class: -1}
	if err := read(s); err != nil {
		return err
	}
	if in.delivered == 0 {
		return fmt.Errorf("%s is empty: there is no row in it; fetch or write it again, or leave it out", quote.Name(s.path))
	}
	if s.open {
		if err := in.noteCut(file); err != nil {
			return err
		}
	}
	identity, err := s.finish()
	if err != nil {
		return err
	}
	in.sources = append(in.sources, identity)
	return nil
}

// advance reports units of work done: bytes read, or rows generated.
func (in *Intake) advance(n int64) {
	in.done += n
	if in.progress != nil {
		in.progress(in.done, max(in.done, in.total))
	}
}

// Deliver takes the outcome of reading one row: a row to store, a reason to leave
// it out, or a fault, which ends the import unless bad rows are to be skipped.
func (in *Intake) Deliver(file File, line int, example Example, err error) error {
	if err := in.ctx.Err(); err != nil {
		return err
	}
	if !errors.Is(err, notARow) {
		in.delivered++
	}
	in.last = lastRow{line: line, class: -1}
	if err == nil {
		err = in.store(file, line, &example)
	}
	if err == nil {
		return nil
	}
	var bad *fault.Row
	var reason leftOut
	switch {
	case errors.As(err, &reason) && reason == notARow:
		return nil
	case errors.As(err, &reason):
		in.skip(file.Split, string(reason))
		return nil
	case errors.As(err, &bad):
		bad.File, bad.Line = file.Path, line
		if in.skipBad {
			in.last.fault = bad
			in.skip(file.Split, "bad row: "+bad.Reason)
			return nil
		}
		return fmt.Errorf("%w (--skip-bad leaves such rows out and counts them)", err)
	}
	return err
}

// skip counts a row that is not kept.
func (in *Intake) skip(split, reason string) {
	if in.skipped[split] == nil {
		in.skipped[split] = map[string]int{}
	}
	in.skipped[split][reason]++
}

// store checks the row and puts it into the spool.
func (in *Intake) store(file File, line int, example *Example) error {
	split := file.Split
	if example.Split != "" {
		split = example.Split
	}
	if example.ID == "" {
		example.ID = filepath.Base(file.Path) + ":" + strconv.Itoa(line)
	}
	if err := in.check(example); err != nil {
		return err
	}
	if err := checkText(example.Class); err != nil {
		return err
	}
	class, err := in.classes.number(example.Class)
	if err != nil {
		return fmt.Errorf("%s:%d: %w", quote.Name(file.Path), line, err)
	}
	row := spooled{split: split, class: class}
	if in.rule.byDocument {
		if example.Document == "" {
			return fmt.Errorf("%s: by=document: row %d names no document", file.Path, line)
		}
		row.document = in.document(example.Document)
	}
	in.noteQuery(example.Query)
	in.spaces = in.spaces || example.Spaces != nil
	example.Label, in.last.class = int(row.class), row.class
	in.rows = append(in.rows, row)
	return in.spool.Add(example.row())
}

// check wants a row of the format's kind that is fit for storage, and of graphs as many
// numbers for each node as the first one has.
func (in *Intake) check(example *Example) error {
	if graph := example.Graph != nil; graph != in.format.Graphs {
		return fmt.Errorf("format %s delivers a row of another kind than it says", in.format.Name)
	}
	if err := example.row().Check(); err != nil || !in.format.Graphs {
		return err
	}
	width := example.Graph.Width()
	if in.features == 0 {
		in.features = width
	}
	if width != in.features {
		return fault.New("node features", "%d numbers a node; expected %d, as the graphs before it have", width, in.features)
	}
	return nil
}

func (in *Intake) document(name string) int32 {
	number, known := in.documents[name]
	if !known {
		number = int32(len(in.documents))
		in.documents[name] = number
	}
	return number
}

// noteQuery finds out whether the query is the same in all rows.
func (in *Intake) noteQuery(tokens []string) {
	query := strings.Join(tokens, " ")
	if len(in.rows) == 0 {
		in.query, in.oneQuery = query, query != ""
	}
	in.oneQuery = in.oneQuery && query == in.query
}

// constantQuery is the query that two or more rows had in common without
// exception, or "".
func (in *Intake) constantQuery() string {
	if in.oneQuery && len(in.rows) > 1 {
		return in.query
	}
	return ""
}
