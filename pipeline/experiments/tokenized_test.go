package experiments

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/pipeline/engine"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// identity is the artifact name of a node.
func identity(t *testing.T, n *engine.Node) string {
	t.Helper()
	plan, err := engine.NewPlan(n)
	if err != nil {
		t.Fatal(err)
	}
	return plan.ID(n)
}

func TestTokenizedIsWhatRunsRead(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke"})
	run, err := l.Run(RunSpec{Method: "RNP", Dataset: "generated-aroma", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", tokenize.Words} {
		n, err := l.Tokenized("generated-aroma", name, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := identity(t, n), identity(t, run.Data); got != want {
			t.Errorf("tokenizer %q gives %s; the run reads %s", name, got, want)
		}
	}
}

// TestVocabularyIsPartOfTheIdentity plans with folders of equal and of other
// content.
func TestVocabularyIsPartOfTheIdentity(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke"})
	dir := stagetest.Vocabulary(t)
	plan := func(dir string, length int) *engine.Node {
		n, err := l.Tokenized("generated-aroma", tokenize.WordPiece, dir, length)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	first := plan(dir, 0)
	id := identity(t, first)
	if got := identity(t, plan(stagetest.Vocabulary(t), 0)); got != id {
		t.Errorf("the same vocabulary in another folder gives %s instead of %s", got, id)
	}
	if got := identity(t, plan(dir, 99)); got == id {
		t.Error("another length has the same identity")
	}
	if err := os.WriteFile(filepath.Join(dir, "tokenizer_config.json"), []byte(`{"do_lower_case": false}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := identity(t, plan(dir, 0)); got == id {
		t.Error("other settings have the same identity")
	}
	late, err := engine.NewPlan(first)
	if err != nil {
		t.Fatal(err)
	}
	store, err := engine.OpenStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	_, err = engine.Run(t.Context(), late, engine.Options{Store: store})
	var changed *engine.ChangedError
	if !errors.As(err, &changed) || !strings.Contains(err.Error(), "vocabulary in "+dir+" has changed") {
		t.Errorf("a vocabulary that changed after planning: %v", err)
	}
}

func TestTokenizedRefuses(t *testing.T) {
	l := newTestLab(t, Options{Profile: "smoke"})
	vocabulary := stagetest.Vocabulary(t)
	for _, tc := range []struct{ dataset, tokenizer, dir, want string }{
		{"generated-aroma", "bpe", "", "there are words and wordpiece"},
		{"generated-aroma", tokenize.WordPiece, "", "--vocab DIR"},
		{"generated-aroma", tokenize.WordPiece, filepath.Join(vocabulary, "vocab.txt"), "name the folder"},
		{"generated-aroma", tokenize.WordPiece, filepath.Join(vocabulary, "nowhere"), "no vocabulary"},
		{"nothing", tokenize.WordPiece, vocabulary, `no dataset "nothing"`},
	} {
		_, err := l.Tokenized(tc.dataset, tc.tokenizer, tc.dir, 0)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: error %v", tc, err)
		}
	}
}
