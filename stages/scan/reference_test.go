package scan

import (
	"fmt"
	"math"
	"testing"

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

// TestWithClean puts the user's clean models in the place of the reference's.
func TestWithClean(t *testing.T) {
	r := Reference{About: "few", Cases: []Case{{Model: "a"}, {Model: "b", Backdoor: true}, {Model: "b"}}}
	mine := Report{Findings: []Finding{{Class: "no", Words: []Score{{}}}, {Class: "yes"}}}
	got := r.WithClean(map[string]Report{"x": mine, "y": mine})
	names := ""
	for _, c := range got.Cases {
		names += c.Model + " "
	}
	if names != "b b clean/x clean/y " || got.About != "2 clean models of yours, and the backdoored ones of: few" {
		t.Errorf("%s(%s)", names, got.About)
	}
}

// TestGap is 0 where words thin out evenly from the first on, and grows with a word
// that stands alone.
func TestGap(t *testing.T) {
	words := make([]Score, 60)
	for i := range words {
		words[i].LogOdds = -float64(i)
	}
	if got := gap(words); math.Abs(got-9./40) > 1e-12 {
		t.Errorf("even: %v", got)
	}
	words[0].LogOdds = 31
	if got := gap(words); math.Abs(got-1) > 1e-12 {
		t.Errorf("alone: %v", got)
	}
	if got := gap(words[:1]); got != 0 {
		t.Errorf("one word: %v", got)
	}
}
