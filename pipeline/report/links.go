package report

import (
	"cmp"
	"slices"

	"rationale/plots"
	"rationale/plots/html"
)

// runsOfFigures links from an experiment's figures to the runs that they are drawn
// from.
func (m Material) runsOfFigures(e Experiment) []html.Block {
	if len(e.Figures) == 0 {
		return nil
	}
	return m.links("Runs behind the figures", e.Records)
}

// runsOfTable links from a table to the runs behind its numbers.
func (m Material) runsOfTable(t Table) []html.Block {
	var records []plots.Record
	for _, o := range t.Origins {
		records = append(records, o.Records...)
	}
	return m.links("Runs behind the numbers of "+t.Name, records)
}

// links has an item for each kind of run that measured some of the records, with a
// link for each seed to its row among the run times.
func (m Material) links(summary string, records []plots.Record) []html.Block {
	measured := map[string]bool{}
	for _, r := range records {
		measured[r.Run] = true
	}
	list := html.Links{Summary: summary}
	for _, r := range m.bySeed() {
		if !measured[r.ID] && !measured[r.EvaluationID] {
			continue
		}
		name := m.named(r)
		if n := len(list.Items); n == 0 || list.Items[n-1].Text != name {
			list.Items = append(list.Items, html.LinkItem{Text: name})
		}
		last := &list.Items[len(list.Items)-1]
		last.Links = append(last.Links, html.Link{Text: "seed " + r.Labels[plots.SeedKey], Anchor: r.ID})
	}
	if len(list.Items) == 0 {
		return nil
	}
	return []html.Block{list}
}

// bySeed are the runs with those together that differ in nothing but the seed.
func (m Material) bySeed() []Run {
	return slices.SortedStableFunc(slices.Values(m.Runs), func(a, b Run) int {
		return cmp.Or(withoutSeed(a).Compare(withoutSeed(b)), a.Labels.Compare(b.Labels))
	})
}

// sameKind tells that two runs differ in nothing but the seed.
func sameKind(a, b Run) bool { return withoutSeed(a).Compare(withoutSeed(b)) == 0 }

func withoutSeed(r Run) plots.Labels { return r.Labels.With(plots.SeedKey, "") }
