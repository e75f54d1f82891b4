package predict

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Bounds of what is in memory at a time.
const (
	readAhead  = 1 << 18 // bytes
	pieceLines = 512
	maxLine    = 1 << 24 // bytes; the longest line that is read

	windowLines = 2048
	windowBytes = 1 << 21
)

// line is a line of the input without its end.
type line struct {
	number  int // from 1
	text    string
	tooLong bool // and its text was passed over
}

// lineReader reads lines that end in LF or CRLF, the last one in nothing perhaps.
// A byte order mark at the beginning is left out.
type lineReader struct {
	in     *bufio.Reader
	number int
}

func newLineReader(in io.Reader) *lineReader {
	return &lineReader{in: bufio.NewReaderSize(in, readAhead)}
}

// piece gives the lines that have arrived and at least one: whoever types texts
// has each answered before the next, and a file comes in large pieces. The error is
// io.EOF behind the last line.
func (r *lineReader) piece() ([]line, error) {
	var lines []line
	for len(lines) == 0 || len(lines) < pieceLines && r.arrived() {
		l, err := r.line()
		if err != nil { // there was nothing to wait for in vain but the first
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// full tells that lines are enough for a window, in which texts of similar length go
// through the model together.
func full(window []line) bool {
	size := 0
	for _, l := range window {
		size += len(l.text)
	}
	return len(window) >= windowLines || size >= windowBytes
}

// arrived tells whether a whole line can be had without waiting.
func (r *lineReader) arrived() bool {
	there, _ := r.in.Peek(r.in.Buffered()) // no more than there is: cannot fail
	return bytes.IndexByte(there, '\n') >= 0
}

// line reads the next line.
func (r *lineReader) line() (line, error) {
	l := line{number: r.number + 1}
	var text []byte
	for {
		part, err := r.in.ReadSlice('\n')
		if l.tooLong = l.tooLong || len(text)+len(part) > maxLine; l.tooLong {
			text = nil
		} else {
			text = append(text, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err == io.EOF && len(text) == 0 && !l.tooLong:
			return l, io.EOF
		case err != nil && err != io.EOF:
			return l, fmt.Errorf("stdin: %w", err)
		}
		break
	}
	if r.number++; r.number == 1 {
		text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	}
	l.text = string(bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r")))
	return l, nil
}
