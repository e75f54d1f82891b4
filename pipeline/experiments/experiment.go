package experiments

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"rationale/onnx/rationalizer"
	"rationale/plots"
)

// Experiment is one figure or table of a paper: a file of this package.
type Experiment struct {
	Name string `toml:"name"` // the paper's: of what is published of its own data
	// Own is the name of what is published of other data. Experiments that say the
	// same of other aspects have one in common.
	Own      string `toml:"own"`
	Title    string `toml:"title"`
	Paper    string `toml:"paper"`    // where it stands in the paper
	Headline bool   `toml:"headline"` // run when no experiment is named
	Data     []Data `toml:"data"`     // the paper's own
	// Appendix is data of which the paper shows the same elsewhere, in numbers that
	// nobody has.
	Appendix []Data `toml:"appendix"`
	// Graphs tells that it is about graphs, not texts.
	Graphs bool `toml:"graphs"`
	// Otherwise is the data that it is shown on where none of the paper's own is there;
	// every imported set when empty.
	Otherwise []Data `toml:"otherwise"`
	// Checkpoint is the one that encoders of its runs begin with, by the name of one
	// that can be fetched.
	Checkpoint string `toml:"checkpoint"`
	// Annotated tells that it is nothing without human rationales of test texts.
	Annotated bool   `toml:"annotated"`
	Expect    string `toml:"expect"` // what the paper saw
	// Seeds are numbers of runs of each kind, by profile; the profile's own elsewhere.
	Seeds map[string]int `toml:"seeds"`
	// Runs are trained on every dataset, with every seed. An experiment without any is
	// about the datasets themselves, which it counts.
	Runs    []RunEntry          `toml:"runs"`
	Figures []plots.FigureEntry `toml:"figures"`
	Tables  []plots.TableEntry  `toml:"tables"`
}

// trains tells that runs are made.
func (e Experiment) trains() bool { return len(e.Runs) > 0 }

// RunEntry says which runs are trained.
type RunEntry struct {
	Method  string `toml:"method"`
	Encoder string `toml:"encoder"` // the default one when empty
	Set     layer  `toml:"set"`
	// Targets are shares of the text, of which one run each is to select as many: its
	// s is searched for. Without them s is a setting.
	Targets  []float64 `toml:"targets"`
	Profiles []string  `toml:"profiles"` // in which it is trained; all when empty
	// Backdoor says how the run is attacked and defended; nil for a run of its own.
	Backdoor *Backdoor `toml:"backdoor"`
}

// in tells that the run is trained in a profile.
func (r RunEntry) in(profile string) bool {
	return len(r.Profiles) == 0 || slices.Contains(r.Profiles, profile)
}

// called is the experiment under another name.
func (e Experiment) called(name string) Experiment {
	e.Name = name
	return e
}

// targets are the sparsities that runs are searched for.
func (e Experiment) targets() []float64 {
	var out []float64
	for _, r := range e.Runs {
		out = append(out, r.Targets...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// searches tells that there are some.
func (e Experiment) searches() bool { return len(e.targets()) > 0 }

// file is the name, without ending, of the files of one of the experiment's
// figures or tables.
func (e Experiment) file(entry string) string {
	if entry == "" {
		return e.Name
	}
	return e.Name + "-" + entry
}

// claims are the numbers that the paper's text gives.
func (e Experiment) claims() []plots.Claim {
	var out []plots.Claim
	for _, t := range e.Tables {
		if spec, ok := t.Spec.(*plots.ClaimsSpec); ok {
			out = append(out, spec.Claims...)
		}
	}
	return out
}

// All lists the experiments by name, Figure 9 before Figure 10.
func All() ([]Experiment, error) {
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		return nil, err
	}
	var out []Experiment
	for _, name := range names {
		if name == settingsFile {
			continue
		}
		e, err := read(name)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b Experiment) int { return cmp.Compare(len(a.Name), len(b.Name)) })
	return out, nil
}

func read(file string) (Experiment, error) {
	var e Experiment
	meta, err := toml.DecodeFS(files, file, &e)
	if err != nil {
		return e, fmt.Errorf("%s: %w", file, err)
	}
	for _, key := range meta.Undecoded() {
		if len(key) < 2 || key[0] != "runs" || key[1] != "set" {
			return e, fmt.Errorf("%s: unknown key %q", file, key)
		}
	}
	if e.Name+".toml" != file {
		return e, fmt.Errorf("%s: the experiment calls itself %q", file, e.Name)
	}
	if err := e.checkNames(); err != nil {
		return e, err
	}
	if err := e.check(); err != nil {
		return e, fmt.Errorf("%s: %w", file, err)
	}
	return e, nil
}

// check says what the experiment cannot mean.
func (e Experiment) check() error {
	return cmp.Or(e.checkData(), e.checkRuns(), e.checkMetrics())
}

// checkRuns wants methods that there are, profiles too, and targets only where a
// setting steers the sparsity.
func (e Experiment) checkRuns() error {
	if err := checkProfiles("seeds are", slices.Sorted(maps.Keys(e.Seeds))); err != nil {
		return err
	}
	for _, r := range e.Runs {
		m, err := rationalizer.Lookup(r.Method)
		if err != nil {
			return err
		}
		if err := cmp.Or(checkProfiles(r.Method+" is", r.Profiles), e.checkEncoder(r.Encoder)); err != nil {
			return err
		}
		if err := r.checkTargets(m); err != nil {
			return err
		}
		if r.Backdoor == nil {
			continue
		}
		if err := r.Backdoor.check(); err != nil {
			return err
		}
	}
	return nil
}

// checkProfiles wants profiles that there are.
func checkProfiles(what string, profiles []string) error {
	for _, p := range profiles {
		if !slices.Contains(Profiles(), p) {
			return fmt.Errorf("%s for the profile %q; there are %s%s", what, p, strings.Join(Profiles(), ", "), suggestion(p, Profiles()))
		}
	}
	return nil
}

func (r RunEntry) checkTargets(m rationalizer.Method) error {
	if len(r.Targets) == 0 {
		return nil
	}
	i := slices.IndexFunc(m.Options, func(o rationalizer.Option) bool { return o.Name == sparsityKey })
	if i < 0 {
		return fmt.Errorf("%s cannot have targets: it has no setting %s", m.Name, sparsityKey)
	}
	for _, target := range r.Targets {
		if err := rationalizer.Within(m.Options[i].Range(), "targets", target); err != nil {
			return err
		}
	}
	return nil
}

// checkNames wants names that tell the figures apart, and the tables.
func (e Experiment) checkNames() error {
	if e.Own == "" || e.Own == e.Name {
		return fmt.Errorf("%s: needs a name of its own for other data than the paper's (own = ...)", e.Name)
	}
	figures, tables := map[string]int{}, map[string]int{}
	for _, f := range e.Figures {
		figures[e.file(f.Name)]++
	}
	for _, t := range e.Tables {
		tables[e.file(t.Name)]++
	}
	for what, names := range map[string]map[string]int{"figures": figures, "tables": tables} {
		for name, n := range names {
			if n > 1 {
				return fmt.Errorf("%s: %d %s would be called %s; give them names", e.Name, n, what, name)
			}
		}
	}
	return nil
}

// choose finds the named experiments, by the paper's name or by their own, which
// several may have in common; no name means the headline ones, "all" every one.
func choose(names []string) ([]Experiment, error) {
	all, err := All()
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return slices.DeleteFunc(all, func(e Experiment) bool { return !e.Headline }), nil
	}
	if slices.Contains(names, "all") {
		return all, nil
	}
	var out []Experiment
	for _, name := range names {
		found := false
		for _, e := range all {
			if !strings.EqualFold(e.Name, name) && !strings.EqualFold(e.Own, name) {
				continue
			}
			found = true
			if !slices.ContainsFunc(out, func(known Experiment) bool { return known.Name == e.Name }) {
				out = append(out, e)
			}
		}
		if !found {
			return nil, unknownExperiment(name, all)
		}
	}
	return out, nil
}

func unknownExperiment(name string, all []Experiment) error {
	var known []string
	for _, e := range all {
		known = append(known, e.Name, e.Own)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	return fmt.Errorf("no experiment %q; there are %s%s", name, strings.Join(known, ", "), suggestion(name, known))
}
