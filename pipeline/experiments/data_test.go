package experiments

import (
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"

	"rationale/pipeline/engine"
	"rationale/plots"
)

// withSets adds imported datasets to a lab, each "name format aspect" and perhaps
// "plain", without human rationales, "untaught", without them in training texts,
// "derived" or "poisoned". An aspect with a slash are the classes.
func withSets(l *Lab, sets ...string) *Lab {
	for _, set := range sets {
		words := append(strings.Fields(set), "")
		l.sources[words[0]] = source{
			name: words[0], format: words[1], aspect: strings.Trim(words[2], "-"), classes: []string{"negative", "positive"},
			annotated: words[3] != "plain", taught: words[3] != "plain" && words[3] != "untaught", judged: words[3] != "plain" && words[3] != "untaught", vectors: &engine.Input{},
			derived: words[3] == "derived" || words[3] == "poisoned", poisoned: words[3] == "poisoned",
		}
		if classes := strings.Split(words[2], "/"); len(classes) > 1 {
			s := l.sources[words[0]]
			s.aspect, s.classes = "", classes
			l.sources[words[0]] = s
		}
	}
	return l
}

// TestNamesFollowTheData: the paper's own data is published under the paper's name,
// other data under the experiment's own, and nothing twice.
func TestNamesFollowTheData(t *testing.T) {
	for _, tc := range []struct {
		name        string
		sets        []string
		asked, only []string
		want        []string
	}{
		{
			"nothing imported", nil, []string{"a2i-fig3", "a2i-fig6", "a2i-table1"}, nil,
			[]string{"random-patterns: generated-aroma", "attack-success: generated-appearance generated-aroma generated-palate", "methods: generated-appearance generated-aroma generated-palate"},
		},
		{
			"both kinds of data", []string{"b0 beer appearance", "b1 beer aroma", "tw tweets -"}, []string{"a2i-fig6"}, nil,
			[]string{"a2i-fig6: b0 b1", "attack-success: generated-palate tw"},
		},
		{
			"all the paper's data", []string{"b0 beer appearance", "b1 beer aroma", "b2 beer palate"}, []string{"a2i-fig6"}, nil,
			[]string{"a2i-fig6: b0 b1 b2"},
		},
		{
			"three figures under one name", []string{"b1 beer aroma", "tw tweets -"}, []string{"random-patterns"}, nil,
			[]string{"a2i-fig3: b1", "random-patterns: tw generated-appearance generated-palate"},
		},
		{
			"two tables under one name", []string{"h0 hotel location", "b1 beer aroma", "tw tweets -"}, []string{"a2i-table1", "a2i-table2"}, nil,
			[]string{"a2i-table1: b1", "methods: generated-appearance generated-palate tw generated-aroma", "a2i-table2: h0"},
		},
		{"another aspect", []string{"b2 beer palate"}, []string{"a2i-fig3"}, []string{"b2"}, []string{"random-patterns: b2"}},
		{"another aspect and its figure", []string{"b2 beer palate"}, []string{"a2i-fig3", "a2i-fig10"}, []string{"b2"}, []string{"a2i-fig10: b2"}},
		{"derived data", []string{"b1 beer aroma derived"}, []string{"a2i-fig3"}, nil, []string{"random-patterns: b1"}},
		{"no claims", []string{"tw tweets -", "b1 beer aroma"}, []string{"badrnl-fig2", "a2i-fig3"}, []string{"tw"}, []string{"naive-attack: tw", "random-patterns: tw"}},
		{
			"the appendix's data", []string{"fe eraser REFUTES/SUPPORTS", "mo eraser NEG/POS", "es eraser no/yes"}, []string{"badrnl-fig2", "badrnl-table1"}, nil,
			[]string{"badrnl-fig2: fe", "naive-attack: mo", "badrnl-table1: fe", "attacks: mo"},
		},
		{
			"a task of the paper's, in its appendix", []string{"fe eraser REFUTES/SUPPORTS", "mu eraser False/True"}, []string{"badrnl-fig7"}, nil,
			[]string{"badrnl-fig7: fe", "trigger-position: mu"},
		},
		{"poisoned data is not attacked again", []string{"tw tweets -", "tw-poisoned tweets - poisoned"}, []string{"badrnl-fig2"}, nil, []string{"naive-attack: tw"}},
		{
			"only one figure is about human rationales of training texts", []string{"tw tweets -", "b0 beer appearance untaught"}, []string{"badrnl-fig2", "badrnl-fig11"}, nil,
			[]string{"naive-attack: b0 tw", "rationale-loss: tw"},
		},
		{"no rationales", []string{"tw tweets - plain"}, []string{"methods", "a2i-fig3"}, []string{"tw"}, []string{"random-patterns: tw"}},
	} {
		l := withSets(newTestLab(t, Options{}), tc.sets...)
		chosen, err := choose(tc.asked)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := l.parts(chosen, tc.only)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range parts {
			got = append(got, p.Name+": "+strings.Join(p.datasets, " "))
			for _, name := range p.datasets {
				if l.shown(name, p.Experiment).Paper != p.paper {
					t.Errorf("%s: %s is not shown as its name says", tc.name, name)
				}
			}
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", tc.name, diff)
		}
	}
}

// TestOwnNamesOnTheCommandLine: an own name stands for all experiments that bear it.
func TestOwnNamesOnTheCommandLine(t *testing.T) {
	for asked, want := range map[string]string{
		"a2i-fig3":                 "a2i-fig3",
		"Random-Patterns":          "a2i-fig3 a2i-fig9 a2i-fig10",
		"a2i-fig9 random-patterns": "a2i-fig9 a2i-fig3 a2i-fig10",
		"methods attack-success":   "a2i-table1 a2i-table2 a2i-fig6",
	} {
		chosen, err := choose(strings.Fields(asked))
		var got []string
		for _, e := range chosen {
			got = append(got, e.Name)
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: %q, %v; want %s", asked, got, err, want)
		}
	}
	if _, err := choose([]string{"random-patern"}); err == nil || !strings.Contains(err.Error(), `did you mean "random-patterns"?`) {
		t.Errorf("error %v", err)
	}
}

// TestNothingToRunOn: a table of rationales has nothing to show where there are none,
// and says so.
func TestNothingToRunOn(t *testing.T) {
	l := withSets(newTestLab(t, Options{}), "tw tweets - plain")
	_, err := l.Reproduce([]string{"methods"}, "tw")
	if err == nil || !strings.Contains(err.Error(), "nothing to run on: tw is left out of a2i-table1: its test texts have no human rationales; ") {
		t.Errorf("error %v", err)
	}
	l.opts.SparsityFrom = FromAnnotations
	_, err = l.Reproduce([]string{"a2i-fig8"}, "tw")
	if err == nil || !strings.Contains(err.Error(), "no human rationales, on which the sparsity is to be read") {
		t.Errorf("error %v", err)
	}
}

// TestFaultyExperiments: what a file cannot mean is told with the file's own words.
func TestFaultyExperiments(t *testing.T) {
	for text, want := range map[string]string{
		"[[data]]\naspects = [\"aroma\"]\nstand_ins = [\"aroma\", \"palate\"]":           "data: 1 aspects and 2 stand_ins; expected one for each",
		"[[data]]\naspects = [\"location\"]\nstand_ins = [\"location\"]":                 `data: nothing generated is called "generated-location"; there are generated-appearance`,
		"[[appendix]]\nformat = \"beer\"":                                                `appendix: data of the format "beer" without an item`,
		"[[runs]]\nmethod = \"RMP\"":                                                     `no method "RMP"`,
		"[seeds]\nquik = 5":                                                              `seeds are for the profile "quik"; there are smoke, quick, paper`,
		"[[runs]]\nmethod = \"RNP\"\nprofiles = [\"quik\"]":                              `RNP is for the profile "quik"; there are smoke, quick, paper; did you mean "quick"?`,
		"[[runs]]\nmethod = \"classifier\"\ntargets = [0.1]":                             "classifier cannot have targets: it has no setting sparsity",
		"[[runs]]\nmethod = \"RNP\"\ntargets = [10]":                                     "targets = 10",
		"[[runs]]\nmethod = \"RNP\"\ntargets = [0.1, 0.3]\nprofiles = [\"paper\"]":       "",
		"[[data]]\nformat = \"beer\"\naspects = [\"aroma\"]\nstand_ins = [\"palate\"]\n": "",
	} {
		var e Experiment
		if _, err := toml.Decode(text, &e); err != nil {
			t.Fatal(err)
		}
		err := e.check()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: error %v; want %q", text, err, want)
		}
	}
}

// TestCounterparts: data of the appendix is told to be, under an experiment's own name,
// and no other data is.
func TestCounterparts(t *testing.T) {
	l := withSets(newTestLab(t, Options{}), "fe eraser REFUTES/SUPPORTS", "mu eraser False/True", "mo eraser NEG/POS", "b0 beer appearance", "h0 hotel cleanliness", "tw tweets -")
	for experiment, sets := range map[string]map[string]string{
		"badrnl-table1": {"fe": "", "mu": "", "mo": "BadRNL, Table A3", "b0": "BadRNL, Table A1", "h0": "BadRNL, Table A2", "tw": ""},
		"badrnl-fig7":   {"fe": "", "mu": "BadRNL, Figure A4", "tw": ""},
		"badrnl-fig11":  {"mo": "BadRNL, Figure A2", "b0": ""},
		"a2i-table1":    {"b0": "", "mo": ""},
	} {
		chosen, err := choose([]string{experiment})
		if err != nil {
			t.Fatal(err)
		}
		for set, want := range sets {
			if got := l.shown(set, chosen[0]).Counterpart; got != want {
				t.Errorf("%s in %s is the counterpart of %q; want %q", set, experiment, got, want)
			}
		}
	}
}

// TestPaperNames: the papers' own data is called as their tables call it.
func TestPaperNames(t *testing.T) {
	printed, err := paperValues()
	if err != nil {
		t.Fatal(err)
	}
	l := withSets(newTestLab(t, Options{}), "b2 beer palate", "h0 hotel cleanliness", "tw tweets -")
	for experiment, sets := range map[string]map[string]string{
		"a2i-table1": {"b2": "Beer-Palate", "tw": "", "generated-palate": ""},
		"a2i-table2": {"h0": "Hotel-Cleanliness", "b2": ""},
	} {
		chosen, err := choose([]string{experiment})
		if err != nil {
			t.Fatal(err)
		}
		for set, want := range sets {
			got := l.shown(set, chosen[0]).PaperName
			known := slices.ContainsFunc(printed, func(v plots.PaperValue) bool { return v.Dataset == got })
			if got != want || known != (want != "") {
				t.Errorf("%s in %s is called %q, which the paper has: %v; want %q", set, experiment, got, known, want)
			}
		}
	}
}
