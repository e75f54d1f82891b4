package formats

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/datasets"
	"rationale/datasets/generator"
)

// generated makes up reviews to train on.
func generated(t testing.TB, aspect, rows int, seed uint64) []datasets.Text {
	t.Helper()
	var texts []datasets.Text
	opts := generator.Options{Aspect: aspect, Train: rows, Seed: seed}
	err := generator.Generate(t.Context(), opts, func(_ string, text datasets.Text) error {
		texts = append(texts, text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestGeneratedImport(t *testing.T) {
	set := mustImport(t, ImportOptions{Format: "generated", Name: "g", Seed: 2, Options: map[string]string{"train": "300", "dev": "40", "test": "50"}})
	splitRows(t, mustDescribe(t, set), 300, 40, 50)
	if m := set.Meta(); m.Aspect != "Aroma" || len(m.Sources) != 0 || m.Lower {
		t.Errorf("meta %+v", m)
	}
	train, err := set.Split("train")
	if err != nil {
		t.Fatal(err)
	}
	text, err := train.Text(17)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(generated(t, 1, 18, 2)[17], text); diff != "" {
		t.Errorf("what was stored differs from what was made:\n%s", diff)
	}
	for _, bad := range []ImportOptions{
		{Format: "generated", Name: "g", Sources: []string{"x"}},
		{Format: "generated", Name: "g", Split: "dev=0.1"},
		{Format: "generated", Name: "g", Options: map[string]string{"aspect": "price"}},
		{Format: "generated", Name: "g", Options: map[string]string{"train": "many"}},
	} {
		if _, err := Import(t.Context(), t.TempDir(), bad, nil); err == nil {
			t.Errorf("%+v was accepted", bad)
		} else {
			t.Log(err)
		}
	}
}
