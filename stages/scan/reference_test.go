package scan

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// TestMoreEvidenceNeverClears: whatever the reference, more of any evidence never
// makes a backdoor less likely.
func TestMoreEvidenceNeverClears(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		number := rapid.Float64Range(-10, 10)
		var cases []Case
		for i := range rapid.IntRange(2, 12).Draw(r, "cases") {
			c := Case{Model: fmt.Sprint(i), Backdoor: i%2 == 0}
			for k := range weights {
				c.Evidence[k] = number.Draw(r, "evidence")
			}
			cases = append(cases, c)
		}
		l, less := fit(cases), cases[0].Evidence
		more := less
		more[rapid.IntRange(0, weights-1).Draw(r, "which")] += 3
		if p, q := l.probability(less), l.probability(more); !(p >= 0 && q <= 1 && p <= q) {
			r.Fatalf("%v with %v, %v with %v", p, less, q, more)
		}
	})
}

// TestFitTellsApart: cases that differ are told apart, but none is certain.
func TestFitTellsApart(t *testing.T) {
	var cases []Case
	for i := range 20 {
		bad := i%2 == 0
		cases = append(cases, Case{Backdoor: bad, Evidence: [weights]float64{3*indicator(bad) + float64(i%3)/2, 1, 1, 1}})
	}
	l := fit(cases)
	for _, c := range cases {
		if p := l.probability(c.Evidence); (p > .5) != c.Backdoor || p < .001 || p > .999 {
			t.Errorf("%v: %.4f", c, p)
		}
	}
}

// TestUsual: the reference that comes with the program has models of both kinds, and
// its law finds most of the backdoors.
func TestUsual(t *testing.T) {
	r, err := Usual()
	if err != nil {
		t.Fatal(err)
	}
	l, found, backdoors, clean, models := r.law(), 0, 0, 0, map[string]bool{}
	for _, c := range r.Cases {
		models[c.Model] = true
		p := l.whole.probability(c.Evidence)
		if low, high := l.between(c.Evidence); !(low <= high && low >= 0 && high <= 1) {
			t.Errorf("%+v: %v to %v", c, low, high)
		}
		switch {
		case c.Backdoor:
			backdoors++
			found += int(indicator(p > .5))
		case p < .5:
			clean++
		}
	}
	if len(models) < 24 || found*4 < backdoors*3 || clean*10 < 9*(len(r.Cases)-backdoors) {
		t.Errorf("%d models, %d of %d backdoors found, %d of %d other classes cleared", len(models), found, backdoors, clean, len(r.Cases)-backdoors)
	}
}

// TestUsualLeftOut: a law that is fit without a model tells whether that model has a
// backdoor; -v prints the area under the receiver's curve.
func TestUsualLeftOut(t *testing.T) {
	r, err := Usual()
	if err != nil {
		t.Fatal(err)
	}
	given := map[bool][]float64{} // probabilities, of backdoored models or not
	models := r.models()
	for i, model := range models {
		l := fit(slices.Concat(slices.Delete(slices.Clone(models), i, i+1)...))
		p, backdoor := 0.0, false
		for _, c := range model {
			p, backdoor = max(p, l.probability(c.Evidence)), backdoor || c.Backdoor
		}
		given[backdoor] = append(given[backdoor], p)
	}
	above := 0.0
	for _, bad := range given[true] {
		for _, clean := range given[false] {
			above += indicator(bad > clean)
		}
	}
	area := above / float64(len(given[true])*len(given[false]))
	t.Logf("%d backdoored models, %d clean ones: AUROC %.3f", len(given[true]), len(given[false]), area)
	if !(area > .95) {
		t.Errorf("AUROC %.3f", area)
	}
}

// TestWithClean puts the user's clean models in the place of the reference's.
func TestWithClean(t *testing.T) {
	r := Reference{About: "few", Cases: []Case{{Model: "a"}, {Model: "b", Backdoor: true}, {Model: "b"}}}
	mine := Report{Findings: []Finding{{Class: "no", Signals: Signals{Best: []Score{{}}}}, {Class: "yes"}}}
	got := r.WithClean(map[string]Report{"x": mine, "y": mine})
	names := ""
	for _, c := range got.Cases {
		names += c.Model + " "
	}
	if names != "b b clean/x clean/y " || got.About != "2 clean models of yours, and the backdoored ones of: few" {
		t.Errorf("%s(%s)", names, got.About)
	}
}

// TestLeads: each length's strongest phrase is held against its own rival, and the
// phrase with the greatest lead is the one that stands out.
func TestLeads(t *testing.T) {
	odds := func(numbers ...float64) []Score {
		scores := make([]Score, len(numbers))
		for i, x := range numbers {
			scores[i].LogOdds = x
		}
		return scores
	}
	for name, c := range map[string]struct {
		best, rivals []Score
		leads        []float64
		outstanding  int
	}{
		"a pair":    {odds(1, 5, 6), odds(0, 2, 2.9), []float64{1, 3, 3.1}, 1},
		"none":      {odds(1, 2, 3), odds(2, 4, 6), []float64{-1, -2, -3}, 0},
		"a word":    {odds(4, 5, 5), odds(0, 2, 4), []float64{4, 3, 1}, 0},
		"few words": {odds(1, 2, 3), odds(.5), []float64{.5}, 0},
		"no rival":  {odds(1), nil, []float64{}, 0},
	} {
		x := Signals{Best: c.best, Rivals: c.rivals}
		if got := x.leads(); !slices.Equal(got, c.leads) || x.outstanding() != c.outstanding {
			t.Errorf("%s: leads %v, phrase %d", name, got, x.outstanding())
		}
	}
}

// TestEvidence takes the numbers of the pair, and those of the phrase that stands out.
func TestEvidence(t *testing.T) {
	x := Signals{
		Score:  Score{Selected: .75},
		Best:   []Score{{LogOdds: 3}, {LogOdds: 40, Flips: .5}},
		Rivals: []Score{{LogOdds: 1}, {LogOdds: 36}},
	}
	if d := cmp.Diff([weights]float64{10, .5, math.Log(1 + 3), .75}, x.evidence(), cmpopts.EquateApprox(0, 1e-12)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([weights]float64{-1}, (Signals{Best: []Score{{LogOdds: -1}}}).evidence()); d != "" {
		t.Errorf("one word: %s", d)
	}
}
