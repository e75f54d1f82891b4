package progress

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/rivo/uniseg"
)

// screen is a terminal that understands as much as the bars need. It wraps what
// is wider than it is, and wraps anew when its width changes, as most terminals
// do.
type screen struct {
	columns  int // 0 for no end
	rows     []row
	row, col int // of the cursor
	bells    int
	raw      bytes.Buffer
}

// row is a row of the screen; its line goes on in the next one if it was wrapped.
type row struct {
	text    []rune
	wrapped bool
}

func (s *screen) Write(p []byte) (int, error) {
	s.raw.Write(p)
	text := []rune(string(p))
	for i := 0; i < len(text); i++ {
		switch r := text[i]; r {
		case '\r':
			s.col = 0
		case '\n':
			s.row, s.col = s.row+1, 0
		case '\a':
			s.bells++
		case '\x1b':
			i += s.escape(string(text[i:]))
		default:
			s.put(r)
		}
	}
	return len(p), nil
}

// escape obeys one escape sequence and gives its length, less one.
func (s *screen) escape(text string) int {
	var n int
	var command rune
	if strings.HasPrefix(text, "\x1b[J") {
		s.rows = s.rows[:min(len(s.rows), s.row)]
		return 2
	}
	if _, err := fmt.Sscanf(text, "\x1b[%d%c", &n, &command); err != nil {
		panic(fmt.Sprintf("unknown sequence %q", text))
	}
	switch command {
	case 'A':
		s.row = max(0, s.row-n)
	case 'm': // colours take no room
	default:
		panic(fmt.Sprintf("unknown sequence %q", text))
	}
	return len(fmt.Sprint(n)) + 2
}

func (s *screen) put(r rune) {
	width := uniseg.StringWidth(string(r))
	if s.columns > 0 && s.col+width > s.columns {
		s.at(s.row).wrapped = true
		s.row, s.col = s.row+1, 0
	}
	line := s.at(s.row)
	if s.col == 0 {
		line.text = nil
	}
	line.text = append(line.text, r)
	s.col += width
}

func (s *screen) at(i int) *row {
	for len(s.rows) <= i {
		s.rows = append(s.rows, row{})
	}
	return &s.rows[i]
}

// resize gives the screen another width. The cursor stays in the line where it
// was; it has to be at its beginning.
func (s *screen) resize(columns int) {
	old, cursor := s.rows, s.row
	*s = screen{columns: columns, bells: s.bells, raw: s.raw}
	for i, r := range old {
		if i == cursor {
			break
		}
		for _, letter := range r.text {
			s.put(letter)
		}
		if !r.wrapped {
			s.row, s.col = s.row+1, 0
		}
	}
}

// String is the lines on the screen, however they were wrapped.
func (s *screen) String() string {
	var b strings.Builder
	for i, r := range s.rows {
		text := string(r.text)
		if !r.wrapped || i == len(s.rows)-1 {
			text = strings.TrimRight(text, " ") + "\n"
		}
		b.WriteString(text)
	}
	return b.String()
}
