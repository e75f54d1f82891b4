package formats

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"rationale/datasets"
	"rationale/datasets/fault"
)

// classes numbers the class names as they come and counts their rows.
type classes struct {
	names   []string // in the order of their appearance
	numbers map[string]int32
	rows    []int
}

// number is that of a row's class.
func (c *classes) number(name string) (int32, error) {
	n, known := c.numbers[name]
	if !known {
		if len(c.names) == datasets.MaxClasses {
			return 0, fmt.Errorf("class %.60q is one more than the %d classes that a dataset may have: is its column the one with the classes?", name, datasets.MaxClasses)
		}
		if c.numbers == nil {
			c.numbers = map[string]int32{}
		}
		n = int32(len(c.names))
		c.numbers[name], c.names, c.rows = n, append(c.names, name), append(c.rows, 0)
	}
	c.rows[n]++
	return n, nil
}

// orderClasses numbers the classes: by the first known order that holds them all,
// else numerically or alphabetically. place maps found classes to their numbers.
func orderClasses(found []string, known [][]string) (classes []string, place []int) {
	classes = sortClasses(found)
	for _, order := range known {
		if containsAll(order, found) {
			classes = order
			break
		}
	}
	number := map[string]int{}
	for i, c := range slices.Backward(classes) {
		number[c] = i
	}
	for _, c := range found {
		place = append(place, number[c])
	}
	return classes, place
}

func containsAll(order, found []string) bool {
	listed := map[string]bool{}
	for _, c := range order {
		listed[c] = true
	}
	return !slices.ContainsFunc(found, func(c string) bool { return !listed[c] })
}

// sortClasses sorts numbers by value and everything else by its letters.
func sortClasses(found []string) []string {
	sorted := slices.Sorted(slices.Values(found))
	values := map[string]int{}
	for _, c := range sorted {
		n, err := strconv.Atoi(c)
		if err != nil {
			return sorted
		}
		values[c] = n
	}
	slices.SortStableFunc(sorted, func(a, b string) int { return values[a] - values[b] })
	return sorted
}

// lastRow is what is known about the row that a file gave last.
type lastRow struct {
	line  int
	class int32      // -1 when the row was not stored
	fault *fault.Row // why it was skipped
	// open tells that the row's form does not say where it ends, as a last quote
	// or brace does; cutClass that its class stands at the end.
	open, cutClass bool
}

// cutRow is the last row of a file that does not end with a line end, which is
// what is left of a file that was cut short, or the habit of an editor.
type cutRow struct {
	file string
	row  lastRow
}

// noteCut is told that the file ends within a line. A row that cannot be used is
// half of one then, which no setting makes acceptable.
func (in *Intake) noteCut(file File) error {
	if in.last.fault != nil {
		return fmt.Errorf("%w; the file ends there without a line end: is it truncated? (if not, end the line)", in.last.fault)
	}
	if in.last.class < 0 {
		return nil
	}
	if in.last.open {
		in.unended = append(in.unended, filepath.Base(file.Path))
	}
	if in.last.cutClass {
		in.cut = append(in.cut, cutRow{file.Path, in.last})
	}
	return nil
}

// checkCut refuses a class that only the last row of a file knows whose line
// ends within it: it may be what the cut left of the name of another.
func (in *Intake) checkCut() error {
	for _, c := range in.cut {
		if in.classes.rows[c.row.class] > 1 {
			continue
		}
		return &fault.Row{
			File: c.file, Line: c.row.line, Reason: "truncated file",
			Detail: fmt.Sprintf("the file ends without a line end, and no other row is of the last one's class %q (%d classes in all); if the file is whole, end its last line",
				in.classes.names[c.row.class], len(in.classes.names)),
		}
	}
	return nil
}
