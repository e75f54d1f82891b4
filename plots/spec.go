package plots

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// CurvesSpec is what an experiment file says about a figure of curves: which
// panels it has and which records each line is made of. A new figure of this
// kind needs no Go code.
//
// There is one panel for each dataset and each entry of Panels; without Panels
// one for each dataset. A line's records are those that match the line's keys,
// completed by its panel's keys and the panel's dataset.
type CurvesSpec struct {
	Title    string        `toml:"title"`
	XLabel   string        `toml:"x_label"` // "Epoch" when empty
	YLabel   string        `toml:"y_label"`
	YMin     float64       `toml:"y_min"` // with YMax: fractions; both 0 lets the data choose
	YMax     float64       `toml:"y_max"`
	Chance   bool          `toml:"chance"`   // a line at 1/classes of the panel's dataset
	Datasets []DatasetSpec `toml:"datasets"` // in this order; empty: all that the records have, by name
	Panels   []PanelSpec   `toml:"panels"`   // side by side, a row a dataset
	Lines    []LineSpec    `toml:"lines"`
}

// DatasetSpec names a dataset and says how the figure calls it.
type DatasetSpec struct {
	Name    string `toml:"name"`
	Title   string `toml:"title"`   // Name when empty
	Classes int    `toml:"classes"` // for the line at chance; none where 0
	// ClassNames are the names of the classes, by number; empty where unknown.
	ClassNames []string `toml:"class_names" json:",omitempty"`
	// Paper tells that it is the paper's own data, beside which alone the paper's
	// numbers stand.
	Paper bool `toml:"paper"`
	// PaperName is what the paper's tables call its own data, "Beer-Aroma". Who
	// plans runs sets it beside Paper, or the paper's number is not found.
	PaperName string `toml:"paper_name" json:",omitempty"`
	// Counterpart is the item of a paper that shows the same of this data, "BadRNL,
	// Table A3", where nobody has its numbers.
	Counterpart string `toml:"counterpart" json:",omitempty"`
}

// PanelSpec is one panel of a row: its title and the keys that all its lines
// share, such as the split.
type PanelSpec struct {
	Title string `toml:"title"`
	// Floor is the metric of a number of the dataset itself that the lines have to be
	// read against; a line across the panel.
	Floor    string `toml:"floor" json:",omitempty"`
	Selector `toml:"-"`
}

// UnmarshalTOML reads the keys beside the title.
func (p *PanelSpec) UnmarshalTOML(table any) error {
	type plain PanelSpec
	return p.Selector.decode(table, (*plain)(p))
}

// LineSpec is one line of the figure: its name in the legend, its style and
// the keys of its records. Records that differ in nothing but the seed become
// mean ± standard deviation.
type LineSpec struct {
	Name     string `toml:"name"`
	Colour   Style  `toml:"colour"` // a Style; empty: the next free one
	Selector `toml:"-"`
}

// UnmarshalTOML reads the keys beside name and colour.
func (l *LineSpec) UnmarshalTOML(table any) error {
	type plain LineSpec
	return l.Selector.decode(table, (*plain)(l))
}

// Measures lists the metrics that the lines are of.
func (s CurvesSpec) Measures() []string {
	var selectors []Selector
	for _, p := range s.Panels {
		selectors = append(selectors, p.Selector)
		if p.Floor != "" {
			selectors = append(selectors, Selector{"metric": p.Floor})
		}
	}
	for _, l := range s.Lines {
		selectors = append(selectors, l.Selector)
	}
	return metricsIn(selectors)
}

// Figure is Curves on the given datasets, unless the description lists its own.
func (s CurvesSpec) Figure(records []Record, datasets []DatasetSpec) (Figure, error) {
	if len(s.Datasets) == 0 {
		s.Datasets = datasets
	}
	return s.Curves(records)
}

// Curves builds the figure from records. A line without records is an error
// that names the line and the keys looked for.
func (s CurvesSpec) Curves(records []Record) (*Curves, error) {
	return s.arranged(records, func(records []Record, l LineSpec, keys Selector) (Line, error) { return l.draw(records, keys) }, Panel{XLabel: "Epoch"})
}

// drawLine makes a line of the records that have the keys.
type drawLine func(records []Record, l LineSpec, keys Selector) (Line, error)

// arranged builds the panels with lines as draw makes them, on the x axis of a
// panel like the given one.
func (s CurvesSpec) arranged(records []Record, draw drawLine, like Panel) (*Curves, error) {
	if len(s.Lines) == 0 {
		return nil, errors.New("the figure's description has no lines")
	}
	datasets := s.datasets(records)
	if len(datasets) == 0 {
		return nil, errors.New("there are no records to draw")
	}
	figure := &Curves{Title: s.title(datasets), Columns: len(s.Panels)}
	for _, dataset := range datasets {
		for _, spec := range s.panels() {
			panel, err := s.panel(records, dataset, spec, draw, like)
			if err != nil {
				return nil, err
			}
			panel.Title = joinNonEmpty(": ", s.panelTitle(len(figure.Panels), len(datasets), spec, dataset), panel.Remark)
			figure.Panels = append(figure.Panels, panel)
		}
	}
	if err := figure.check(); err != nil {
		return nil, err
	}
	return figure, nil
}

// title is that of the figure. It names the dataset when the panels do not:
// when there is one dataset, and each panel has a title of its own. Datasets that are
// counterparts it names in any case.
func (s CurvesSpec) title(datasets []DatasetSpec) string {
	parts := []string{s.Title}
	for _, d := range datasets {
		if len(s.Panels) > 0 && len(datasets) == 1 || d.Counterpart != "" {
			parts = append(parts, d.Heading())
		}
	}
	return joinNonEmpty(" · ", parts...)
}

// panelTitle letters the panels from "(a)" and names what tells them apart:
// the panel, the dataset or both.
func (s CurvesSpec) panelTitle(index, datasets int, spec PanelSpec, dataset DatasetSpec) string {
	name := dataset.title()
	if len(s.Panels) > 0 && datasets == 1 {
		name = ""
	}
	letter := ""
	if datasets*len(s.panels()) > 1 {
		letter = "(" + letters(index) + ")"
	}
	return joinNonEmpty(" ", letter, joinNonEmpty(", ", spec.Title, name))
}

// letters counts a, b, …, z, aa, ab, ….
func letters(index int) string {
	last := string(rune('a' + index%26))
	if index < 26 {
		return last
	}
	return letters(index/26-1) + last
}

func joinNonEmpty(separator string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), separator)
}

func (d DatasetSpec) title() string { return cmp.Or(d.Title, d.Name) }

// Heading is the dataset's title, with what it is the counterpart of.
func (d DatasetSpec) Heading() string {
	if d.Counterpart == "" {
		return d.title()
	}
	return fmt.Sprintf("%s, counterpart of %s: no paper value", d.title(), d.Counterpart)
}

// datasets are those that the description lists, or all that there are.
func (s CurvesSpec) datasets(records []Record) []DatasetSpec {
	if len(s.Datasets) > 0 {
		return s.Datasets
	}
	names := GroupBy(records, func(r Record) string { return r.Labels["dataset"] })
	var all []DatasetSpec
	for _, name := range slices.Sorted(maps.Keys(names)) {
		all = append(all, DatasetSpec{Name: name})
	}
	return all
}

// panels are the panels of each row.
func (s CurvesSpec) panels() []PanelSpec {
	if len(s.Panels) > 0 {
		return s.Panels
	}
	return []PanelSpec{{}}
}

func (s CurvesSpec) panel(records []Record, dataset DatasetSpec, spec PanelSpec, draw drawLine, p Panel) (Panel, error) {
	p.XLabel, p.YLabel = cmp.Or(s.XLabel, p.XLabel), s.YLabel
	p.YMin, p.YMax, p.Reference = s.YMin, s.YMax, s.chance(dataset)
	if spec.Floor != "" {
		p.Reference = floorOf(records, dataset, spec.Floor)
	}
	shared := spec.Selector.or(Selector{"dataset": dataset.Name})
	for _, line := range s.Lines {
		drawn, err := draw(records, line, line.Selector.or(shared))
		if err != nil {
			return Panel{}, fmt.Errorf("line %q of panel %q: %w", line.Name,
				joinNonEmpty(", ", spec.Title, dataset.title()), err)
		}
		if len(drawn.Points) > 0 {
			p.Lines = append(p.Lines, drawn)
		}
	}
	if len(p.Lines) == 0 {
		p.Remark = Undefined
	}
	return p, nil
}

// chance is what a guess is right in, as the panel's reference. The papers have two
// classes; of more the legend says how many.
func (s CurvesSpec) chance(d DatasetSpec) *Reference {
	if !s.Chance || d.Classes == 0 {
		return nil
	}
	name := "chance"
	if d.Classes > 2 {
		name = fmt.Sprintf("chance, 1 in %d", d.Classes)
	}
	return &Reference{Value: 1 / float64(d.Classes), Name: name}
}

// floorNames are what legends call numbers of datasets.
var floorNames = map[string]string{floorMetric: "a bag of the query's words"}

// floorOf is the number of a dataset as a panel's reference; none where nobody
// measured it.
func floorOf(records []Record, d DatasetSpec, metric string) *Reference {
	for _, r := range Filter(records, Selector{"metric": metric, "dataset": d.Name}) {
		return &Reference{Value: r.Value, Name: cmp.Or(floorNames[metric], metric)}
	}
	return nil
}

// chanceRemarks say what chance is on datasets of more classes than the papers' two.
func chanceRemarks(datasets []DatasetSpec) []string {
	var out []string
	for _, d := range datasets {
		if d.Classes > 2 {
			out = append(out, fmt.Sprintf("%s has %d classes, so that chance is %s %%.", d.title(), d.Classes, decimals(1).number(100/float64(d.Classes))))
		}
	}
	return out
}

// draw aggregates the records of the line and finds the chosen epochs. Without a
// defined number it has no points.
func (l LineSpec) draw(records []Record, keys Selector) (Line, error) {
	matching := Filter(records, keys)
	if len(matching) == 0 {
		return Line{}, errors.New(explainMiss(records, keys))
	}
	if allUndefined(matching) {
		return Line{}, nil
	}
	points, err := SummarizeEpochs(matching)
	if err != nil {
		return Line{}, fmt.Errorf("%s: %w", keys, err)
	}
	if len(points) == 0 {
		return Line{}, fmt.Errorf("the records with %s belong to no epoch", keys)
	}
	return Line{Name: l.Name, Style: l.Colour, Points: points, Chosen: chosen(matching)}, nil
}

// chosen is each seed's selected epoch with the seed's value there.
func chosen(records []Record) []Point {
	var out []Point
	for _, r := range records {
		if r.Selected && r.Epoch > 0 && !math.IsNaN(r.Value) {
			out = append(out, Point{X: float64(r.Epoch), Mean: r.Value, N: 1})
		}
	}
	return out
}
