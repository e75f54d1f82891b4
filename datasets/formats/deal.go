package formats

import (
	"context"
	"fmt"
	"math"

	"rationale/datasets"
	"rationale/datasets/random"
)

// dealt says which row of a spool goes where, in which order, as what class.
type dealt struct {
	meta     datasets.Meta
	rows     map[string][]int // split → spooled rows in their final order
	class    []int            // number of appearance → number in Meta.Classes
	oneQuery bool             // drop the query that all rows have in common
}

// deal gives the rows that were taken in to the splits.
func (j *job) deal(in *Intake) (*dealt, error) {
	d := &dealt{oneQuery: in.constantQuery() != ""}
	d.meta = j.meta(in)
	d.meta.Classes, d.class = orderClasses(in.classes.names, j.classOrders())
	if err := dealShares(in.rows, j.rule, j.opts.Seed); err != nil {
		return nil, err
	}
	d.rows = rowsBySplit(in.rows)
	return d, d.balance(in.rows, j.balance)
}

// dealShares moves random shares of the training rows, or of their documents, to
// dev and test. A share of documents ends with the first one that fills it.
func dealShares(rows []spooled, rule *splitRule, seed uint64) error {
	var units [][]int // rows that stay together
	total := 0
	place := map[int32]int{}
	for i, row := range rows {
		if row.split != "train" {
			continue
		}
		total++
		unit, seen := place[row.document]
		if !rule.byDocument || !seen {
			unit = len(units)
			place[row.document] = unit
			units = append(units, nil)
		}
		units[unit] = append(units[unit], i)
	}
	order := random.Order(len(units), seed, "split")
	for _, s := range rule.shares() {
		want := int(math.Round(s.part * float64(total)))
		for len(order) > 0 && want > 0 {
			for _, i := range units[order[0]] {
				rows[i].split = s.split
				want--
			}
			order = order[1:]
		}
	}
	if len(order) == 0 && len(rule.shares()) > 0 {
		return fmt.Errorf("%d rows in %d documents are too few for the shares asked for: nothing is left to train on", total, len(units))
	}
	return nil
}

func rowsBySplit(rows []spooled) map[string][]int {
	lists := map[string][]int{}
	for i, row := range rows {
		lists[row.split] = append(lists[row.split], i)
	}
	return lists
}

// balance makes the training classes equally large where that is asked for.
func (d *dealt) balance(rows []spooled, how string) error {
	seed, on, err := parseBalance(how)
	if err != nil || !on {
		return err
	}
	if len(d.meta.Classes) != 2 {
		return fmt.Errorf("balancing needs two classes; found %d: %v (turn it off with --balance off)", len(d.meta.Classes), d.meta.Classes)
	}
	var lists [2][]int
	for _, i := range d.rows["train"] {
		class := d.class[rows[i].class]
		lists[class] = append(lists[class], i)
	}
	d.rows["train"] = balanced(lists[0], lists[1], seed)
	d.meta.Balance = how
	return nil
}

// write writes the rows of the spool as a dataset in the folder dir.
func (d *dealt) write(ctx context.Context, dir string, spool *datasets.Split) (*datasets.Meta, error) {
	if d.meta.Graphs != nil {
		return d.writeGraphs(ctx, dir, spool)
	}
	rows := map[string]datasets.Rows{}
	for _, split := range datasets.SplitNames {
		order := d.rows[split]
		rows[split] = datasets.Rows{Len: len(order), Text: func(i int) (datasets.Text, error) {
			text, err := spool.Text(order[i])
			return d.final(text), err
		}}
	}
	return datasets.Write(ctx, dir, d.meta, rows)
}

func (d *dealt) writeGraphs(ctx context.Context, dir string, spool *datasets.Split) (*datasets.Meta, error) {
	rows := map[string]datasets.GraphRows{}
	for _, split := range datasets.SplitNames {
		order := d.rows[split]
		rows[split] = datasets.GraphRows{Len: len(order), Graph: func(i int) (datasets.Graph, error) {
			graph, err := spool.Graph(order[i])
			graph.Label = d.class[graph.Label]
			return graph, err
		}}
	}
	return datasets.WriteGraphs(ctx, dir, d.meta, rows)
}

// final is a spooled text as it is stored.
func (d *dealt) final(text datasets.Text) datasets.Text {
	text.Label = d.class[text.Label]
	if d.oneQuery {
		text.Query = nil
	}
	return text
}
