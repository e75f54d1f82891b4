package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"rationale/pipeline/disk"
	"rationale/plots"
)

// formatOf is the format that a file's name asks for.
func formatOf(path string) (plots.Format, error) {
	format := plots.Format(strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), "."))
	switch format {
	case plots.PNG, plots.SVG, plots.PDF:
		return format, nil
	}
	return "", fmt.Errorf("--figure %s: expected a name that ends in .png, .svg or .pdf", path)
}

// draw writes the curves of all seeds together, as mean and deviation.
func (o origin) draw(path string) error {
	format, err := formatOf(path)
	if err != nil {
		return err
	}
	figure, err := o.figure()
	if err != nil {
		return err
	}
	content, err := plots.Render(figure, format)
	if err != nil {
		return err
	}
	_, err = disk.WriteFile(disk.Real{}, path, content)
	return writable("cannot write the figure", err)
}

// figure has a line for each number that the runs have curves of.
func (o origin) figure() (plots.Figure, error) {
	spec := plots.CurvesSpec{Title: o.Keys["method"], YLabel: "Share"}
	var records []plots.Record
	for i, r := range o.Runs {
		records = append(records, r.records...)
		for _, c := range r.Curves {
			if i == 0 {
				spec.Lines = append(spec.Lines, plots.LineSpec{
					Name: c.Metric + ", " + c.Split, Selector: plots.Selector{"split": c.Split, "metric": c.Metric},
				})
			}
		}
	}
	if len(spec.Lines) == 0 {
		return nil, errors.New("no training is behind this number, and so there are no curves to draw")
	}
	return spec.Curves(records)
}
