package experiments

import (
	"slices"
	"strings"
	"testing"

	"rationale/datasets"
	"rationale/datasets/formats"
	"rationale/onnx/rationalizer"
	"rationale/pipeline/engine"
	"rationale/stages/adopt"
	"rationale/stages/graphs"
	"rationale/stages/train"
)

// onGraphs plans a run on generated graphs.
func onGraphs(l *Lab, method, format string, set map[string]string) (*Run, error) {
	return l.Run(RunSpec{Method: method, Dataset: "generated-" + format, Seed: 1, Set: set})
}

// TestSettingsOfGraphs: those of METHODS §9, on each dataset.
func TestSettingsOfGraphs(t *testing.T) {
	l := newTestLab(t, Options{Profile: "paper"})
	for _, tc := range []struct {
		method, format string
		graph          rationalizer.GraphHyper
		s, lambda      float64
		anneal         int
	}{
		{"RNP", "ba2motifs", rationalizer.GraphHyper{Mask: "subgraph", Readout: "mean"}, .2, 1, 30},
		{"FR+A2I", "goodmotif", rationalizer.GraphHyper{Mask: "features", Readout: "max-sum"}, .292, .5, 0},
		{"classifier", "ba2motifs", rationalizer.GraphHyper{Mask: "subgraph", Readout: "mean"}, 0, 0, 0},
	} {
		r, err := onGraphs(l, tc.method, tc.format, nil)
		if err != nil {
			t.Fatal(err)
		}
		g, p := r.Graphs.Stage.Params().(graphs.Params), r.Train.Stage.Params().(train.Params)
		if g.Encoder != "gcn" || g.Graph != tc.graph || g.Hyper.Hidden != 64 {
			t.Errorf("%s on %s: graphs of %+v", tc.method, tc.format, g)
		}
		if p.Scalars[sparsityKey] != tc.s || p.Scalars["lambda_sparsity"] != tc.lambda || p.Scalars["lambda_coherence"] != 0 || p.Anneal != tc.anneal {
			t.Errorf("%s on %s: scalars %v, annealed over %d epochs", tc.method, tc.format, p.Scalars, p.Anneal)
		}
		for _, setting := range r.Settings.list(r.Method) {
			if setting[0] == "max_length" {
				t.Errorf("%s on %s: a maximal length of %s", tc.method, tc.format, setting[1])
			}
		}
		if p.Epochs != 80 || p.Batch != 64 || p.Rate != 1e-3 || r.Labels["encoder"] != "gcn" {
			t.Errorf("%s on %s: %+v of %v", tc.method, tc.format, p, r.Labels)
		}
	}
}

// TestSettingsAreOfFormatsOfGraphs, or the generated data would have no rows.
func TestSettingsAreOfFormatsOfGraphs(t *testing.T) {
	book, err := readBook()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Profiles() {
		p, err := book.profile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, set := range generatedGraphs {
			if size := p.Graphs[set.format]; min(size.Train, size.Dev, size.Test) < 1 {
				t.Errorf("%s, %s: %+v", name, set.format, size)
			}
			f, err := formats.Find(set.format)
			if err != nil || !slices.Equal(f.Classes[0], set.classes) {
				t.Errorf("%s: classes %v, %v", set.format, set.classes, err)
			}
		}
		if len(p.Graphs) != len(generatedGraphs) {
			t.Errorf("%s has sizes of %v", name, p.Graphs)
		}
	}
}

// TestGoldShareOfGraphs: s of imported graphs is what the manifest says of their nodes.
func TestGoldShareOfGraphs(t *testing.T) {
	l := newTestLab(t, Options{Profile: "quick"})
	_, err := formats.Import(t.Context(), l.opts.Data, formats.ImportOptions{
		Format: "goodmotif", Name: "wide", Options: map[string]string{"shift": "size", "train": "60", "dev": "20", "test": "20"}, Seed: 1,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.imported("wide")
	if err != nil {
		t.Fatal(err)
	}
	if s.goldShare < .2 || s.goldShare > .4 || s.trainTokens < 60*8 || s.features != 1 {
		t.Errorf("gold share %v of %d nodes with %d features", s.goldShare, s.trainTokens, s.features)
	}
	s.format = "tu"
	settings, err := settingsOn(l.book, s, "RNP", "quick", nil)
	if err != nil || settings.Options[sparsityKey] != s.goldShare {
		t.Errorf("s is %v, %v; want %v", settings.Options[sparsityKey], err, s.goldShare)
	}
}

// TestGraphsAreAdopted: what a run reads is in the store, and its first input is the
// dataset.
func TestGraphsAreAdopted(t *testing.T) {
	r, err := onGraphs(newTestLab(t, Options{Profile: "smoke"}), "RNP", "ba2motifs", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := r.Data.Stage.(*adopt.Stage); !ok || r.Data.Inputs[0].Role != adopt.DatasetRole {
		t.Errorf("the run reads %s", r.Data.Label)
	}
	if _, err := engine.NewPlan(r.Evaluate); err != nil {
		t.Error(err)
	}
}

// TestSeedsOfGraphs: runs with a seed share BA2Motifs of their own, and all runs one
// GOODMotif.
func TestSeedsOfGraphs(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke"})
	drawn := func(method, format string, seed uint64) string {
		r, err := l.Run(RunSpec{Method: method, Dataset: "generated-" + format, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		plan, err := engine.NewPlan(r.Evaluate)
		if err != nil {
			t.Fatal(err)
		}
		return plan.ID(r.Data)
	}
	for format, differ := range map[string]bool{"ba2motifs": true, "goodmotif": false} {
		one, two := drawn("RNP", format, 1), drawn("RNP", format, 2)
		if (one != two) != differ || drawn("FR+A2I", format, 2) != two {
			t.Errorf("%s: seed 1 reads %s, seed 2 %s", format, one, two)
		}
	}
}

// TestEncodersOfDatasets: each reads one kind of data, and refuses the other.
func TestEncodersOfDatasets(t *testing.T) {
	for _, tc := range []struct {
		graphs      bool
		named, want string
	}{
		{false, "", "gru"}, {true, "", "gcn"}, {true, "gcn", "gcn"}, {false, "bert", "bert"},
		{true, "bert", "the encoder bert reads texts, and dataset toys holds graphs"},
		{false, "gcn", "the encoder gcn reads graphs, and dataset toys holds texts"},
		{true, "gnu", `no encoder "gnu"`},
	} {
		kind, err := source{name: "toys", graphs: tc.graphs}.encoder(tc.named)
		if err != nil {
			kind.Name = err.Error()
		}
		if !strings.HasPrefix(kind.Name, tc.want) {
			t.Errorf("%q on graphs: %v: %s, want %s", tc.named, tc.graphs, kind.Name, tc.want)
		}
	}
}

// TestGraphsRefused: settings and methods that graphs have not, before anything is made.
func TestGraphsRefused(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke"})
	for want, plan := range map[string]func() (*Run, error){
		"VIB is a method for texts": func() (*Run, error) { return onGraphs(l, "VIB", "ba2motifs", nil) },
		"max_length is for texts":   func() (*Run, error) { return onGraphs(l, "RNP", "ba2motifs", map[string]string{"max_length": "8"}) },
		`padding = "paper"`:         func() (*Run, error) { return onGraphs(l, "RNP", "ba2motifs", map[string]string{"padding": "paper"}) },
		`mask = "edges"; expected`:  func() (*Run, error) { return onGraphs(l, "RNP", "ba2motifs", map[string]string{"mask": "edges"}) },
		"normalised_adjacency = 2": func() (*Run, error) {
			return onGraphs(l, "RNP", "ba2motifs", map[string]string{"normalised_adjacency": "2"})
		},
		"no_batch_norm are for graphs":  func() (*Run, error) { return onGraphs(l, "RNP", "aroma", map[string]string{"no_batch_norm": "true"}) },
		"generated-goodmotif: it holds": func() (*Run, error) { _, err := l.dataset("generated-goodmotif"); return nil, err },
	} {
		if _, err := plan(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestExperimentsAreOfOneKind: what holds the other is left out, and told once.
func TestExperimentsAreOfOneKind(t *testing.T) {
	l := withSets(newTestLab(t, Options{Profile: "smoke"}), "tw tweets -")
	l.sources["shapes"] = source{name: "shapes", format: "tu", graphs: true, features: 1, classes: []string{"a", "b"}, annotated: true}
	texts, err := choose([]string{"a2i-fig3", "a2i-fig6"})
	if err != nil {
		t.Fatal(err)
	}
	got := l.leftOut(texts, l.ofUsers())
	if want := "shapes is left out: " + datasets.HoldsGraphs; len(got) != 1 || got[0] != want {
		t.Errorf("%q, want %q", got, want)
	}
	if _, err := l.Reproduce([]string{"a2i-fig3"}, "shapes"); err == nil || !strings.Contains(err.Error(), datasets.HoldsGraphs) {
		t.Errorf("error %v, want %q", err, datasets.HoldsGraphs)
	}
}

// TestTableOfGraphs: the embedded sets are the paper's own data, five seeds each in the
// profiles that have the time; imported ones take the place of the embedded, and others
// have a table of their own.
func TestTableOfGraphs(t *testing.T) {
	own := "a2i-table3: generated-ba2motifs generated-goodmotif"
	for _, tc := range []struct {
		profile string
		seeds   int
		sets    map[string]source
		want    string
		runs    int
	}{
		{"smoke", 0, nil, own, 8},
		{"quick", 0, nil, own, 40},
		{"paper", 0, nil, own, 40},
		{"paper", 2, nil, own, 16},
		{"smoke", 0, map[string]source{"motifs": {format: "ba2motifs", classes: []string{"cycle", "house"}}}, "a2i-table3: motifs generated-goodmotif", 8},
		{"smoke", 0, map[string]source{"size": {format: "goodmotif", classes: []string{"house", "cycle", "crane"}, options: map[string]string{"shift": "size"}}}, own, 8},
		{"smoke", 0, map[string]source{"mutag": {format: "tu", classes: []string{"0", "1"}}}, own + "; methods-on-graphs: mutag", 12},
	} {
		l := withSets(newTestLab(t, Options{Profile: tc.profile, Seeds: tc.seeds}), "tw tweets -")
		for name, s := range tc.sets {
			s.name, s.graphs, s.features, s.annotated = name, true, 1, true
			s.input = l.sources["generated-ba2motifs"].input
			l.sources[name] = s
		}
		b, err := l.Reproduce([]string{"a2i-table3"})
		if err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, e := range b.Experiments {
			var names []string
			for _, d := range e.Datasets {
				names = append(names, d.Name)
			}
			parts = append(parts, e.Name+": "+strings.Join(names, " "))
		}
		if got := strings.Join(parts, "; "); got != tc.want || len(b.Runs) != tc.runs || b.Random {
			t.Errorf("%s: %d runs of %s; want %d of %s", tc.profile, len(b.Runs), got, tc.runs, tc.want)
		}
		if want := []string{"tw is left out: " + datasets.HoldsTexts}; !slices.Equal(b.LeftOut, want) {
			t.Errorf("left out: %q", b.LeftOut)
		}
	}
}
