package experiments

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"rationale/plots"
)

// Experiment is one figure or table of a paper: a file of this package.
type Experiment struct {
	Name     string   `toml:"name"`
	Title    string   `toml:"title"`
	Paper    string   `toml:"paper"`    // where it stands in the paper
	Headline bool     `toml:"headline"` // run when no experiment is named
	Aspects  []string `toml:"aspects"`  // beer's, or the generated data's
	Expect   string   `toml:"expect"`   // what the paper saw
	// Runs are trained on every dataset, with every seed.
	Runs []struct {
		Method string `toml:"method"`
		Set    layer  `toml:"set"`
	} `toml:"runs"`
	Figures []plots.FigureEntry `toml:"figures"`
	Tables  []plots.TableEntry  `toml:"tables"`
}

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

// All lists the experiments by name.
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
	return out, nil
}

func read(file string) (Experiment, error) {
	var e Experiment
	meta, err := toml.DecodeFS(files, file, &e)
	if err != nil {
		return e, fmt.Errorf("%s: %w", file, err)
	}
	for _, key := range meta.Undecoded() {
		if len(key) < 2 || key[0] != "runs" {
			return e, fmt.Errorf("%s: unknown key %q", file, key)
		}
	}
	if e.Name+".toml" != file {
		return e, fmt.Errorf("%s: the experiment calls itself %q", file, e.Name)
	}
	if err := e.checkNames(); err != nil {
		return e, err
	}
	if err := e.checkMetrics(); err != nil {
		return e, fmt.Errorf("%s: %w", file, err)
	}
	return e, nil
}

// checkNames wants names that tell the figures apart, and the tables.
func (e Experiment) checkNames() error {
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

// choose finds the named experiments; none means the headline ones, "all"
// every one.
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
		i := slices.IndexFunc(all, func(e Experiment) bool { return strings.EqualFold(e.Name, name) })
		if i < 0 {
			return nil, unknownExperiment(name, all)
		}
		out = append(out, all[i])
	}
	return out, nil
}

func unknownExperiment(name string, all []Experiment) error {
	known := make([]string, len(all))
	for i, e := range all {
		known[i] = e.Name
	}
	return fmt.Errorf("no experiment %q; there are %s%s", name, strings.Join(known, ", "), suggestion(name, known))
}
