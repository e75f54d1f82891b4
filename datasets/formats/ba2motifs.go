package formats

import (
	"rationale/datasets"
	"rationale/datasets/motifs"
)

func init() {
	register(Format{
		Name: "ba2motifs",
		Doc: "BA2Motifs made up by this program from a seed; needs no source. Graphs of 25 nodes, a Barabási–Albert tree with a " +
			"5-cycle or a house on it; the motif is the class, and its nodes are the rationale.",
		Example: "rationale data import ba2motifs --name motifs --seed 1",
		Options: []Option{
			{"train", "800", "graphs to train on"},
			{"dev", "100", "graphs to choose by"},
			{"test", "100", "graphs to test on"},
		},
		Licence:   "that of this program",
		Classes:   [][]string{motifs.BA2Motifs},
		Graphs:    true,
		Generates: true,
		Read:      readBA2Motifs,
	})
}

func readBA2Motifs(in *Intake) error {
	var rows [3]int
	for i, split := range datasets.SplitNames {
		n, err := in.count(split)
		if err != nil {
			return err
		}
		rows[i] = n
	}
	return in.drawGraphs(rows, func(split string, row int) datasets.Graph { return motifs.BA2Motif(in.Seed(), split, row) })
}

// drawGraphs delivers graphs that are made up: so many for each split.
func (in *Intake) drawGraphs(rows [3]int, draw func(split string, row int) datasets.Graph) error {
	in.total = int64(rows[0] + rows[1] + rows[2])
	for i, split := range datasets.SplitNames {
		for row := range rows[i] {
			in.advance(1)
			graph := draw(split, row)
			example := Example{Class: in.format.Classes[0][graph.Label], Graph: &graph}
			example.ID = graph.ID
			if err := in.Deliver(File{Path: in.format.Name, Split: split}, 0, example, nil); err != nil {
				return err
			}
		}
	}
	return nil
}
