package graphs

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestKindsInAFile: whatever the numbers, a file of features gives each kind of node the
// id that it had.
func TestKindsInAFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 3).Draw(t, "width")
		rows := rapid.SliceOfN(rapid.SliceOfN(rapid.Float32(), width, width), 1, 9).Draw(t, "features")
		own := newKinds(width)
		for _, row := range rows {
			own.id(row)
		}
		content, err := own.csv()
		if err != nil {
			t.Fatal(err)
		}
		read, err := parseKinds(bytes.NewReader(content), width)
		if err != nil {
			t.Fatalf("%v:\n%s", err, content)
		}
		if !slices.Equal(read.table, own.table) {
			t.Fatalf("read %v, written %v", read.table, own.table)
		}
		for _, row := range rows {
			id, ok := read.known(row)
			if want := own.id(row); !ok || id != want {
				t.Fatalf("the features %v have the id %d, %v; want %d", row, id, ok, want)
			}
		}
	})
}
