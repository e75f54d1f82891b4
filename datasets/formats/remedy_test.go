package formats

import (
	"fmt"
	"strings"
	"testing"

	"rationale/datasets"
)

// The option that a warning names does what it promises.
func TestRemediesHelp(t *testing.T) {
	for rows := 1; rows < 14; rows++ {
		var file strings.Builder
		file.WriteString("text,label\n")
		for i := range rows {
			fmt.Fprintf(&file, "w%d,%d\n", i, i%2)
		}
		path := oneFile(t, "x.csv", file.String())
		for _, split := range []string{"", "dev=0.1", "dev=0.1,test=0.1"} {
			set := mustImport(t, ImportOptions{Format: "csv", Name: "c", Sources: []string{path}, Split: split})
			for _, warning := range set.Meta().Warnings() {
				if _, remedy, ok := strings.Cut(warning, "import it again with --split "); ok {
					again := mustImport(t, ImportOptions{Format: "csv", Name: "again", Sources: []string{path}, Split: remedy}).Meta()
					for _, name := range datasets.SplitNames {
						if again.Splits[name].Rows == 0 {
							t.Errorf("%d rows, %q: %s leaves %s empty", rows, split, remedy, name)
						}
					}
				}
			}
		}
	}
}
