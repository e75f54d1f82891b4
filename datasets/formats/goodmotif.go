package formats

import (
	"fmt"
	"slices"
	"strings"

	"rationale/datasets"
	"rationale/datasets/motifs"
	"rationale/datasets/spelling"
)

func init() {
	register(Format{
		Name: "goodmotif",
		Doc: "GOODMotif made up by this program from a seed; needs no source. A base with a house, a 5-cycle or a crane on it; the " +
			"motif is the class but for one label in ten that is drawn anew, and its nodes are the rationale.",
		Example: "rationale data import goodmotif --name good-motif --seed 1",
		Options: []Option{
			{"shift", motifs.Shifts[0].Name, "how domains differ: " + shiftDocs()},
			{"outside", "false", "take dev and test from outside of the training domain: true or false"},
			{"train", "", "graphs to train on; the published number unless given"},
			{"dev", "", "graphs to choose by; the published number unless given"},
			{"test", "", "graphs to test on; the published number unless given"},
		},
		Licence:   "that of this program",
		Classes:   [][]string{motifs.GOODMotifs},
		Graphs:    true,
		Generates: true,
		Read:      readGOODMotif,
	})
}

// shiftDocs says what each shift is.
func shiftDocs() string {
	var docs []string
	for _, s := range motifs.Shifts {
		docs = append(docs, s.Name+" ("+s.Doc+")")
	}
	return strings.Join(docs, ", ")
}

func readGOODMotif(in *Intake) error {
	shift, err := in.shift()
	if err != nil {
		return err
	}
	source, published := goodInside, shift.Rows
	switch outside := in.Option("outside"); {
	case outside == "true" && shift.Name == "none":
		return fmt.Errorf("outside=true: shift=none has nothing outside of the training domain")
	case outside == "true":
		source, published = goodOutside, shift.Outside
	case outside != "false":
		return fmt.Errorf("outside=%s: expected true or false", outside)
	}
	rows, err := in.rowsOr(published)
	if err != nil {
		return err
	}
	return in.drawGraphs(rows, func(split string, row int) datasets.Graph {
		return shift.GOODMotif(in.Seed(), split, source[split], row)
	})
}

// Where the rows of splits come from.
var (
	goodInside  = map[string]motifs.Source{"train": motifs.Inside, "dev": motifs.Inside, "test": motifs.Inside}
	goodOutside = map[string]motifs.Source{"train": motifs.Inside, "dev": motifs.OutsideDev, "test": motifs.OutsideTest}
)

// shift is the one that the options name.
func (in *Intake) shift() (motifs.Shift, error) {
	name := in.Option("shift")
	var names []string
	for _, s := range motifs.Shifts {
		names = append(names, s.Name)
	}
	i := slices.Index(names, name)
	if i < 0 {
		return motifs.Shift{}, fmt.Errorf("shift=%s: %s", name, spelling.Hint(name, names))
	}
	return motifs.Shifts[i], nil
}

// rowsOr are the numbers of rows that the options name, the published ones elsewhere.
func (in *Intake) rowsOr(published [3]int) (rows [3]int, err error) {
	for i, split := range datasets.SplitNames {
		if rows[i] = published[i]; in.Option(split) != "" {
			if rows[i], err = in.count(split); err != nil {
				return rows, err
			}
		}
	}
	return rows, nil
}
