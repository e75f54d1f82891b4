package experiments

import (
	"fmt"
	"slices"
	"strings"

	"rationale/datasets/generator"
	"rationale/plots"
)

// Data says which datasets are the paper's own: the beer reviews about aroma.
type Data struct {
	Format  string   `toml:"format"`
	Aspects []string `toml:"aspects"` // in the paper's order
	// Classes tell tasks of one format apart, by number, where no aspect does; Name is
	// then what the paper calls the data.
	Classes []string `toml:"classes"`
	Name    string   `toml:"name"`
	// Options are those of the import that the paper's data has; they are the usual
	// ones, so that an import may leave them out.
	Options map[string]string `toml:"options"`
	// Item of the paper shows the same of data for which there is no number: "BadRNL,
	// Table A3".
	Item string `toml:"item"`
	// StandIns are aspects of the generated data, each in place of the paper's own
	// data of the aspect at the same place while that is not there; with Classes, what
	// generated data takes the place of those.
	StandIns []string `toml:"stand_ins"`
}

// owns tells that a dataset is the paper's own.
func (e Experiment) owns(s source) bool {
	return slices.ContainsFunc(e.Data, func(d Data) bool { return d.has(s) })
}

// has tells that a dataset is about one of the aspects.
func (d Data) has(s source) bool {
	switch {
	case s.format != d.Format || d.otherwise(s):
		return false
	case len(d.Classes) > 0:
		return slices.Equal(d.Classes, s.classes) && !s.derived
	}
	return slices.Contains(d.Aspects, s.aspect)
}

// otherwise tells that a dataset was imported with other options than the paper's.
func (d Data) otherwise(s source) bool {
	for name, want := range d.Options {
		if given, ok := s.options[name]; ok && given != want {
			return true
		}
	}
	return false
}

// counterpart is the item of the appendix that a dataset is shown for.
func (e Experiment) counterpart(s source) string {
	i := slices.IndexFunc(e.Appendix, func(d Data) bool { return d.has(s) })
	if i < 0 {
		return ""
	}
	return e.Appendix[i].Item
}

// checkData checks all of the paper's data, that of its appendix too.
func (e Experiment) checkData() error {
	for _, d := range e.Appendix {
		if d.Item == "" {
			return fmt.Errorf("appendix: data of the format %q without an item; name the figure or table", d.Format)
		}
	}
	for _, d := range slices.Concat(e.allData(), e.Otherwise) {
		if err := d.check(); err != nil {
			return err
		}
	}
	return nil
}

// allData is the paper's data, with numbers and without.
func (e Experiment) allData() []Data { return slices.Concat(e.Data, e.Appendix) }

// check wants a stand-in for each aspect, or none.
func (d Data) check() error {
	tasks := len(d.Aspects)
	if len(d.Classes) > 0 {
		tasks = 1
	}
	if n := len(d.StandIns); n > 0 && n != tasks {
		return fmt.Errorf("data: %d aspects and %d stand_ins; expected one for each, or none", tasks, len(d.StandIns))
	}
	for _, name := range d.StandIns {
		if known := embeddedNames(); !slices.Contains(known, generator.Prefix+name) {
			return fmt.Errorf("data: nothing generated is called %q; there are %s", generator.Prefix+name, strings.Join(known, ", "))
		}
	}
	return nil
}

// part is an experiment on some of its datasets, published under one name.
type part struct {
	Experiment
	datasets []string
	paper    bool // the data is the paper's own
}

// parts deals the datasets of experiments out: the papers' own data goes under the
// papers' names; other data under the experiments' own names, once for all those
// that have one in common.
func (l *Lab) parts(chosen []Experiment, only []string) ([]part, error) {
	var out []part
	for _, e := range chosen {
		names := only
		if len(names) == 0 {
			var err error
			if names, err = l.datasetsOf(e); err != nil {
				return nil, err
			}
		}
		names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return l.lacks(e, name) != "" })
		own := func(name string) bool { return l.isPapers(e, name) }
		if of := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !own(name) }); len(of) > 0 {
			out = append(out, part{e, of, true})
		}
		if of := slices.DeleteFunc(names, own); len(of) > 0 {
			out = join(out, part{e.called(e.Own), of, false})
		}
	}
	return l.once(out), nil
}

// join adds a part under an own name to the one that has this name already.
func join(parts []part, more part) []part {
	i := slices.IndexFunc(parts, func(p part) bool { return p.Name == more.Name })
	if i < 0 {
		return append(parts, more)
	}
	for _, name := range more.datasets {
		if !slices.Contains(parts[i].datasets, name) {
			parts[i].datasets = append(parts[i].datasets, name)
		}
	}
	return parts
}

// once takes the datasets out of parts under own names that are published under a
// paper's name beside them: Figure 10 has the palate reviews, which are foreign to
// Figure 3.
func (l *Lab) once(parts []part) []part {
	for i, p := range parts {
		parts[i].datasets = slices.DeleteFunc(p.datasets, func(name string) bool {
			return !p.paper && slices.ContainsFunc(parts, func(q part) bool {
				return q.paper && q.Own == p.Own && slices.Contains(q.datasets, name)
			})
		})
	}
	return slices.DeleteFunc(parts, func(p part) bool { return len(p.datasets) == 0 })
}

// datasetsOf lists the datasets of an experiment: for each aspect the paper's own
// data if it is there, else what stands in for it; what the appendix is about; then
// every other imported set whose format is none of theirs.
func (l *Lab) datasetsOf(e Experiment) ([]string, error) {
	formats, err := formatsOf(e.Own)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, d := range e.allData() {
		out = append(out, l.named(e, d)...)
	}
	if len(e.Otherwise) > 0 {
		return l.otherwise(e, out), nil
	}
	for _, name := range l.usable(e) {
		if !slices.Contains(formats, l.sources[name].format) {
			out = append(out, name)
		}
	}
	return out, nil
}

// otherwise are the experiment's datasets where it has other data for those who lack the
// paper's own.
func (l *Lab) otherwise(e Experiment, own []string) []string {
	if len(own) > 0 {
		return own
	}
	var out []string
	for _, d := range e.Otherwise {
		out = append(out, l.named(e, d)...)
	}
	return out
}

// named are the datasets for the aspects of the paper's data.
func (l *Lab) named(e Experiment, d Data) []string {
	var out []string
	if len(d.Classes) > 0 {
		return l.classified(e, d)
	}
	for i, aspect := range d.Aspects {
		name := ""
		if len(d.StandIns) > 0 {
			name = generator.Prefix + d.StandIns[i]
		}
		for _, candidate := range l.usable(e) {
			if s := l.sources[candidate]; d.has(s) && s.aspect == aspect {
				name = candidate
			}
		}
		if name != "" {
			out = append(out, name)
		}
	}
	return out
}

// classified are the datasets of the paper's classes, or what stands in for them.
func (l *Lab) classified(e Experiment, d Data) []string {
	own := slices.DeleteFunc(l.usable(e), func(name string) bool { return !d.has(l.sources[name]) })
	if len(own) == 0 && len(d.StandIns) > 0 {
		own = append(own, generator.Prefix+d.StandIns[0])
	}
	return own
}

// formatsOf are the formats of the papers' own data of all experiments that have an
// own name in common.
func formatsOf(own string) ([]string, error) {
	all, err := All()
	var out []string
	for _, e := range all {
		if e.Own == own {
			for _, d := range e.allData() {
				out = append(out, d.Format)
			}
		}
	}
	return out, err
}

// usable lists the imported datasets that the experiment can use.
func (l *Lab) usable(e Experiment) []string {
	return slices.DeleteFunc(l.ofUsers(), func(name string) bool { return l.unusable(e, name) != "" })
}

// lacks says what a dataset lacks for an experiment; empty when nothing.
func (l *Lab) lacks(e Experiment, name string) string {
	s := l.sources[name]
	why := l.unusable(e, name)
	switch {
	case why != "":
		return why
	case l.unbegun(e) != nil:
		return l.unbegun(e).Error()
	case e.attacks() && s.poisoned:
		return "it is poisoned already"
	case e.teaches() && !s.taught:
		return "its training texts have no human rationales"
	case s.annotated:
	case e.Annotated:
		return "its test texts have no human rationales"
	case l.opts.SparsityFrom == FromAnnotations && e.searches():
		return "its test texts have no human rationales, on which the sparsity is to be read"
	}
	return ""
}

// attacks tells that runs of the experiment are attacked.
func (e Experiment) attacks() bool {
	return slices.ContainsFunc(e.Runs, func(r RunEntry) bool { return r.Backdoor != nil })
}

// teaches tells that runs are attacked with and without the rationale loss, to see what
// human rationales of training texts are worth.
func (e Experiment) teaches() bool {
	return slices.ContainsFunc(e.Runs, func(r RunEntry) bool { return r.Backdoor != nil && len(r.Backdoor.Equations) > 1 })
}

// isPapers tells that a dataset is the paper's own, as it was imported.
func (l *Lab) isPapers(e Experiment, name string) bool {
	s := l.sources[name]
	return e.owns(s) && !s.derived
}

// shown says how an experiment's figures and tables call a dataset; generated
// ones are called so.
func (l *Lab) shown(name string, e Experiment) plots.DatasetSpec {
	s, title := l.sources[name], name
	switch {
	case s.embedded && s.graphs:
		title = e.printed(s) + " (generated)"
	case s.embedded:
		title = s.aspect + " (generated)"
	}
	d := plots.DatasetSpec{Name: name, Title: title, Classes: len(s.classes), ClassNames: s.classes, Paper: l.isPapers(e, name)}
	if d.Paper {
		d.PaperName = e.printed(s)
	} else {
		d.Counterpart = e.counterpart(s)
	}
	return d
}

// printed is what the paper calls its own data.
func (e Experiment) printed(s source) string {
	for _, d := range e.Data {
		if d.has(s) && d.Name != "" {
			return d.Name
		}
	}
	return capital(s.format) + "-" + capital(s.aspect)
}

// capital is a word as the papers write the names of datasets: "Beer".
func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }
