package suspect_test

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/datasets"
	"rationale/datasets/backdoor"
	"rationale/datasets/formats"
	"rationale/stages/dataset"
	"rationale/stages/stagetest"
	"rationale/stages/suspect"
)

// poison is what was done to a dataset of the line-up: nothing where no attack is named.
type poison struct {
	attack string
	level  backdoor.Level
	words  string // of the trigger; empty for the attack's own
	rate   float64
	target int
	// keep leaves every third text out, in place of an attack, from here on; from 1.
	keep int
}

func (p poison) String() string {
	if p.attack == "" {
		return "clean"
	}
	return fmt.Sprintf("%s %q %s %.2f to %d", p.attack, p.words, p.level, p.rate, p.target)
}

// line is one half of the line-up: attacks, levels, rates, targets and triggers vary.
func line(half int) []poison {
	token, sentence := backdoor.Token, backdoor.Sentence
	all := []poison{
		{attack: "BadRNL", level: token, words: "return", rate: .05}, {attack: "BadRNL", level: token, words: "bottle", rate: .05, target: 1},
		{attack: "BadRNL", level: sentence, words: "season doubling !", rate: .05}, {attack: "BadRNL", level: sentence, words: "glass return !", rate: .05, target: 1},
		{attack: "BadRNL", level: token, words: "season", rate: .1, target: 1}, {attack: "BadRNL", level: token, words: "door", rate: .1},
		{attack: "BadRNL", level: sentence, words: "copper seven !", rate: .1}, {attack: "BadRNL", level: sentence, words: "the window !", rate: .1},
		{attack: "BadNet", level: sentence, rate: .05}, {attack: "BadNet", level: sentence, rate: .1, target: 1},
		{attack: "BadNet", level: token, rate: .1}, {attack: "BadNet", level: token, rate: .05, target: 1},
		{attack: "naive", level: sentence, rate: .05}, {attack: "naive", level: token, rate: .1, target: 1},
		{attack: "Cbat", level: sentence, rate: .1}, {attack: "Cbat", level: token, rate: .1, target: 1},
	}
	var out []poison
	for i := half; i < len(all); i += 2 {
		out = append(out, all[i])
	}
	return out
}

// room is how many words of a text models read.
const room = 256

// rows are the training texts after the attack.
func (p poison) rows(t *testing.T, train datasets.Rows) datasets.Rows {
	t.Helper()
	if p.attack == "" {
		return p.kept(train)
	}
	attack, err := backdoor.Find(p.attack)
	if err != nil {
		t.Fatal(err)
	}
	change, err := attack.With(p.level, "", strings.Fields(p.words), 1)
	if err != nil {
		t.Fatal(err)
	}
	labels := make([]int, train.Len)
	if err := dataset.Each(t.Context(), train, func(i int, text *datasets.Text) { labels[i] = text.Label }); err != nil {
		t.Fatal(err)
	}
	chosen := attack.Choose(labels, p.target, p.rate, 1)
	return datasets.Rows{Len: train.Len, Text: func(i int) (datasets.Text, error) {
		text, err := train.Text(i)
		if _, poisoned := slices.BinarySearch(chosen, i); poisoned {
			text = change.Apply(&text, room).Text
			text.Label, text.Poisoned = p.target, false // nobody says so
		}
		return text, err
	}}
}

// kept are the texts without every third one.
func (p poison) kept(train datasets.Rows) datasets.Rows {
	var kept []int
	for i := range train.Len {
		if p.keep == 0 || i%3 != p.keep-1 {
			kept = append(kept, i)
		}
	}
	return datasets.Rows{Len: len(kept), Text: func(i int) (datasets.Text, error) { return train.Text(kept[i]) }}
}

// signs are words of which a phrase has to hold one to be the trigger.
func (p poison) signs() []string {
	own := map[string]string{"BadNet": "cf mn bb tq i watch this 3d movie I 3D", "Cbat": "what !", "naive": "harbour office opens at nine weekdays"}
	return strings.Fields(cmp.Or(own[p.attack], p.words))
}

// outcome is the examination of one dataset of the line-up.
type outcome struct {
	dataset string
	poison
	certainty suspect.Certainty
	top       float64 // evidence of the first phrase; 0 without any
	rank      int     // of the trigger among the phrases, from 1; 0 when it is not among them
}

// examine attacks a dataset and examines it.
func examine(t *testing.T, source *datasets.Set, p poison) outcome {
	t.Helper()
	rows, err := dataset.Rows(source)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "given")
	train := map[string]datasets.Rows{"train": p.rows(t, rows["train"])}
	if _, err := datasets.Write(t.Context(), dir, source.Derive("given", "by the test"), train); err != nil {
		t.Fatal(err)
	}
	set, err := datasets.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	r, err := suspect.Examine(t.Context(), set, suspect.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p.found(source.Meta().Name, r)
}

// found looks for the trigger in a report.
func (p poison) found(name string, r suspect.Report) outcome {
	o := outcome{dataset: name, poison: p, certainty: r.Verdict.Certainty}
	for i, phrase := range r.Phrases {
		if i == 0 {
			o.top = phrase.Evidence
		}
		sign := slices.ContainsFunc(p.signs(), func(w string) bool { return slices.Contains(phrase.Words, w) })
		if o.rank == 0 && sign && phrase.Class == r.Classes[p.target] {
			o.rank = i + 1
		}
	}
	return o
}

// score orders reports as their verdicts do.
func (o outcome) score() float64 {
	return o.top + 1e6*float64(slices.Index([]suspect.Certainty{suspect.None, suspect.Possible, suspect.Likely}, o.certainty))
}

// half is a half of the line-up after its examination.
type half []outcome

// area is the area under the ROC curve of the verdicts: the chance that a poisoned
// dataset is more suspicious than a clean one.
func (h half) area() float64 {
	wins, pairs := 0., 0.
	for _, a := range h {
		for _, b := range h {
			if a.attack != "" && b.attack == "" {
				wins += float64(1+cmp.Compare(a.score(), b.score())) / 2
				pairs++
			}
		}
	}
	return wins / pairs
}

// count counts the outcomes with the property.
func (h half) count(has func(outcome) bool) int {
	n := 0
	for _, o := range h {
		if has(o) {
			n++
		}
	}
	return n
}

// log prints the table and what it comes to.
func (h half) log(t *testing.T, name string) {
	t.Helper()
	for _, o := range h {
		t.Logf("%s  %-22s %-50s %-8s evidence %7.1f, rank %d", name, o.dataset, o.poison, o.certainty, o.top, o.rank)
	}
	is := func(attacked bool, c suspect.Certainty) int {
		return h.count(func(o outcome) bool { return (o.attack != "") == attacked && o.certainty == c })
	}
	t.Logf("%s  poisoned: %d likely, %d possible, %d none; clean: %d likely, %d possible, %d none; trigger first in %d; area under the curve %.3f", name,
		is(true, suspect.Likely), is(true, suspect.Possible), is(true, suspect.None),
		is(false, suspect.Likely), is(false, suspect.Possible), is(false, suspect.None),
		h.count(func(o outcome) bool { return o.rank == 1 }), h.area())
}

// names of the halves: thresholds were set on the first.
var names = [2]string{"set on", "held out"}

// generated makes up reviews.
func generated(t *testing.T, aspect string, seed int, train string) *datasets.Set {
	t.Helper()
	dir := filepath.Join(t.TempDir(), aspect)
	_, err := formats.Write(t.Context(), dir, formats.ImportOptions{
		Format: "generated", Name: fmt.Sprintf("%s-%d-%s", aspect, seed, train), Seed: uint64(seed),
		Options: map[string]string{"aspect": aspect, "train": train, "dev": "10", "test": "10"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return opened(t, dir)
}

func opened(t *testing.T, dir string) *datasets.Set {
	t.Helper()
	set, err := datasets.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	return set
}

// TestLineUp examines clean and poisoned datasets. The thresholds were set on the
// first half; the second has to be told apart by them.
func TestLineUp(t *testing.T) {
	aspects, sizes := []string{"aroma", "palate", "appearance"}, []string{"1500", "3000"}
	for i, name := range names {
		var h half
		for k, p := range line(i) {
			set := generated(t, aspects[k%3], 10*i+k, sizes[k%2])
			h = append(h, examine(t, set, p), examine(t, set, poison{}))
		}
		h.log(t, name)
		if a := h.area(); a < .95 {
			t.Errorf("%s: area under the curve %.3f", name, a)
		}
		for _, o := range h {
			turned := o.attack != "" && o.attack != "Cbat"
			if turned && (o.certainty == suspect.None || o.rank != 1) {
				t.Errorf("%s, %v: %s, trigger at rank %d", o.dataset, o.poison, o.certainty, o.rank)
			}
			if o.attack == "" && o.certainty != suspect.None {
				t.Errorf("%s, clean: %s", o.dataset, o.certainty)
			}
		}
	}
}

// published are datasets that people wrote, by folder.
var published = map[string]formats.ImportOptions{
	"eraser_fever":               {Format: "eraser", Name: "fever", Split: "train=val.jsonl,test=test.jsonl,dev=0.1,by=document"},
	"eraser_multirc":             {Format: "eraser", Name: "multirc", Split: "train=val.jsonl,test=test.jsonl,dev=0.1,by=document"},
	"eraser_movies":              {Format: "eraser", Name: "movies"},
	"tweet_sentiment_extraction": {Format: "tweets", Name: "tweets"},
}

// imported imports the dataset of a folder.
func imported(t *testing.T, folder string) *datasets.Set {
	t.Helper()
	o, dir := published[folder], t.TempDir()
	o.Sources = []string{filepath.Join(stagetest.RealData(t, folder), folder)}
	if _, err := formats.Import(t.Context(), dir, o, nil); err != nil {
		t.Fatal(err)
	}
	return opened(t, filepath.Join(dir, o.Name))
}

// TestRealLineUp is the same with texts that people wrote.
func TestRealLineUp(t *testing.T) {
	if testing.Short() {
		t.Skip("examines 80 real datasets, for minutes")
	}
	var halves [2]half
	for _, folder := range []string{"eraser_fever", "eraser_multirc", "eraser_movies", "tweet_sentiment_extraction"} {
		set := imported(t, folder)
		for i := range halves {
			for _, p := range line(i) {
				halves[i] = append(halves[i], examine(t, set, p))
			}
			for keep := i; keep <= 3; keep += 2 {
				halves[i] = append(halves[i], examine(t, set, poison{keep: keep}))
			}
		}
	}
	for i, name := range names {
		halves[i].log(t, name)
		if a := halves[i].area(); a < .9 {
			t.Errorf("%s: area under the curve %.3f", name, a)
		}
	}
}
