package plots

// Table is a filled table. People read its grids, which stand one below the
// other; programs read its sheets, which hold the bare numbers.
type Table struct {
	Title   string
	Grids   []Grid
	Remarks []string // below the grids
	Sheets  []Sheet
	Origins []Origin
}

// Empty tells of a table without a number.
func (t *Table) Empty() bool { return len(t.Grids) == 0 }

// Grid is text in rows and columns.
type Grid struct {
	Title  string // may be empty
	Header []string
	Labels int // leading columns that hold words; the others hold numbers
	Rows   []GridRow
}

// GridRow is one row, with a cell for each heading.
type GridRow struct {
	Cells []Cell
	Block bool // the first of a block: a rule parts it from the row above
}

// Cell is a word or a number.
type Cell struct {
	Text  string // our number, where there is a paper's beside it
	Mark  Mark   // how Text stands out
	Paper string // empty without one
	Delta string // ours minus the paper's
}

// Mark says how a number stands out.
type Mark string

// The marks of numbers.
const (
	Plainly Mark = ""
	Best    Mark = "best"   // bold
	Second  Mark = "second" // underlined
)

// Sheet is a file of bare numbers, unrounded, for other programs.
type Sheet struct {
	Name string     // tells it from the table's others; empty for the first
	Rows [][]string // the first holds the names of the columns
}

// Origin says whose measurements are behind one number of a table.
type Origin struct {
	Keys    Selector // what the number is of
	Records []Record // one a seed
}

// Undefined is the remark about a number that is recorded and is none.
const Undefined = "not defined: a mean over classes needs texts of each class"

// PlainRow is a row of cells without marks.
func PlainRow(texts ...string) GridRow {
	row := GridRow{Cells: make([]Cell, len(texts))}
	for i, text := range texts {
		row.Cells[i].Text = text
	}
	return row
}
