package formats

import (
	"fmt"
	"io"
	"strings"

	"rationale/datasets/fault"
	"rationale/datasets/quote"
)

// recordReader reads CSV records (RFC 4180). It is our own because the line ends
// within a field have to stay as they stand in the file, where people counted
// their characters, and because every line that a fault costs has to be known.
type recordReader struct {
	source *source
	comma  string
	lines  int // read so far
}

// record is one record, or what is wrong with it.
type record struct {
	fields []string
	line   int        // where it begins
	end    int        // its last line
	closed bool       // the last field ends with a quote, so that it is whole
	fault  *fault.Row // a fault that ends where the record ends
}

// next is the next record that is not an empty line; io.EOF after the last one.
// Quotes that leave open where the record ends are an error, not a fault: nobody
// knows what else they have swallowed.
func (r *recordReader) next() (record, error) {
	for {
		text, err := r.read()
		if err != nil {
			return record{}, err
		}
		if trimLineEnd(text) != "" {
			rec := record{line: r.lines}
			err := r.split(&rec, text)
			rec.end = r.lines
			return rec, err
		}
	}
}

// read is the next line with its end.
func (r *recordReader) read() (string, error) {
	r.lines++
	return r.source.wholeLine()
}

func trimLineEnd(line string) string {
	return strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
}

// split takes a record apart, of which text is the first line.
func (r *recordReader) split(rec *record, text string) error {
	for more := true; more; {
		rec.closed = strings.HasPrefix(text, `"`)
		var field string
		var err error
		if rec.closed {
			field, text, err = r.quoted(rec, text[1:])
		} else {
			field, text = r.bare(rec, text)
		}
		if err != nil {
			return err
		}
		rec.fields = append(rec.fields, field)
		text, more = strings.CutPrefix(text, r.comma)
	}
	return nil
}

// bare reads a field without quotes around it, and what follows it.
func (r *recordReader) bare(rec *record, text string) (field, rest string) {
	end := strings.Index(text, r.comma)
	if end < 0 {
		field = trimLineEnd(text)
	} else {
		field, rest = text[:end], text[end:]
	}
	switch number := len(rec.fields) + 1; {
	case rec.fault != nil:
	case strings.Contains(field, `"`):
		rec.fault = fault.New("broken quoting", "field %d holds a quote but does not begin with one; a field with quotes is quoted, and the quotes in it are doubled", number)
	case strings.Contains(field, "\r"):
		rec.fault = fault.New("line end", "field %d holds a carriage return without a line feed; end lines with LF or CR LF", number)
	}
	return field, rest
}

// quoted reads a field behind its first quote, and what follows it, over as many
// lines as it takes.
func (r *recordReader) quoted(rec *record, text string) (field, rest string, err error) {
	var b strings.Builder
	for {
		end := strings.IndexByte(text, '"')
		if end < 0 {
			b.WriteString(text)
			if b.Len() > maxLine {
				return "", "", fmt.Errorf("%s: a record is longer than %d MiB: is a quote missing?", quote.Name(r.source.path), maxLine>>20)
			}
			if text, err = r.read(); err == io.EOF {
				return "", "", r.broken(rec, "the quote that begins it is never closed: is the file truncated?")
			} else if err != nil {
				return "", "", err
			}
			continue
		}
		b.WriteString(text[:end])
		text = text[end+1:]
		switch {
		case strings.HasPrefix(text, `"`):
			b.WriteByte('"')
			text = text[1:]
		case strings.HasPrefix(text, r.comma):
			return b.String(), text, nil
		case trimLineEnd(text) == "":
			return b.String(), "", nil
		default:
			return "", "", r.broken(rec, fmt.Sprintf("a quote closes it on line %d, and more follows; quotes inside a quoted field are doubled", r.lines))
		}
	}
}

// checkLines refuses a record of several lines that cannot be used for its form: a
// quote too many has made one record of what were several, and which is not clear.
func (r *recordReader) checkLines(rec record, form *fault.Row) error {
	if form == nil || rec.line == rec.end {
		return nil
	}
	form.File, form.Line = r.source.path, rec.line
	return fmt.Errorf("%w; the record goes on to line %d: is a quote missing, or one too many? (how many rows that costs is not clear, so that no setting leaves it out: mend the file)", form, rec.end)
}

func (r *recordReader) broken(rec *record, what string) error {
	row := fault.New("broken quoting", "field %d: %s", len(rec.fields)+1, what)
	row.File, row.Line = r.source.path, rec.line
	return fmt.Errorf("%w (where the record ends is not clear, so that no setting leaves it out: mend the file)", row)
}
