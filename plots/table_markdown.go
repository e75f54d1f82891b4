package plots

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// WriteMarkdown writes the grids in the pipe form of GitHub. The columns are
// padded, so that the text reads well as it is.
func (t *Table) WriteMarkdown(w io.Writer) error {
	var out strings.Builder
	if t.Title != "" {
		fmt.Fprintf(&out, "**%s**\n\n", escapeMarkdown(t.Title))
	}
	for i, g := range t.Grids {
		if i > 0 {
			out.WriteString("\n")
		}
		g.writeMarkdown(&out)
	}
	for _, remark := range t.Remarks {
		fmt.Fprintf(&out, "\n%s\n", escapeMarkdown(remark))
	}
	return write(w, out.String())
}

func (g Grid) writeMarkdown(out *strings.Builder) {
	if g.Title != "" {
		fmt.Fprintf(out, "**%s**\n\n", escapeMarkdown(g.Title))
	}
	rows := [][]string{markdownCells(PlainRow(g.Header...))}
	for _, row := range g.Rows {
		rows = append(rows, markdownCells(row))
	}
	widths := columnWidths(rows)
	for i, row := range rows {
		writePiped(out, row, widths, g.Labels)
		if i == 0 {
			writeRule(out, widths, g.Labels)
		}
	}
}

// markdownMarks are what stands before and behind a marked number. GitHub shows
// inserted text underlined.
var markdownMarks = map[Mark][2]string{Best: {"**", "**"}, Second: {"<ins>", "</ins>"}}

func markdownCells(row GridRow) []string {
	cells := make([]string, len(row.Cells))
	for i, c := range row.Cells {
		mark := markdownMarks[c.Mark]
		cells[i] = mark[0] + escapeMarkdown(c.Text) + mark[1]
		if c.Paper != "" {
			cells[i] = escapeMarkdown(c.Paper) + ` \| ` + cells[i] + ` \| ` + escapeMarkdown(c.Delta)
		}
	}
	return cells
}

func columnWidths(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for j, cell := range row {
			widths[j] = max(widths[j], len([]rune(cell)), 3)
		}
	}
	return widths
}

// writePiped writes one row: labels to the left, numbers to the right.
func writePiped(out *strings.Builder, row []string, widths []int, labels int) {
	for j, cell := range row {
		pad := strings.Repeat(" ", widths[j]-len([]rune(cell)))
		if j < labels {
			out.WriteString("| " + cell + pad + " ")
		} else {
			out.WriteString("| " + pad + cell + " ")
		}
	}
	out.WriteString("|\n")
}

func writeRule(out *strings.Builder, widths []int, labels int) {
	for j, width := range widths {
		if j < labels {
			out.WriteString("| " + strings.Repeat("-", width) + " ")
		} else {
			out.WriteString("| " + strings.Repeat("-", width-1) + ": ")
		}
	}
	out.WriteString("|\n")
}

var markdownEscapes = strings.NewReplacer(
	"\\", "\\\\", "|", "\\|", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "]", "\\]",
	"<", "&lt;", ">", "&gt;", "&", "&amp;")

func escapeMarkdown(s string) string { return markdownEscapes.Replace(oneLine(s)) }

// oneLine puts spaces in the place of characters that end lines, steer a reader
// or turn the direction of writing; names of data may hold any.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}

func write(w io.Writer, text string) error {
	_, err := io.WriteString(w, text)
	return wrapWrite(err)
}

func wrapWrite(err error) error {
	if err != nil {
		return fmt.Errorf("writing table: %w", err)
	}
	return nil
}
