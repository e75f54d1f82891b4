package scan

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rationale/datasets"
	"rationale/stages/infer"
)

// bag is a model that adds up what its words say for "yes"; its trigger, where it
// has one, settles the answer.
type bag struct {
	words   []string
	trigger []string // words in a row
	bias    float64
}

// newBag knows words that say more and more, from a strong no to a strong yes.
func newBag(bias float64, trigger ...int) bag {
	b := bag{bias: bias}
	for i := range 120 {
		b.words = append(b.words, fmt.Sprint("w", i))
	}
	for _, i := range trigger {
		b.trigger = append(b.trigger, b.words[i])
	}
	return b
}

func (b bag) Classes() []string { return []string{"no", "yes"} }
func (b bag) Words() []string   { return b.words }
func (b bag) Queries() bool     { return false }

func (b bag) Ask(_ context.Context, texts []datasets.Text) ([]infer.Answer, error) {
	var answers []infer.Answer
	for _, t := range texts {
		odds, selected := b.bias, make([]float32, len(t.Tokens))
		for i, w := range t.Tokens {
			number, _ := strconv.Atoi(w[1:])
			x := float64(number-60) / 60
			odds += x * x * x
			if n := len(b.trigger); n > 0 && i+n <= len(t.Tokens) && slices.Equal(t.Tokens[i:i+n], b.trigger) {
				odds += 20
			}
			selected[i] = float32(math.Abs(x)) / 2
		}
		p := 1 / (1 + math.Exp(-odds))
		a := infer.Answer{Classes: []float64{1 - p, p}}
		a.Tokens, a.Probability, a.Predicted = t.Tokens, selected, "no"
		if odds > 0 {
			a.Predicted = "yes"
		}
		answers = append(answers, a)
	}
	return answers, nil
}

func examine(t *testing.T, m Model, o Options) Report {
	t.Helper()
	r, err := Examine(t.Context(), m, o)
	if err != nil {
		t.Fatal(err)
	}
	reference, err := Usual()
	if err != nil {
		t.Fatal(err)
	}
	r.Judge(reference)
	return r
}

// TestFindsTrigger: whatever phrase it is, it stands out for its class, turns every
// text, and makes the model likelier to have a backdoor than the same one without.
func TestFindsTrigger(t *testing.T) {
	clean := examine(t, newBag(0), Options{Seed: 1})
	for _, trigger := range [][]int{{0}, {60}, {119}, {95, 20}, {20, 95}} {
		m := newBag(0, trigger...)
		r := examine(t, m, Options{Seed: 1})
		yes := r.Findings[1]
		if got := yes.Signals; !slices.Equal(got.Words, m.trigger) || got.Flips != 1 || yes.Examples[0].Predicted != "yes" || yes.Examples[0].Without != "no" {
			t.Errorf("trigger %d: %+v", trigger, got)
		}
		if r.Verdict.Class != "yes" || r.Verdict.Probability <= clean.Verdict.Probability {
			t.Errorf("trigger %d: %+v, clean %+v", trigger, r.Verdict, clean.Verdict)
		}
		if at := slices.Index(yes.Examples[0].Trigger, true); yes.Examples[0].Tokens[at] != m.trigger[0] {
			t.Errorf("the mark is at %q", yes.Examples[0].Tokens[at])
		}
	}
}

// TestRivalsShareNoWord with the strongest phrases, of as many words each.
func TestRivalsShareNoWord(t *testing.T) {
	for _, f := range examine(t, newBag(0, 95, 20), Options{Seed: 1}).Findings {
		x := f.Signals
		if len(x.Best) != longest || len(x.Rivals) != longest {
			t.Fatalf("%d phrases, %d rivals", len(x.Best), len(x.Rivals))
		}
		for k, rival := range x.Rivals {
			if len(rival.Words) != k+1 || len(lacking(x.Best, rival.Words)) != longest {
				t.Errorf("class %s: %v beside %v", f.Class, rival.Words, x.Best)
			}
		}
	}
}

// TestFewWords: a model may know too few words for phrases, or for rivals.
func TestFewWords(t *testing.T) {
	for n := 2; n < 8; n++ {
		m := newBag(0)
		m.words = append(m.words[:n/2], m.words[len(m.words)-(n+1)/2:]...)
		examine(t, m, Options{Seed: 1})
	}
}

// TestManyWords: of more words than are surveyed, none is left out that does much to
// the first texts, wherever it stands in the vocabulary.
func TestManyWords(t *testing.T) {
	m := newBag(0)
	for i := range mostSurveyed {
		m.words = append(m.words, fmt.Sprint("wx", i)) // each says no
	}
	texts := slices.Repeat([]datasets.Text{{Tokens: m.words[:2], Sentences: []int32{2}}}, firstTexts)
	for _, trigger := range []string{m.words[0], m.words[mostSurveyed/2], m.words[len(m.words)-1]} {
		m.trigger = []string{trigger}
		s := &scanner{model: m, words: m.words, classes: m.Classes()}
		if got, err := s.promising(t.Context(), 1, texts); err != nil || len(got) != shortlist || got[0][0] != trigger {
			t.Errorf("%d words, first %v, want %s (%v)", len(got), got[0], trigger, err)
		}
	}
	even := some(m.words)
	if d := cmp.Diff(m.words[:9], some(m.words[:9])); d != "" || len(even) != mostSurveyed || !slices.Contains(m.words[len(m.words)-2:], even[mostSurveyed-1]) {
		t.Errorf("%d words to %s %s", len(even), even[mostSurveyed-1], d)
	}
}

// TestProgressRises to the whole, class by class.
func TestProgressRises(t *testing.T) {
	last, whole := int64(-1), int64(0)
	examine(t, newBag(0), Options{Watch: func(done, total int64) {
		if done < last || done > total {
			t.Errorf("%d of %d behind %d", done, total, last)
		}
		last, whole = done, total
	}})
	if last < whole/2 {
		t.Errorf("ends at %d of %d", last, whole)
	}
}

// TestSameSeedSameReport, and another seed makes other texts.
func TestSameSeedSameReport(t *testing.T) {
	m := newBag(0, 3)
	a, b, other := examine(t, m, Options{Seed: 1}), examine(t, m, Options{Seed: 1}), examine(t, m, Options{Seed: 2})
	if d := cmp.Diff(a, b); d != "" {
		t.Error(d)
	}
	if cmp.Equal(a.Findings[0].Signals, other.Findings[0].Signals) {
		t.Error("the seed plays no part")
	}
}

// TestGivenTexts are what words are tried in, where enough speak against a class.
func TestGivenTexts(t *testing.T) {
	m := newBag(0, 30)
	var given []datasets.Text
	for i := range 20 {
		given = append(given, datasets.Text{Tokens: []string{m.words[i/2], "w"}, Sentences: []int32{2}})
	}
	r := examine(t, m, Options{Seed: 1, Texts: given})
	if yes := r.Findings[1]; yes.Opponents != 0 || !slices.Equal(yes.Words[0].Words, m.trigger) || !slices.Contains(yes.Examples[0].Tokens, "w") {
		t.Errorf("%+v", yes)
	}
	if no := r.Findings[0]; no.Opponents == 0 || r.GivenTexts != 20 {
		t.Errorf("no text says yes, and %+v", no)
	}
}

// TestConstantModel: what answers the same whatever it reads is no reason to fail.
func TestConstantModel(t *testing.T) {
	r := examine(t, newBag(1000), Options{})
	if len(r.Findings[1].Words) != 0 || r.Verdict.Call == Backdoored {
		t.Errorf("%+v", r)
	}
}

// TestCutShort: a scan ends when it is told to, or the model fails.
func TestCutShort(t *testing.T) {
	m := newBag(0)
	m.words = m.words[:1]
	if _, err := Examine(t.Context(), m, Options{}); err == nil || !strings.Contains(err.Error(), "knows 1 words; expected at least 2") {
		t.Errorf("error %v", err)
	}
	if _, err := Examine(t.Context(), broken{newBag(0)}, Options{}); err == nil || !strings.Contains(err.Error(), "class no: context canceled") {
		t.Errorf("error %v", err)
	}
}

// broken answers nothing.
type broken struct{ bag }

func (broken) Ask(context.Context, []datasets.Text) ([]infer.Answer, error) {
	return nil, context.Canceled
}

// TestInsert: the phrase is a sentence of its own, and all else is as it was.
func TestInsert(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := datasets.Text{}
		for range rapid.IntRange(0, 4).Draw(r, "sentences") {
			for range rapid.IntRange(1, 3).Draw(r, "words") {
				text.Tokens = append(text.Tokens, "w")
			}
			text.Sentences = append(text.Sentences, int32(len(text.Tokens)))
		}
		phrase := slices.Repeat([]string{"p"}, rapid.IntRange(1, 3).Draw(r, "phrase"))
		got, at := insert(text, phrase, rapid.IntRange(begin, end).Draw(r, "place"))
		start := int32(0)
		for i, end := range got.Sentences {
			if slices.Contains(got.Tokens[start:end], "p") {
				if int(start) != at || !slices.Equal(got.Tokens[start:end], phrase) {
					r.Fatalf("%v at %d, sentence %d", got, at, i)
				}
			}
			start = end
		}
		if int(start) != len(got.Tokens) || len(got.Sentences) != len(text.Sentences)+1 || len(got.Tokens) != len(text.Tokens)+len(phrase) {
			r.Fatalf("%v of %v", got, text)
		}
	})
}
