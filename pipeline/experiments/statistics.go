package experiments

import (
	"slices"

	"rationale/pipeline/engine"
	"rationale/pipeline/report"
	"rationale/plots"
	"rationale/stages/figure"
	"rationale/stages/floor"
	"rationale/stages/statistics"
)

// Counted is a dataset that an experiment counts.
type Counted struct {
	Dataset string
	Node    *engine.Node // the stage that counts
}

// statistics plans an experiment about the datasets themselves. Nothing is trained,
// so it also counts those that no run could be made on.
func (l *Lab) statistics(of part) (Planned, error) {
	p := Planned{Experiment: of.Experiment}
	for _, name := range of.datasets {
		data, err := l.anyDataset(name)
		if err != nil {
			return p, err
		}
		p.Datasets = append(p.Datasets, l.shown(name, of.Experiment))
		p.Counts = append(p.Counts, Counted{name, count(data)})
	}
	return p, nil
}

func count(data source) *engine.Node {
	return &engine.Node{
		Stage: statistics.New(statistics.Params{Dataset: data.name}), Inputs: []engine.Input{data.input},
		Label: "count " + data.name, Weight: 1,
	}
}

// floors plan how far the queries of attacked datasets go by themselves: their tables
// have it beside the accuracy.
func (l *Lab) floors(of part) []Counted {
	var out []Counted
	if !of.attacks() {
		return nil
	}
	for _, name := range of.datasets {
		if data := l.sources[name]; data.query {
			out = append(out, Counted{name, &engine.Node{
				Stage: floor.New(floor.Params{Dataset: name}), Inputs: []engine.Input{data.input},
				Label: "measure the queries of " + name, Weight: 1,
			}})
		}
	}
	return out
}

// counts are the datasets that experiments of the batch count, each once.
func (b *Batch) counts() []Counted {
	var out []Counted
	for _, p := range b.Experiments {
		for _, c := range p.Counts {
			if !slices.ContainsFunc(out, func(known Counted) bool {
				return known.Dataset == c.Dataset && known.Node.Stage.Name() == c.Node.Stage.Name()
			}) {
				out = append(out, c)
			}
		}
	}
	return out
}

// addCounts collects the numbers of the counted datasets.
func (p *publisher) addCounts(m *report.Material, b *Batch) error {
	for _, c := range b.counts() {
		records, err := p.counted(c)
		if err != nil {
			return err
		}
		m.Records = append(m.Records, records...)
	}
	return nil
}

// counted are the numbers of a counted dataset.
func (p *publisher) counted(c Counted) ([]plots.Record, error) {
	dir, err := p.folder(c.Node)
	if err != nil {
		return nil, err
	}
	return figure.ReadRun(dir, plots.Labels{"dataset": c.Dataset})
}

// counting is the experiment without the datasets whose count is lost.
func (p Planned) counting(lost func(*engine.Node) bool) Planned {
	gone := func(c Counted) bool { return lost(c.Node) }
	out := p
	out.Counts = slices.DeleteFunc(slices.Clone(p.Counts), gone)
	out.Datasets = slices.DeleteFunc(slices.Clone(p.Datasets), func(d plots.DatasetSpec) bool {
		return slices.ContainsFunc(p.Counts, func(c Counted) bool { return c.Dataset == d.Name && gone(c) })
	})
	return out
}
