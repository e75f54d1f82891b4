package plots

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rivo/uniseg"
)

// Terminal says what the terminal can show.
type Terminal struct {
	Colour bool // ANSI colours; false for pipes and where NO_COLOR is set
	Width  int  // characters in a line; 0 means 80
}

const (
	ansiReset  = "\x1b[0m"
	ansiBold   = "\x1b[1m"
	ansiChosen = "\x1b[1;30;46m" // bold black on cyan: seen without telling colours apart
	ansiGold   = "\x1b[4m"       // underlined
	ansiUnread = "\x1b[2m"       // faint
)

// WriteTerminal writes the text once for each method, with the chosen words on
// a coloured ground and gold words underlined. Without colours chosen words
// stand in [brackets] and gold words between _underscores_. A legend follows.
func (h Highlight) WriteTerminal(w io.Writer, term Terminal) error {
	if err := h.check(); err != nil {
		return err
	}
	var out strings.Builder
	if h.Title != "" {
		fmt.Fprintln(&out, term.style(ansiBold, visible(h.Title)))
	}
	if h.Query != "" {
		fmt.Fprintln(&out, "query: "+visible(h.Query))
	}
	indent := h.nameWidth() + 2
	width := term.Width
	if width == 0 {
		width = 80
	}
	room := max(width-indent, 20)
	write := func(name string, chosen []bool) {
		for i, line := range term.lines(h, chosen, room) {
			if i > 0 {
				name = ""
			}
			fmt.Fprintf(&out, "%s%s%s\n", name, strings.Repeat(" ", indent-uniseg.StringWidth(name)), line)
		}
	}
	if len(h.Rationales) == 0 {
		write("", nil)
	}
	for _, r := range h.Rationales {
		write(r.label(), r.Chosen)
	}
	fmt.Fprintln(&out, term.legend(len(h.Rationales) > 0, h.Gold != nil))
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("writing highlighted text: %w", err)
	}
	return nil
}

// label is the method's name with its note.
func (r Rationale) label() string {
	if r.Note == "" {
		return visible(r.Name)
	}
	return visible(r.Name) + " (" + visible(r.Note) + ")"
}

// nameWidth is the number of characters of the longest label.
func (h Highlight) nameWidth() int {
	longest := 0
	for _, r := range h.Rationales {
		longest = max(longest, uniseg.StringWidth(r.label()))
	}
	return longest
}

// legend explains the marks that the text can carry.
func (t Terminal) legend(chosen, gold bool) string {
	var marks []string
	if chosen {
		marks = append(marks, t.mark("chosen", true, false))
	}
	if gold {
		marks = append(marks, t.mark("gold", false, true))
	}
	if chosen && gold {
		marks = append(marks, t.mark("both", true, true))
	}
	if len(marks) == 0 {
		return "(no rationale)"
	}
	return "(" + strings.Join(marks, ", ") + ")"
}

// mark shows text as chosen, gold or both.
func (t Terminal) mark(text string, chosen, gold bool) string {
	if !t.Colour {
		if gold {
			text = "_" + text + "_"
		}
		if chosen {
			text = "[" + text + "]"
		}
		return text
	}
	codes := ""
	if chosen {
		codes += ansiChosen
	}
	if gold {
		codes += ansiGold
	}
	return t.style(codes, text)
}

// style wraps text in ANSI codes where colours are allowed.
func (t Terminal) style(codes, text string) string {
	if !t.Colour || codes == "" {
		return text
	}
	return codes + text + ansiReset
}

// lines sets the text in lines of at most width characters; what is not read
// stands faint below a line that says so.
func (t Terminal) lines(h Highlight, chosen []bool, width int) []string {
	lines := t.wrap(h, chosen, width, 0, h.read(), "")
	if h.Unread > 0 {
		lines = append(lines, t.style(ansiUnread, "("+h.unreadNote()+")"))
	}
	return append(lines, t.wrap(h, nil, width, h.read(), len(h.Tokens), ansiUnread)...)
}

// wrap sets the tokens from first up to but not including last in a style and
// breaks lines at spaces only. Marks end with the line and start again on the
// next.
func (t Terminal) wrap(h Highlight, chosen []bool, width, first, last int, style string) []string {
	var lines []string
	spaces := h.spaced()[:last]
	for first < last {
		end := wordEnd(spaces, first)
		for end < last {
			longer := wordEnd(spaces, end)
			if t.cells(h.spans(chosen, spaces, first, longer)) > width {
				break
			}
			end = longer
		}
		lines = append(lines, t.style(style, t.marked(h.spans(chosen, spaces, first, end))))
		first = end
	}
	return lines
}

// wordEnd is the first token after i with a space before it.
func wordEnd(spaces []bool, i int) int {
	for i++; i < len(spaces) && !spaces[i]; i++ {
	}
	return i
}

// marked is the running text of spans with their marks.
func (t Terminal) marked(spans []span) string {
	var out strings.Builder
	for _, s := range spans {
		if s.spaced {
			out.WriteByte(' ')
		}
		out.WriteString(t.mark(s.text, s.chosen, s.gold))
	}
	return out.String()
}

// cells is the width of marked text on the screen; colour codes take none.
func (t Terminal) cells(spans []span) int {
	if t.Colour {
		return uniseg.StringWidth(Terminal{}.marked(unmarked(spans)))
	}
	return uniseg.StringWidth(t.marked(spans))
}

// unmarked drops the marks of spans.
func unmarked(spans []span) []span {
	bare := slices.Clone(spans)
	for i := range bare {
		bare[i].chosen, bare[i].gold = false, false
	}
	return bare
}
