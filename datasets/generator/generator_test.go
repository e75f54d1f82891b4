package generator

import (
	"context"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rationale/datasets"
)

// generated makes up the texts of one split.
func generated(t testing.TB, aspect, rows int, seed uint64) []datasets.Text {
	t.Helper()
	return generatedBy(t, Options{Aspect: aspect, Train: rows, Seed: seed})
}

func generatedBy(t testing.TB, opts Options) []datasets.Text {
	t.Helper()
	var texts []datasets.Text
	err := Generate(context.Background(), opts, func(_ string, text datasets.Text) error {
		texts = append(texts, text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestGeneratedShape(t *testing.T) {
	for aspect, name := range Aspects {
		tokens, gold, positive := 0, 0, 0
		types := map[string]bool{}
		texts := generated(t, aspect, 4000, 1)
		for _, text := range texts {
			if err := text.Check(); err != nil {
				t.Fatal(err)
			}
			if n := len(text.Tokens); n < 40 || n > 120 {
				t.Errorf("%s: %d tokens; want 40 to 120", text.ID, n)
			}
			tokens += len(text.Tokens)
			positive += text.Label
			marked := 0
			for i, token := range text.Tokens {
				types[token] = true
				if text.Rationale[i] {
					marked++
				}
			}
			if marked == 0 {
				t.Errorf("%s: no rationale", text.ID)
			}
			gold += marked
		}
		share := datasets.Share(gold, tokens)
		t.Logf("%s: mean length %.1f, gold share %.3f, %d types, %d of %d positive", name, datasets.Share(tokens, len(texts)), share, len(types), positive, len(texts))
		if share < 0.15 || share > 0.20 {
			t.Errorf("%s: gold share %.3f; want .15 to .20", name, share)
		}
		if len(types) < 600 {
			t.Errorf("%s: %d types; want 600", name, len(types))
		}
		if off := math.Abs(float64(positive)/float64(len(texts)) - 0.5); off > 0.03 {
			t.Errorf("%s: %d of %d positive", name, positive, len(texts))
		}
	}
}

// The twin with the other label has the same words outside the rationale, the
// same rationale, and inside it other words only where a judgement stands.
func TestGeneratedTwinDiffersInRationaleOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := reviewPlan{
			seed: rapid.Uint64().Draw(t, "seed"), split: rapid.SampledFrom(datasets.SplitNames).Draw(t, "split"),
			row: rapid.IntRange(0, 1<<20).Draw(t, "row"), target: rapid.IntRange(0, 2).Draw(t, "target"),
			shortest: rapid.IntRange(leastTokens, 60).Draw(t, "shortest"),
		}
		plan.longest = plan.shortest + rapid.IntRange(0, 100).Draw(t, "room")
		text := plan.text()
		plan.flipped = true
		twin := plan.text()
		if text.Label == twin.Label || !slices.Equal(text.Rationale, twin.Rationale) || !slices.Equal(text.Sentences, twin.Sentences) {
			t.Fatalf("the twin's frame differs:\n%v\n%v", text, twin)
		}
		changed := 0
		for i, token := range text.Tokens {
			if token == twin.Tokens[i] || token+twin.Tokens[i] == "aan" || token+twin.Tokens[i] == "ana" {
				if !text.Rationale[i] && token != twin.Tokens[i] {
					t.Fatalf("article %d stands outside the rationale", i)
				}
				continue
			}
			changed++
			if !text.Rationale[i] || !opposites(token, twin.Tokens[i]) {
				t.Fatalf("token %d: %q and %q, rationale %v", i, token, twin.Tokens[i], text.Rationale[i])
			}
		}
		if changed == 0 {
			t.Fatal("nothing tells the label")
		}
	})
}

func opposites(a, b string) bool {
	i, j := slices.Index(praise, a), slices.Index(blame, b)
	if i < 0 {
		i, j = slices.Index(praise, b), slices.Index(blame, a)
	}
	return i >= 0 && i == j
}

// Judging words must not turn up in filler, where they would judge nothing.
func TestGeneratedWordListsDoNotOverlap(t *testing.T) {
	judging := slices.Concat(praise, blame)
	for name, list := range slots {
		for _, word := range list {
			if slices.Contains(judging, word) {
				t.Errorf("%s: %q judges", name, word)
			}
		}
	}
	if len(praise) != len(blame) {
		t.Errorf("%d words of praise, %d of blame", len(praise), len(blame))
	}
	for i, word := range judging {
		if slices.Contains(judging[:i], word) {
			t.Errorf("%q stands twice among the judging words", word)
		}
	}
}

func TestGeneratedIsKeyedByRow(t *testing.T) {
	long, short := generated(t, 1, 20, 7), generated(t, 1, 5, 7)
	if diff := cmp.Diff(long[:5], short); diff != "" {
		t.Errorf("the first rows depend on how many follow:\n%s", diff)
	}
	if other := generated(t, 1, 5, 8); cmp.Equal(short, other) {
		t.Error("another seed gives the same texts")
	}
}

// outside returns the tokens that are not part of the rationale.
func outside(t datasets.Text) []string {
	var rest []string
	for i, token := range t.Tokens {
		if !t.Rationale[i] {
			rest = append(rest, token)
		}
	}
	return rest
}

// No word outside the rationale tells the label: the mutual information of its
// presence with the label stays below what chance gives at the 1 % level, shared
// among all words (Bonferroni). 2N·I follows χ² with one degree of freedom.
func TestGeneratedRestSaysNothing(t *testing.T) {
	for aspect, name := range Aspects {
		saysNothing(t, name, generated(t, aspect, 8000, 3))
	}
	// As short as those of the quick profile.
	opts := Options{Aspect: 1, Train: 8000, Seed: 3, Shortest: 24, Longest: 56}
	saysNothing(t, "short", generatedBy(t, opts))
}

// saysNothing holds the law for the texts of one training split.
func saysNothing(t *testing.T, name string, texts []datasets.Text) {
	t.Helper()
	with := map[string]*[2]int{}
	var rows [2]int
	for _, text := range texts {
		rows[text.Label]++
		seen := map[string]bool{}
		for _, token := range outside(text) {
			if seen[token] {
				continue
			}
			seen[token] = true
			if with[token] == nil {
				with[token] = &[2]int{}
			}
			with[token][text.Label]++
		}
	}
	for _, token := range slices.Sorted(maps.Keys(with)) {
		g := 2 * float64(len(texts)) * mutualInformation(*with[token], rows)
		if p := math.Erfc(math.Sqrt(g / 2)); p < 0.01/float64(len(with)) {
			t.Errorf("%s: %q tells the label: in %v of %v texts, p = %.2g", name, token, *with[token], rows, p)
		}
	}
}

// mutualInformation in nats between a word's presence and a label of two classes.
func mutualInformation(with, rows [2]int) float64 {
	n := float64(rows[0] + rows[1])
	information := 0.0
	for label := range rows {
		present := float64(with[0]+with[1]) / n
		for _, cell := range [][2]float64{
			{float64(with[label]) / n, present},
			{float64(rows[label]-with[label]) / n, 1 - present},
		} {
			if cell[0] > 0 {
				information += cell[0] * math.Log(cell[0]/(cell[1]*float64(rows[label])/n))
			}
		}
	}
	return information
}

// bagAccuracy trains a logistic regression on which features a text has and
// returns its accuracy on the second half of the texts.
func bagAccuracy(texts []datasets.Text, features func(datasets.Text) []string) float64 {
	numbers := map[string]int{}
	lists := make([][]int, len(texts))
	for i, text := range texts {
		for _, f := range features(text) {
			if _, known := numbers[f]; !known {
				numbers[f] = len(numbers)
			}
			lists[i] = append(lists[i], numbers[f])
		}
	}
	weights := make([]float64, len(numbers))
	score := func(i int) float64 {
		sum := 0.0
		for _, f := range lists[i] {
			sum += weights[f]
		}
		return 1 / (1 + math.Exp(-sum))
	}
	half := len(texts) / 2
	for epoch := range 8 {
		for i, text := range texts[:half] {
			step := 0.1 / float64(epoch+1) * (float64(text.Label) - score(i))
			for _, f := range lists[i] {
				weights[f] += step
			}
		}
	}
	right := 0
	for i := half; i < len(texts); i++ {
		if (score(i) > 0.5) == (texts[i].Label == 1) {
			right++
		}
	}
	return datasets.Share(right, len(texts)-half)
}

// A bag of words gets part of the way, since the judging words serve all aspects;
// what stands outside the rationale gets nowhere; words seen together with the
// aspect word of their sentence get nearly all.
func TestGeneratedDifficulty(t *testing.T) {
	for aspect, name := range Aspects {
		texts := generated(t, aspect, 8000, 5)
		bag := bagAccuracy(texts, func(t datasets.Text) []string { return t.Tokens })
		rest := bagAccuracy(texts, outside)
		pairs := bagAccuracy(texts, aspectPairs)
		t.Logf("%s: bag of words %.3f, outside the rationale %.3f, with the aspect %.3f", name, bag, rest, pairs)
		if bag < 0.74 || bag > 0.85 {
			t.Errorf("%s: bag of words %.3f; want .74 to .85", name, bag)
		}
		if math.Abs(rest-0.5) > 0.03 { // 3.8 standard deviations
			t.Errorf("%s: the rest of the text gets %.3f", name, rest)
		}
		if pairs < 0.90 {
			t.Errorf("%s: aspect and judgement together get %.3f only", name, pairs)
		}
	}
}

// aspectPairs joins the words of each sentence with its aspect.
func aspectPairs(t datasets.Text) []string {
	var pairs []string
	start := int32(0)
	for _, end := range t.Sentences {
		aspect := "none "
		for _, token := range t.Tokens[start:end] {
			for _, list := range aspectWords {
				if slices.Contains(list, token) {
					aspect = list[0] + " "
				}
			}
		}
		for _, token := range t.Tokens[start:end] {
			pairs = append(pairs, aspect+token)
		}
		start = end
	}
	return pairs
}

func TestGenerateRefusesImpossibleSizes(t *testing.T) {
	for _, opts := range []Options{
		{Aspect: 1, Train: -1, Shortest: 44, Longest: 104},
		{Aspect: 1, Train: 1, Shortest: leastTokens - 1, Longest: 104},
		{Aspect: 1, Train: 1, Shortest: 44, Longest: 43},
		{Aspect: 1, Train: 1, Shortest: 44, Longest: mostTokens + 1},
		{Aspect: 1, Train: 1, Longest: Shortest - 1},
	} {
		err := Generate(context.Background(), opts, func(string, datasets.Text) error { return nil })
		if err == nil {
			t.Errorf("%+v: reviews were made", opts)
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		generated(b, 1, 1000, 1)
	}
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
