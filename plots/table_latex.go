package plots

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteLaTeX writes a tabular for the booktabs package for each grid, with a
// rule between blocks. The paper's numbers stand in a row of their own below
// ours, so that the table is no wider than a page.
func (t *Table) WriteLaTeX(w io.Writer) error {
	var out strings.Builder
	writeLaTeXTitle(&out, t.Title)
	for i, g := range t.Grids {
		if i > 0 {
			out.WriteString("\n")
		}
		g.writeLaTeX(&out)
	}
	for _, remark := range t.Remarks {
		out.WriteString("\n" + escapeLaTeX(remark) + "\n")
	}
	return write(w, out.String())
}

// writeLaTeXTitle writes a title as a comment.
func writeLaTeXTitle(out *strings.Builder, title string) {
	if title != "" {
		fmt.Fprintf(out, "%% %s\n", strings.Join(strings.Fields(oneLine(title)), " "))
	}
}

func (g Grid) writeLaTeX(out *strings.Builder) {
	writeLaTeXTitle(out, g.Title)
	fmt.Fprintf(out, "\\begin{tabular}{%s%s}\n\\toprule\n",
		strings.Repeat("l", g.Labels), strings.Repeat("r", len(g.Header)-g.Labels))
	writeLaTeXRow(out, PlainRow(g.Header...))
	out.WriteString("\\midrule\n")
	for i, row := range g.Rows {
		if i > 0 && row.Block {
			out.WriteString("\\midrule\n")
		}
		writeLaTeXRow(out, row)
		if slices.ContainsFunc(row.Cells, func(c Cell) bool { return c.Paper != "" }) {
			writeLaTeXRow(out, g.paperRow(row))
		}
	}
	out.WriteString("\\bottomrule\n\\end{tabular}\n")
}

// paperRow is the row of the paper's numbers, each with ours less it in brackets.
func (g Grid) paperRow(row GridRow) GridRow {
	out := GridRow{Cells: make([]Cell, len(row.Cells))}
	out.Cells[g.Labels-1].Text = "paper (Δ)"
	for i, c := range row.Cells {
		if c.Paper != "" {
			out.Cells[i].Text = c.Paper + " (" + c.Delta + ")"
		}
	}
	return out
}

// latexMarks are the commands around a marked number.
var latexMarks = map[Mark]string{Best: `\textbf{%s}`, Second: `\underline{%s}`, Plainly: "%s"}

func writeLaTeXRow(out *strings.Builder, row GridRow) {
	for j, c := range row.Cells {
		if j > 0 {
			out.WriteString(" & ")
		}
		fmt.Fprintf(out, latexMarks[c.Mark], escapeLaTeX(c.Text))
	}
	out.WriteString(" \\\\\n")
}

var latexEscapes = strings.NewReplacer(
	`\`, `\textbackslash{}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`, "{", `\{`, "}", `\}`,
	"~", `\textasciitilde{}`, "^", `\textasciicircum{}`, "<", `\textless{}`, ">", `\textgreater{}`,
	"±", `$\pm$`, "−", `$-$`, "Δ", `$\Delta$`, "λ", `$\lambda$`, "≈", `$\approx$`, "†", `$\dagger$`, "‡", `$\ddagger$`, missing, "--")

func escapeLaTeX(s string) string { return latexEscapes.Replace(oneLine(s)) }
