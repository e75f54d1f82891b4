package datasets

import (
	"strings"
	"testing"
)

func soundManifest() manifest {
	m := manifest{Schema: textSchemaName, Meta: Meta{Name: "x", Classes: []string{"a", "b"}, Splits: map[string]SplitMeta{}}}
	for _, split := range SplitNames {
		m.Meta.Splits[split] = SplitMeta{Rows: 3, PerClass: []int{1, 2}, Tokens: 9, RationaleTokens: 2, WithRationale: 1}
	}
	return m
}

// A manifest whose digest fits still has to agree with itself.
func TestManifestsThatContradictThemselves(t *testing.T) {
	for what, change := range map[string]func(m *Meta, s *SplitMeta){
		"":                       func(*Meta, *SplitMeta) {},
		"stands twice":           func(m *Meta, _ *SplitMeta) { m.Classes = []string{"a", "a"} },
		"it names 0 classes":     func(m *Meta, _ *SplitMeta) { m.Classes = nil },
		"it counts 1 classes":    func(_ *Meta, s *SplitMeta) { s.PerClass = []int{3} },
		"other than the -1 rows": func(_ *Meta, s *SplitMeta) { s.Rows = -1 },
		"other than the 3 rows":  func(_ *Meta, s *SplitMeta) { s.PerClass = []int{4, -1} },
		"2 in classes":           func(_ *Meta, s *SplitMeta) { s.PerClass = []int{1, 1} },
		"4 with a rationale":     func(_ *Meta, s *SplitMeta) { s.WithRationale = 4 },
		"10 marked":              func(_ *Meta, s *SplitMeta) { s.RationaleTokens = 10 },
		"dataset name":           func(m *Meta, _ *SplitMeta) { m.Name = "../x" },
	} {
		m := soundManifest()
		split := m.Meta.Splits["dev"]
		change(&m.Meta, &split)
		m.Meta.Splits["dev"] = split
		raw, err := m.encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeManifest(raw); what == "" && err != nil || what != "" && (err == nil || !strings.Contains(err.Error(), what)) {
			t.Errorf("%q: %v", what, err)
		}
	}
}

// The manifest is the one thing that is read before a digest has been checked.
func FuzzManifest(f *testing.F) {
	whole := soundManifest()
	raw, err := whole.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, content []byte) {
		if m, err := decodeManifest(content); err == nil && m.Schema != m.Meta.schemaName() {
			t.Fatalf("%q was accepted", content)
		}
	})
}
