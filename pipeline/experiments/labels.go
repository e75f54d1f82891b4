package experiments

import (
	"slices"
	"strconv"
	"strings"

	"rationale/pipeline/engine"
	"rationale/plots"
	"rationale/stages/graphs"
	"rationale/stages/train"
)

// Labels are what the parameters of graphs and training tell of a run. Only its
// planner knows in what else it is unusual.
func Labels(g graphs.Params, p train.Params) plots.Labels {
	l := plots.Labels{
		"dataset": p.Dataset, "method": g.Method, "encoder": encoderName(g),
		plots.SeedKey: strconv.FormatUint(p.Seed, 10),
	}
	if s, ok := p.Scalars[sparsityKey]; ok {
		l[sparsityKey] = strconv.FormatFloat(s, 'g', -1, 64)
	}
	return l
}

// labels are what tells a planned run from others.
func (l *Lab) labels(r *Run, data source, over layer) (plots.Labels, error) {
	usual, err := l.settings(data, r.Method, r.Encoder, nil)
	labels := Labels(r.Graphs.Stage.Params().(graphs.Params), r.Train.Stage.Params().(train.Params))
	return labels.With("variant", variant(over, usual.list(r.Method), r.Settings.list(r.Method), labels)), err
}

// variant names the settings of over in which a run differs from what is usual
// for its method and dataset: "hinge=true". A setting that has a key of its own
// among the labels is left out.
func variant(over layer, usual, settings [][2]string, labels plots.Labels) string {
	before := map[string]string{}
	for _, setting := range usual {
		before[setting[0]] = setting[1]
	}
	var parts []string
	for _, setting := range settings {
		name, value := setting[0], setting[1]
		if _, set := over[name]; set && value != before[name] && labels[name] == "" {
			parts = append(parts, name+"="+value)
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// tellApart adds to the names of nodes what tells runs apart that would have the
// same ones.
func tellApart(runs []*Run) {
	named := map[string][]*Run{}
	for _, r := range runs {
		named[r.Train.Label] = append(named[r.Train.Label], r)
	}
	for _, same := range named {
		var labels []plots.Labels
		for _, r := range same {
			labels = append(labels, r.Labels)
		}
		for _, r := range same {
			r.call(r.Labels.Apart(labels))
		}
	}
}

// call adds to the names of the run's nodes.
func (r *Run) call(more string) {
	for _, n := range append([]*engine.Node{r.Weights, r.Train}, r.measured()...) {
		n.Label += more
	}
}
