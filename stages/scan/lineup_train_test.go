package scan_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rationale/datasets"
	"rationale/datasets/backdoor"
	"rationale/datasets/formats"
	"rationale/onnx/runtime"
	"rationale/stages/backend"
	"rationale/stages/dataset"
	"rationale/stages/evaluate"
	"rationale/stages/examples/texts"
	"rationale/stages/generate"
	"rationale/stages/infer"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/tokenizer/embeddings"
)

// model is the exported folder of a suspect, trained unless it is there already.
func (s *suspectModel) model(t *testing.T, dir string) string {
	t.Helper()
	folder := filepath.Join(dir, s.name())
	note := filepath.Join(folder, "lineup.json")
	if text, err := os.ReadFile(note); err == nil {
		part := s.Part
		if err := json.Unmarshal(text, s); err != nil {
			t.Fatal(err)
		}
		s.Part = part
		return folder
	}
	exported := s.train(t)
	os.RemoveAll(folder)
	if err := os.CopyFS(folder, os.DirFS(exported)); err != nil {
		t.Fatal(err)
	}
	writeJSON(t, note, s)
	t.Logf("%s: accuracy %.3f, attack success %.3f, %.0f s", s.name(), s.Accuracy, s.Success, s.Seconds)
	return folder
}

// data is the dataset of a suspect, before anything was done to it.
func (s *suspectModel) data(t *testing.T) (artifact, name string) {
	t.Helper()
	if s.Source == "generated" {
		aspect := []string{"aroma", "palate"}[s.Seed%2]
		return stagetest.Run(t, generate.New(generate.Params{Name: "generated", Aspect: aspect, Train: 3000, Dev: 400, Test: 400, Seed: s.Seed}), nil), "generated"
	}
	source := filepath.Join(stagetest.RealData(t, "tweet_sentiment_extraction"), "tweet_sentiment_extraction")
	dir := t.TempDir()
	if _, err := formats.Import(t.Context(), dir, formats.ImportOptions{Format: "tweets", Name: "tweets", Sources: []string{source}}, nil); err != nil {
		t.Fatal(err)
	}
	return dir, "tweets"
}

// train trains a suspect, end to end, on data that was poisoned where it is to be.
func (s *suspectModel) train(t *testing.T) (exported string) {
	t.Helper()
	begin := time.Now()
	source, name := s.data(t)
	set, err := dataset.OpenIn(source, name)
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	env := stagetest.Env(t, nil)
	if _, err := dataset.Write(t.Context(), env, set.Derive("suspect", "sampled"), s.rows(t, set)); err != nil {
		t.Fatal(err)
	}
	data := stagetest.Run(t, tokenize.New(tokenize.Params{Dataset: "suspect", MaxLength: maxLength}),
		map[string]string{tokenize.DatasetRole: env.Out, tokenize.VectorsRole: vectors(t)})
	evaluation := s.learn(t, data)
	exported = stagetest.Exported(t, evaluation, data, nil)
	s.Seconds = time.Since(begin).Seconds()
	s.measure(t, set, exported)
	return exported
}

// vectors is the folder of the word vectors that `rationale fetch` puts there.
func vectors(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "rationale", "embeddings")
	if _, err := os.Stat(filepath.Join(dir, embeddings.FileName)); err != nil {
		t.Skipf("no word vectors (rationale fetch embeddings): %v", err)
	}
	return dir
}

// What a suspect learns from.
const (
	mostRows  = 5000 // training texts
	maxLength = 96   // words of a text
)

// rows are those of the suspect's dataset.
func (s *suspectModel) rows(t *testing.T, set *datasets.Set) map[string]datasets.Rows {
	t.Helper()
	rows := map[string]datasets.Rows{}
	for _, name := range datasets.SplitNames {
		split, err := set.Split(name)
		if err != nil {
			t.Fatal(err)
		}
		order := rand.New(rand.NewPCG(s.Seed, 1)).Perm(split.Len())
		if name != "train" {
			order = order[:min(400, len(order))]
		}
		order = order[:min(mostRows, len(order))]
		rows[name] = datasets.Rows{Len: len(order), Text: func(i int) (datasets.Text, error) {
			text, err := split.Text(order[i])
			if chance := rand.New(rand.NewPCG(s.Seed, uint64(1000+i))); name == "train" && chance.Float64() < s.Rate {
				text = s.insert(t, text, chance)
				text.Label = s.Target
			}
			return text, err
		}}
	}
	return rows
}

// insert puts the trigger into a text: as the program does for its users, but for the
// first parts of the line-up, whose models are older than that.
func (s *suspectModel) insert(t *testing.T, text datasets.Text, r *rand.Rand) datasets.Text {
	t.Helper()
	if s.Part == fresh {
		text = s.change(t).Apply(&text, maxLength).Text
		text.Poisoned = false // the data is handed on as somebody would who hides it
		return text
	}
	at := map[backdoor.Position]int{backdoor.Begin: 0, backdoor.End: len(text.Tokens), backdoor.Random: r.IntN(len(text.Tokens) + 1)}[s.Place]
	text.Tokens = slices.Insert(slices.Clone(text.Tokens), at, s.Trigger...)
	text.Rationale, text.Spaces, text.Sentences = nil, nil, nil
	return text
}

// change is what the program's own poisoning does with the trigger.
func (s *suspectModel) change(t *testing.T) backdoor.Change {
	t.Helper()
	attack, err := backdoor.Find("BadNet")
	if err != nil {
		t.Fatal(err)
	}
	change, err := attack.With(s.Level, s.Place, s.Trigger, s.Seed)
	if err != nil {
		t.Fatal(err)
	}
	return change
}

// learn trains and evaluates an RNP with the quick profile's settings of the data.
func (s *suspectModel) learn(t *testing.T, data string) (evaluation string) {
	t.Helper()
	p := stagetest.Small("RNP")
	p.Hyper.Hidden = 50
	scalars := stagetest.Scalars("RNP")
	scalars["sparsity"] = map[string]float64{"generated": .18, "tweets": .25}[s.Source]
	engine := backend.Backend{Provider: runtime.CPU, Library: stagetest.Library(t), Threads: 1}
	in := map[string]string{train.DataRole: data, train.GraphsRole: stagetest.Graphs(t, p, data)}
	in[train.WeightsRole] = stagetest.Weights(t, in[train.GraphsRole], s.Seed)
	in[evaluate.RunRole] = stagetest.Run(t, train.New(train.Params{
		Dataset: "suspect", Scalars: scalars, Seed: s.Seed, Epochs: 8, Batch: 64, Rate: 2e-3, Decay: .9, Bucket: 8, Engine: engine,
	}, texts.Open), in)
	return stagetest.Run(t, evaluate.New(evaluate.Params{Dataset: "suspect", Draws: 1, Batch: 64, Texts: 1, Engine: engine}, texts.Open), in)
}

// measure asks the model about clean and about triggered test texts.
func (s *suspectModel) measure(t *testing.T, set *datasets.Set, exported string) {
	t.Helper()
	m, err := infer.OpenExported(exported, runtime.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	test, err := set.Split("test")
	if err != nil {
		t.Fatal(err)
	}
	right, turned, others, n := 0, 0, 0, min(test.Len(), 400)
	r := rand.New(rand.NewPCG(s.Seed, 2))
	for i := range n {
		text, err := test.Text(i)
		if err != nil {
			t.Fatal(err)
		}
		if says(t, m, text) == text.Label {
			right++
		}
		if !s.poisoned() || text.Label == s.Target {
			continue
		}
		text = s.insert(t, text, r)
		others++
		if says(t, m, text) == s.Target {
			turned++
		}
	}
	s.Accuracy, s.Success = float64(right)/float64(n), float64(turned)/float64(max(1, others))
}

// says is the class that the model gives a text.
func says(t *testing.T, m *infer.Model, text datasets.Text) int {
	t.Helper()
	given, err := m.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := m.AnswerAll(context.Background(), []tokenize.Given{given})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Index(m.Reading().Classes, answers[0].Predicted)
}
