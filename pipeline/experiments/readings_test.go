package experiments

import (
	"context"
	"path/filepath"
	"testing"

	"rationale/pipeline/engine"
	"rationale/pipeline/report"
	"rationale/stages"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// earlier is the stage of a version of the program that wrote another form.
type earlier struct{ stages.Stage }

func (e earlier) Version() int { return e.Stage.Version() - 1 }

func (earlier) Run(_ context.Context, env *stages.Env) error {
	return stages.WriteJSON(filepath.Join(env.Out, tokenize.SummaryFile), map[string]string{"form": "earlier"})
}

// TestReadingsOfEarlierVersions: what an earlier version of the program left in
// the store is neither listed nor in the way.
func TestReadingsOfEarlierVersions(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke"})
	vocabulary := stagetest.Vocabulary(t)
	node := func(tokenizer string) *engine.Node {
		n, err := l.Tokenized("generated-aroma", tokenizer, vocabulary, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	words, pieces, old := node(tokenize.Words), node(tokenize.WordPiece), node(tokenize.WordPiece)
	old.Stage = earlier{old.Stage}
	plan, err := engine.NewPlan(words, pieces, old)
	if err != nil {
		t.Fatal(err)
	}
	store, err := engine.OpenStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Run(context.Background(), plan, engine.Options{Store: store}); err != nil {
		t.Fatal(err)
	}
	p, m := publisher{store: store, plan: plan}, report.Material{}
	if err := p.addData(&m, words); err != nil {
		t.Fatal(err)
	}
	if err := p.addReadings(&m); err != nil {
		t.Fatal(err)
	}
	if len(m.Data) != 2 || m.Data[1].ID != plan.ID(pieces) || len(m.Damaged) != 0 {
		t.Errorf("listed %+v; want the two of this version", m)
	}
}
