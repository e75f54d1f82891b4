package report

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"

	"rationale/plots"
)

// TableCells are the numbers of one table.
type TableCells struct {
	Table string `json:"table"` // the name of its files
	Cells []Cell `json:"cells"`
}

// Cell is one number of a table: what it is of, and the numbers that it is the
// mean of, in the order of seeds.
type Cell struct {
	Keys    plots.Selector `json:"keys"`
	Numbers []Number       `json:"numbers"`
}

// Number is what one run contributes to a cell.
type Number struct {
	Seed       string   `json:"seed"`
	Run        string   `json:"run"`        // the training's artifact, or the count's
	Evaluation string   `json:"evaluation"` // the evaluation's; empty of a count
	Epoch      int      `json:"epoch"`      // that it was measured at
	Value      *float64 `json:"value"`      // null when undefined
}

// ReadProvenance reads what WriteProvenance wrote. Of an earlier version's, which
// knew no cells, Tables is nil.
func ReadProvenance(data []byte) (Provenance, error) {
	var p Provenance
	if !IsProvenance(data) {
		return p, errors.New("it is not what `rationale reproduce` writes")
	}
	err := json.Unmarshal(data, &p)
	return p, err
}

// cells are those of all tables.
func (m Material) cells() []TableCells {
	runs := map[string]Run{} // by the artifacts of training and evaluation
	for _, r := range m.Runs {
		runs[r.ID], runs[r.EvaluationID] = r, r
	}
	var out []TableCells
	for _, e := range m.Experiments {
		for _, t := range e.Tables {
			table := TableCells{Table: t.Name}
			for _, o := range t.Origins {
				table.Cells = append(table.Cells, newCell(o, runs))
			}
			out = append(out, table)
		}
	}
	return out
}

func newCell(o plots.Origin, runs map[string]Run) Cell {
	c := Cell{Keys: plots.Selector{}}
	for key, value := range o.Keys {
		if value != "" {
			c.Keys[key] = value
		}
	}
	records := slices.Clone(o.Records)
	plots.SortRecords(records)
	for _, r := range records {
		n := Number{Seed: r.Labels[plots.SeedKey], Run: r.Run, Epoch: r.Epoch}
		if of, trained := runs[r.Run]; trained {
			n.Run, n.Evaluation = of.ID, of.EvaluationID
		}
		if !math.IsNaN(r.Value) {
			n.Value = &r.Value
		}
		c.Numbers = append(c.Numbers, n)
	}
	return c
}

// Summary is the mean over the cell's numbers.
func (c Cell) Summary() plots.Summary {
	var values []float64
	for _, n := range c.Numbers {
		if n.Value != nil {
			values = append(values, *n.Value)
		}
	}
	return plots.Summarize(values)
}

// Find lists the cells that have all of the keys, in whatever case these are
// written.
func (t TableCells) Find(keys plots.Selector) []Cell {
	return slices.DeleteFunc(slices.Clone(t.Cells), func(c Cell) bool {
		for key, value := range keys {
			if !strings.EqualFold(c.Keys[key], value) {
				return true
			}
		}
		return false
	})
}

// Values lists the different values that the cells have of a key, sorted.
func (t TableCells) Values(key string) []string {
	var out []string
	for _, c := range t.Cells {
		if v := c.Keys[key]; v != "" {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
