package quote

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Name shows a name inside a message: in quotation marks where its beginning, its
// end or a character of it could not be seen otherwise.
func Name(name string) string {
	if name == "" || strings.TrimSpace(name) != name || !printable(name) {
		return strconv.Quote(name)
	}
	return name
}

// Names shows a list of names.
func Names(names []string) string {
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = Name(name)
	}
	return strings.Join(shown, ", ")
}

// Text is text for a terminal: characters that could steer it stand as \uXXXX,
// bytes that are no UTF-8 as \xXX. Line ends and tabs stay. JSON means the same
// afterwards.
func Text(text string) string { return escape(text, "\n\t") }

// Line is Text for a single line: line ends and tabs are escaped too.
func Line(text string) string { return escape(text, "") }

func escape(text, kept string) string {
	if !strings.ContainsFunc(text, steers) && utf8.ValidString(text) {
		return text
	}
	var out strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, text[0])
		case steers(r) && !strings.ContainsRune(kept, r):
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteString(text[:size])
		}
		text = text[size:]
	}
	return out.String()
}

// steers tells the control characters (C0, DEL, C1), those that turn the
// direction of writing, and the separators that some terminals break lines at.
func steers(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// Writer hands on what is written to it as Text.
type Writer struct {
	out  io.Writer
	rest []byte // the beginning of a character whose other bytes are to come
}

// NewWriter makes a Writer in front of out.
func NewWriter(out io.Writer) *Writer { return &Writer{out: out} }

// Write takes everything, or fails as the writer behind it does.
func (w *Writer) Write(p []byte) (int, error) {
	text := append(w.rest, p...)
	whole := len(text) - unfinished(text)
	w.rest = append([]byte(nil), text[whole:]...)
	if _, err := io.WriteString(w.out, Text(string(text[:whole]))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush writes what waits for bytes that never came.
func (w *Writer) Flush() error {
	rest := string(w.rest)
	w.rest = nil
	_, err := io.WriteString(w.out, Text(rest))
	return err
}

// unfinished counts the bytes at the end that begin a character but do not end it.
func unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		tail := text[len(text)-n:]
		if utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}
