package campaign

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Table counts outcomes by kind of file and by mode.
type Table struct {
	rows map[[2]string][]int
}

// Add counts one outcome.
func (t *Table) Add(kind, mode string, o Outcome) {
	if t.rows == nil {
		t.rows = map[[2]string][]int{}
	}
	key := [2]string{kind, mode}
	if t.rows[key] == nil {
		t.rows[key] = make([]int, len(Outcomes))
	}
	t.rows[key][o]++
}

// Total sums up the outcomes of all rows.
func (t *Table) Total() []int {
	sum := make([]int, len(Outcomes))
	for _, row := range t.rows {
		for o, n := range row {
			sum[o] += n
		}
	}
	return sum
}

// String is the table in Markdown.
func (t *Table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "| kind | mode | %s |\n|---|---|%s\n", strings.Join(Outcomes, " | "), strings.Repeat("---:|", len(Outcomes)))
	order := func(a, b [2]string) int { return strings.Compare(a[0]+"\x00"+a[1], b[0]+"\x00"+b[1]) }
	for _, key := range slices.SortedFunc(maps.Keys(t.rows), order) {
		t.line(&b, key[0], key[1], t.rows[key])
	}
	t.line(&b, "all", "", t.Total())
	return b.String()
}

func (t *Table) line(b *strings.Builder, kind, mode string, counts []int) {
	fmt.Fprintf(b, "| %s | %s |", kind, mode)
	for _, n := range counts {
		fmt.Fprintf(b, " %d |", n)
	}
	b.WriteByte('\n')
}
