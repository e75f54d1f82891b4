package plots

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestKeysAreWellNamed(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Keys() {
		if k.Name == "" || k.Title == "" || k.Doc == "" || k.Kind != Text && k.Kind != Number {
			t.Errorf("%+v is incomplete", k)
		}
		if seen[k.Name] {
			t.Errorf("%s is there twice", k.Name)
		}
		seen[k.Name] = true
	}
	for _, c := range recordColumns[len(keyTable):] {
		if seen[c.name] {
			t.Errorf("%s is a key of runs and a column of every record", c.name)
		}
	}
	if !seen[SeedKey] {
		t.Error("the seed is missing")
	}
}

func TestLabelsAreOrderedByKeys(t *testing.T) {
	ascending := []Labels{
		{"dataset": "a", "method": "RNP", "sparsity": "0.1", "seed": "10"},
		{"dataset": "a", "method": "RNP", "sparsity": "0.2", "seed": "9"},
		{"dataset": "a", "method": "RNP", "sparsity": "0.2", "seed": "10"},
		{"dataset": "b", "method": "FR"},
		{"dataset": "b", "method": "FR", "defence": "ONION"},
	}
	for i, a := range ascending {
		for j, b := range ascending {
			if c := a.Compare(b); (c < 0) != (i < j) || (c == 0) != (i == j) {
				t.Errorf("%s and %s compare as %d", a, b, c)
			}
		}
	}
}

func TestVaryingKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels := rapid.SliceOf(drawLabels).Draw(t, "labels")
		varying := map[string]bool{}
		for _, k := range Varying(labels) {
			varying[k.Name] = true
		}
		for _, k := range keyTable {
			values := map[string]bool{}
			for _, l := range labels {
				values[l[k.Name]] = true
			}
			if varying[k.Name] != (len(values) > 1) {
				t.Fatalf("%s has the values %v; varying: %v", k.Name, values, varying[k.Name])
			}
		}
	})
}

func TestLabelsWith(t *testing.T) {
	l := Labels{"method": "RNP", "seed": "1"}
	if got := l.With("seed", "").With("dataset", "d").String(); got != `dataset="d", method="RNP"` {
		t.Errorf("got %s", got)
	}
	if !strings.Contains(l.String(), `seed="1"`) {
		t.Errorf("the original became %s", l)
	}
}
