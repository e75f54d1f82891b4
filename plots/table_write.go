package plots

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// missing stands in a table for a number that is not there.
const missing = "–"

// Header are the headings of the table: labels, paper, ours and difference.
func (t *Table) Header() []string {
	return joined(t.Labels, "Paper", "Ours (mean ± std)", "Δ")
}

// Rows are the cells of the table as text, in the columns of Header.
func (t *Table) Rows() [][]string {
	rows := make([][]string, len(t.Lines))
	for i, l := range t.Lines {
		rows[i] = joined(l.Labels, t.withStd(l.Paper, l.PaperStd), t.summary(l.Ours), t.signed(l.Delta()))
	}
	return rows
}

// summary is "71.2 ± 1.3 (3 seeds)".
func (t *Table) summary(s Summary) string {
	switch s.N {
	case 0:
		return missing
	case 1:
		return t.number(s.Mean) + " (1 seed)"
	default:
		return fmt.Sprintf("%s (%d seeds)", t.withStd(s.Mean, s.Std), s.N)
	}
}

func (t *Table) withStd(value, std float64) string {
	if !defined(std) {
		return t.number(value)
	}
	return t.number(value) + " ± " + t.number(std)
}

// number shows a number with the decimals of the table.
func (t *Table) number(v float64) string {
	if !defined(v) {
		return missing
	}
	return strconv.FormatFloat(t.round(v), 'f', t.Decimals, 64)
}

// signed shows a difference with its sign; zero has none.
func (t *Table) signed(v float64) string {
	switch r := t.round(v); {
	case !defined(v):
		return missing
	case r > 0:
		return "+" + t.number(r)
	case r < 0:
		return "−" + t.number(-r)
	default:
		return t.number(0)
	}
}

// round rounds halves away from zero, and never to −0.
func (t *Table) round(v float64) float64 {
	unit := math.Pow10(t.Decimals)
	return math.Round(v*unit)/unit + 0
}

// WriteMarkdown writes the table in the pipe form of GitHub. The columns are
// padded, so that the text reads well as it is.
func (t *Table) WriteMarkdown(w io.Writer) error {
	rows := append([][]string{t.Header()}, t.Rows()...)
	for _, row := range rows {
		for j, cell := range row {
			row[j] = escapeMarkdown(cell)
		}
	}
	widths := columnWidths(rows)
	var out strings.Builder
	if t.Title != "" {
		fmt.Fprintf(&out, "**%s**\n\n", escapeMarkdown(t.Title))
	}
	for i, row := range rows {
		writePiped(&out, row, widths, len(t.Labels))
		if i == 0 {
			writeRule(&out, widths, len(t.Labels))
		}
	}
	for _, remark := range t.Remarks {
		fmt.Fprintf(&out, "\n%s\n", escapeMarkdown(remark))
	}
	return write(w, out.String())
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

// WriteCSV writes the bare numbers, unrounded, for other programs: the labels,
// paper, paper_std, ours_mean, ours_std, seeds, delta. Missing ones are empty.
func (t *Table) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	header := make([]string, len(t.Labels))
	for i, label := range t.Labels {
		header[i] = strings.ToLower(strings.ReplaceAll(label, " ", "_"))
	}
	// csv.Writer keeps its first error and Flush reports it below.
	_ = out.Write(joined(header, "paper", "paper_std", "ours_mean", "ours_std", "seeds", "delta"))
	for _, l := range t.Lines {
		_ = out.Write(joined(l.Labels,
			formatNumber(l.Paper), formatNumber(l.PaperStd), formatNumber(l.Ours.Mean), formatNumber(l.Ours.Std),
			strconv.Itoa(l.Ours.N), formatNumber(l.Delta())))
	}
	out.Flush()
	return wrapWrite(out.Error())
}

// WriteLaTeX writes a tabular for the booktabs package, with a rule between
// groups of the first label.
func (t *Table) WriteLaTeX(w io.Writer) error {
	var out strings.Builder
	if t.Title != "" {
		fmt.Fprintf(&out, "%% %s\n", strings.Join(strings.Fields(oneLine(t.Title)), " "))
	}
	numbers := len(t.Header()) - len(t.Labels)
	fmt.Fprintf(&out, "\\begin{tabular}{%s%s}\n\\toprule\n",
		strings.Repeat("l", len(t.Labels)), strings.Repeat("r", numbers))
	writeLaTeXRow(&out, t.Header())
	out.WriteString("\\midrule\n")
	rows := t.Rows()
	for i, row := range rows {
		if i > 0 && len(t.Labels) > 1 && row[0] != rows[i-1][0] {
			out.WriteString("\\midrule\n")
		}
		writeLaTeXRow(&out, row)
	}
	out.WriteString("\\bottomrule\n\\end{tabular}\n")
	for _, remark := range t.Remarks {
		out.WriteString("\n" + escapeLaTeX(remark) + "\n")
	}
	return write(w, out.String())
}

func writeLaTeXRow(out *strings.Builder, row []string) {
	for j, cell := range row {
		if j > 0 {
			out.WriteString(" & ")
		}
		out.WriteString(escapeLaTeX(cell))
	}
	out.WriteString(" \\\\\n")
}

var latexEscapes = strings.NewReplacer(
	`\`, `\textbackslash{}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`, "{", `\{`, "}", `\}`,
	"~", `\textasciitilde{}`, "^", `\textasciicircum{}`, "<", `\textless{}`, ">", `\textgreater{}`,
	"±", `$\pm$`, "−", `$-$`, "Δ", `$\Delta$`, missing, "--")

func escapeLaTeX(s string) string { return latexEscapes.Replace(oneLine(s)) }

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
