package experiments

import (
	"embed"
	"io/fs"

	"rationale/plots"
)

// paperFiles hold the numbers of the papers' tables, a file a table, under the
// papers' own words for datasets and methods. Numbers are in percent, but for the
// counts and lengths of A2I's Table 5.
//
//go:embed paper/*.csv
var paperFiles embed.FS

// paperValues reads the numbers of all tables.
func paperValues() ([]plots.PaperValue, error) {
	names, err := fs.Glob(paperFiles, "paper/*.csv")
	if err != nil {
		return nil, err
	}
	var out []plots.PaperValue
	for _, name := range names {
		values, err := readPaperFile(name)
		if err != nil {
			return nil, err
		}
		out = append(out, values...)
	}
	return out, nil
}

func readPaperFile(name string) ([]plots.PaperValue, error) {
	f, err := paperFiles.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return plots.ReadPaperValues(f, name)
}
