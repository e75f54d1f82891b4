package generate_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"rationale/datasets"
	"rationale/stages/dataset"
	"rationale/stages/generate"
	"rationale/stages/stagetest"
)

func TestGenerates(t *testing.T) {
	dir := stagetest.Generated(t)
	stagetest.SameFiles(t, stagetest.Generated(t), dir)

	set, err := datasets.OpenDir(dataset.Folder(dir, stagetest.Dataset))
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	meta := set.Meta()
	for split, rows := range map[string]int{"train": stagetest.Train, "dev": stagetest.Dev, "test": stagetest.Test} {
		if got := meta.Splits[split].Rows; got != rows {
			t.Errorf("%d rows of %s; want %d", got, split, rows)
		}
	}
	if files := stagetest.Files(t, dir); len(files) != 4 {
		t.Errorf("%d files; want those of a dataset and nothing else", len(files))
	}
	if meta.Aspect != "Aroma" || meta.Name != stagetest.Dataset {
		t.Errorf("meta %+v", meta)
	}
}

func TestReportsEveryRow(t *testing.T) {
	env := stagetest.Env(t, nil)
	last := int64(0)
	stagetest.Watch(env, func(done int64) { last = done })
	p := generate.Params{Name: "x", Aspect: "palate", Train: 30, Dev: 20, Test: 10, Seed: 3}
	if err := generate.New(p).Run(context.Background(), env); err != nil {
		t.Fatal(err)
	}
	if last != 60 {
		t.Errorf("%d rows reported; want 60", last)
	}
}

func TestRefusesAndStops(t *testing.T) {
	p := generate.Params{Name: "x", Aspect: "price", Train: 4, Dev: 4, Test: 4}
	if err := generate.New(p).Run(context.Background(), stagetest.Env(t, nil)); err == nil || !strings.Contains(err.Error(), "price") {
		t.Errorf("error %v; want one that names the aspect", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p.Aspect = "aroma"
	if err := generate.New(p).Run(ctx, stagetest.Env(t, nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
