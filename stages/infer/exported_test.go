package infer_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/stages"
	"rationale/stages/evaluate"
	"rationale/stages/infer"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// request is a text of a user's and its query.
type request struct{ query, text string }

// checkExported: the exported folder alone gives, for many texts at once, what the
// evaluation gave, and so it does when several ask at the same time.
func checkExported(t *testing.T, dir string, texts []request, examples []evaluate.Example) {
	t.Helper()
	m, err := infer.OpenExported(dir, runtime.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	var given []tokenize.Given
	for _, a := range texts {
		g, err := m.Prepare(a.query, a.text)
		if err != nil {
			t.Fatalf("%q: %v", a.text, err)
		}
		given = append(given, g)
	}
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			got, err := m.AnswerAll(t.Context(), given)
			if err != nil || len(got) != len(examples) {
				t.Errorf("%d answers of %d, error %v", len(got), len(examples), err)
				return
			}
			for i, want := range examples {
				want.ID, want.Class, want.Gold = "", "", nil
				if d := cmp.Diff(want, got[i].Example, cmpopts.EquateApprox(0, 1e-5), cmpopts.IgnoreFields(evaluate.Example{}, "Spaces")); d != "" {
					t.Errorf("%q (-evaluation +exported)\n%s", texts[i].text, d)
				}
			}
		})
	}
	group.Wait()
}

// TestEveryMethodIsExported: whatever the method, the folder answers as the run's
// evaluation did.
func TestEveryMethodIsExported(t *testing.T) {
	data := stagetest.Tokenized(t, stagetest.Generated(t), stagetest.Dataset)
	for _, m := range rationalizer.Methods() {
		t.Run(m.Name, func(t *testing.T) {
			evaluation, _ := stagetest.Evaluated(t, stagetest.Small(m.Name), data, stagetest.Dataset)
			examples, texts := givenBackSpaced(t, evaluation)
			checkExported(t, stagetest.Exported(t, evaluation, data, nil), texts, examples)
		})
	}
}

// givenBackSpaced are the test texts of an evaluation as a user would give them,
// words parted by spaces.
func givenBackSpaced(t *testing.T, evaluation string) ([]evaluate.Example, []request) {
	t.Helper()
	examples, err := evaluate.ReadExamples(evaluation)
	if err != nil || len(examples) == 0 {
		t.Fatalf("%d texts, error %v", len(examples), err)
	}
	var texts []request
	for _, x := range examples {
		texts = append(texts, request{text: strings.Join(x.Tokens, " ")})
	}
	return examples, texts
}

// TestPaddedModelAnswersAsItsEvaluation: a model that was trained on padding needs
// it, in an exported folder as in a run's.
func TestPaddedModelAnswersAsItsEvaluation(t *testing.T) {
	data := stagetest.Tokenized(t, stagetest.Generated(t), stagetest.Dataset)
	p := stagetest.Small("RNP")
	p.Hyper.Padding = rationalizer.Paper
	evaluation, _ := stagetest.Evaluated(t, p, data, stagetest.Dataset)
	examples, texts := givenBackSpaced(t, evaluation)
	dir := stagetest.Exported(t, evaluation, data, func(e *tokenize.Exported) { e.PadTo = e.MaxLength })
	checkExported(t, dir, texts, examples)

	m, err := infer.Open(evaluation, data, runtime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	m.Pad(m.Reading().MaxLength)
	for i, want := range examples {
		got, err := m.Answer(t.Context(), "", texts[i].text)
		if err != nil || !cmp.Equal(want.Selected, got.Selected) || !cmp.Equal(want.Probability, got.Probability, cmpopts.EquateApprox(0, 1e-5)) {
			t.Errorf("%s: %v, error %v; want %v", want.ID, got.Example, err, want)
		}
	}
}

// TestProbabilitiesOfClasses add up, and the class that is named has the greatest.
func TestProbabilitiesOfClasses(t *testing.T) {
	evaluation, data := evaluated(t)
	m, err := infer.OpenExported(stagetest.Exported(t, evaluation, data, nil), runtime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	x, err := m.Answer(t.Context(), "is it warm ?", "it is warm")
	if err != nil {
		t.Fatal(err)
	}
	sum, classes := 0.0, m.Reading().Classes
	for i, p := range x.Classes {
		sum += p
		if classes[i] != x.Predicted && p > x.Classes[1-i] {
			t.Errorf("%s is named, of %v with %v", x.Predicted, classes, x.Classes)
		}
	}
	if len(x.Classes) != len(classes) || sum < 1-1e-12 || sum > 1+1e-12 {
		t.Errorf("probabilities %v of %v", x.Classes, classes)
	}
}

// TestOpenExportedRefuses: what is missing, foreign, damaged or old is named.
func TestOpenExportedRefuses(t *testing.T) {
	evaluation, data := evaluated(t)
	flip := func(name string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, name)
			content := stagetest.Files(t, dir)[name]
			content[len(content)/2] ^= 4
			if err := os.WriteFile(path, content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	replace := func(old, new string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			text := string(stagetest.Files(t, dir)[tokenize.ReadingFile])
			if !strings.Contains(text, old) {
				t.Fatalf("no %s in %s", old, text)
			}
			if err := os.WriteFile(filepath.Join(dir, tokenize.ReadingFile), []byte(strings.Replace(text, old, new, 1)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(name string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name, want string
		harm       func(t *testing.T, dir string)
	}{
		{"no folder", "no such file", remove("")},
		{"no reading", "no folder of an exported model", remove(tokenize.ReadingFile)},
		{"no model", evaluate.ModelFile, remove(evaluate.ModelFile)},
		{"a folder for a file", "is not a regular file but a folder", func(t *testing.T, dir string) {
			remove(tokenize.VocabularyFile)(t, dir)
			if err := os.Mkdir(filepath.Join(dir, tokenize.VocabularyFile), 0o755); err != nil {
				t.Fatal(err)
			}
		}},
		{"model damaged", evaluate.ModelFile + " was changed or damaged", flip(evaluate.ModelFile)},
		{"vocabulary damaged", tokenize.VocabularyFile + " was changed or damaged", flip(tokenize.VocabularyFile)},
		{"no digest", evaluate.ModelFile + " was changed or damaged", replace(evaluate.ModelFile, "other.onnx")},
		{"no JSON", tokenize.ReadingFile, replace("{", "[")},
		{"older", "an older version of the program", func(t *testing.T, dir string) {
			reader, err := tokenize.OpenReader(data)
			if err != nil {
				t.Fatal(err)
			}
			if err := stages.WriteJSON(filepath.Join(dir, tokenize.ReadingFile), reader.Reading().Reading); err != nil {
				t.Fatal(err)
			}
		}},
		{"unknown key", "unknown field", replace(`"classes"`, `"kinds"`)},
		{"no classes", "expected at least 2", replace(`"REFUTES",`, "")},
		{"other length", "expected max_length", replace(`"files"`, `"pad_to": 3, "files"`)},
		{"endless texts", "expected at most", replace(`"max_length": `, `"max_length": 99999999`)},
		{"other rule", "no rule", replace(`"word_rule": "`, `"word_rule": "x`)},
		{"other vocabulary", "its reading says", replace(`"vocabulary_lines": `, `"vocabulary_lines": 1`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := stagetest.Exported(t, evaluation, data, nil)
			c.harm(t, dir)
			m, err := infer.OpenExported(dir, runtime.Options{})
			if err == nil || m != nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v; want %q in it", err, c.want)
			}
		})
	}
}
