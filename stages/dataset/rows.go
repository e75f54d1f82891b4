package dataset

import (
	"context"

	"rationale/datasets"
)

// Rows are the texts of all splits of an open dataset, as Write takes them: a stage
// replaces what it changes.
func Rows(set *datasets.Set) (map[string]datasets.Rows, error) {
	rows := map[string]datasets.Rows{}
	for _, name := range datasets.SplitNames {
		split, err := set.Split(name)
		if err != nil {
			return nil, err
		}
		rows[name] = datasets.Rows{Len: split.Len(), Text: split.Text}
	}
	return rows, nil
}

// Each shows all texts of a split in order, by their number from 0.
func Each(ctx context.Context, rows datasets.Rows, show func(i int, t *datasets.Text)) error {
	for i := range rows.Len {
		if err := ctx.Err(); err != nil {
			return err
		}
		text, err := rows.Text(i)
		if err != nil {
			return err
		}
		show(i, &text)
	}
	return nil
}
