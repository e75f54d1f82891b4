package plots

import (
	"errors"
	"fmt"
	"math"
)

// Curves is a figure of one or more panels with curves over epochs: mean lines
// and, where several seeds stand behind them, bands of ± one sample standard
// deviation.
type Curves struct {
	Title   string // above everything; may be empty
	Columns int    // panels in a row; 0 chooses
	Panels  []Panel
}

// Panel is one pair of axes. Values on the y axis are fractions, shown as
// percentages.
type Panel struct {
	Title          string
	Axis           Axis
	Groups         []string // below the bars, where Axis is Places
	XLabel, YLabel string
	// YMin and YMax bound the y axis. When both are 0 the figure chooses one
	// range for all such panels, so that they can be compared.
	YMin, YMax float64
	Reference  *Reference // nil for none
	Lines      []Line
	Remark     string // why there are no lines; empty when there are
}

// Axis says what stands on the x axis of a panel.
type Axis string

// The kinds of x axes.
const (
	Epochs Axis = ""       // lines over whole numbers
	Values Axis = "values" // lines over numbers, each with a tick of its own
	Places Axis = "places" // bars at 0, 1, …, where groups have their places
)

// Reference is a horizontal line to compare with, such as chance at 0.5.
type Reference struct {
	Value float64
	Name  string // in the legend
}

// Line is one curve. Lines of one name are one entry of the legend and look
// the same in every panel.
type Line struct {
	Name   string
	Style  Style // empty: the next that no other line uses
	Points []Point
	// Chosen are the epochs that model selection chose, one a seed, each at
	// the seed's own value: a ring in the figure.
	Chosen []Point
}

// Point is one epoch of a curve, or any other position on the x axis.
type Point struct {
	X    float64
	Mean float64 // over seeds
	Std  float64 // sample standard deviation; not read when N < 2
	N    int     // seeds
}

// spread is the half height of the band at the point.
func (p Point) spread() float64 {
	if p.N < 2 {
		return 0
	}
	return p.Std
}

// reach is how far the y axis must extend to show the point: all of its band,
// except where the band of a share passes 0 or 1.
func (p Point) reach() (bottom, top float64) {
	bottom, top = p.Mean-p.spread(), p.Mean+p.spread()
	if p.Mean >= 0 {
		bottom = max(bottom, 0)
	}
	if p.Mean <= 1 {
		top = min(top, 1)
	}
	return bottom, top
}

// check reports the first thing that makes the figure impossible to draw.
func (f *Curves) check() error {
	if len(f.Panels) == 0 {
		return errors.New("the figure has no panels")
	}
	if f.Columns < 0 {
		return fmt.Errorf("the figure cannot have %d columns", f.Columns)
	}
	for i := range f.Panels {
		p := &f.Panels[i]
		if err := p.check(); err != nil {
			return fmt.Errorf("panel %d %q: %w", i+1, p.Title, err)
		}
	}
	return nil
}

func (p *Panel) check() error {
	if !finite(p.YMin, p.YMax) || p.YMin > p.YMax || (p.YMin == p.YMax && p.YMin != 0) {
		return fmt.Errorf("the y axis cannot reach from %g to %g", p.YMin, p.YMax)
	}
	if p.Reference != nil && !finite(p.Reference.Value) {
		return fmt.Errorf("the reference %q is %g", p.Reference.Name, p.Reference.Value)
	}
	if p.Axis == Places && len(p.Groups) == 0 {
		return errors.New("there are no groups of bars")
	}
	if len(p.Lines) == 0 && p.Remark == "" {
		return errors.New("there are no lines")
	}
	for _, l := range p.Lines {
		if err := l.check(); err != nil {
			return fmt.Errorf("line %q: %w", l.Name, err)
		}
	}
	return nil
}

func (l *Line) check() error {
	if l.Name == "" {
		return errors.New("a line needs a name for the legend")
	}
	if len(l.Points) == 0 {
		return errors.New("there are no points")
	}
	for i, p := range l.Points {
		if !finite(p.X, p.Mean, p.spread()) {
			return fmt.Errorf("at x = %g the value is %g ± %g: only finite numbers can be drawn", p.X, p.Mean, p.spread())
		}
		if p.spread() < 0 {
			return fmt.Errorf("at x = %g the standard deviation is negative: %g", p.X, p.Std)
		}
		if i > 0 && p.X <= l.Points[i-1].X {
			return fmt.Errorf("x = %g follows x = %g: points must ascend", p.X, l.Points[i-1].X)
		}
	}
	for _, p := range l.Chosen {
		if !finite(p.X, p.Mean) {
			return fmt.Errorf("the chosen epoch %g has the value %g: only finite numbers can be drawn", p.X, p.Mean)
		}
	}
	return nil
}

func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// looks gives every line name of the figure its look, first those that ask for
// a style, then the others in the order in which they appear. It also returns
// the names in that order.
func (f *Curves) looks() (map[string]look, []string, error) {
	styles, names, err := f.wantedStyles()
	if err != nil {
		return nil, nil, err
	}
	taken := map[Style]string{}
	for _, name := range names {
		if s := styles[name]; s != "" {
			if other, twice := taken[s]; twice {
				return nil, nil, fmt.Errorf("lines %q and %q have the same style %q", other, name, s)
			}
			taken[s] = name
		}
	}
	looks := map[string]look{}
	for _, name := range names {
		s := styles[name]
		if s == "" {
			if s = firstFree(taken); s == "" {
				return nil, nil, fmt.Errorf("no style is left for line %q: a figure has at most %d different lines", name, len(palette))
			}
			taken[s] = name
		}
		l, ok := s.find()
		if !ok {
			return nil, nil, fmt.Errorf("line %q: unknown style %q (known: %s)", name, s, styleNames())
		}
		looks[name] = l
	}
	return looks, names, nil
}

// wantedStyles collects the style that each line name asks for, "" for none.
func (f *Curves) wantedStyles() (map[string]Style, []string, error) {
	styles := map[string]Style{}
	var names []string
	for _, p := range f.Panels {
		inPanel := map[string]bool{}
		for _, l := range p.Lines {
			if inPanel[l.Name] {
				return nil, nil, fmt.Errorf("panel %q has two lines named %q", p.Title, l.Name)
			}
			inPanel[l.Name] = true
			seen, known := styles[l.Name]
			if !known {
				names = append(names, l.Name)
			}
			if seen != "" && l.Style != "" && seen != l.Style {
				return nil, nil, fmt.Errorf("line %q is %q in one panel and %q in another", l.Name, seen, l.Style)
			}
			if l.Style != "" || !known {
				styles[l.Name] = l.Style
			}
		}
	}
	return styles, names, nil
}

func firstFree(taken map[Style]string) Style {
	for _, l := range palette {
		if _, used := taken[l.style]; !used {
			return l.style
		}
	}
	return ""
}
