package rationalizer

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/tensor"
)

// TestNIRGradients: the model's slopes in the predictor's parameters, with words
// replaced, are the numeric ones: alone, with an attacker beside it, and with
// A2I's instruction.
func TestNIRGradients(t *testing.T) {
	for method, flags := range map[string][]string{"NIR": {"no attack"}, "NIR, attacked": {"attack"}, "NIR+A2I": nil} {
		t.Run(method, func(t *testing.T) {
			name, _, _ := strings.Cut(method, ",")
			checkPredictorGradients(t, with(small(name, tensor.Float64), flags...))
		})
	}
}

// own are a batch's words where others could stand.
func own(b values) values { return values{"replaced_ids": b[InputIDs]} }

// TestNIRWithoutNoiseIsRNP: words replaced by themselves give RNP's numbers.
func TestNIRWithoutNoiseIsRNP(t *testing.T) {
	for _, whole := range []bool{false, true} {
		c := small("RNP", tensor.Float64)
		c.WholeVocabulary = whole
		want := once(t, c, smallBatch())
		c.Method = "NIR"
		got := once(t, c, smallBatch(), own(smallBatch()))
		for name, x := range want {
			compare(t, 0, name, got[name].Float64s(), x.Float64s(), 1e-12)
		}
	}
}

// TestReplacedWordsReachThePredictorWhereSelected: another word changes what the
// predictor says where z is 1, and nowhere else; where z is 0 it changes the
// gradient to z alone, and so the generator's.
func TestReplacedWordsReachThePredictorWhereSelected(t *testing.T) {
	c, b := small("NIR", tensor.Float64), smallBatch()
	frame, texts := int(b[InputIDs].Shape()[1]), int(b[InputIDs].Shape()[0])
	plain := once(t, c, b, own(b))
	z := plain["z"].Float64s() // [T,B]
	for _, selected := range []bool{false, true} {
		ids := slices.Clone(tensor.Data[int64](b[InputIDs]))
		for i := range ids {
			if real := tensor.Data[int64](b[InputMask])[i] == 1; real && (z[i%frame*texts+i/frame] == 1) == selected {
				ids[i] = ids[i]%(smallWords-1) + 1
			}
		}
		got := once(t, c, b, values{"replaced_ids": grid(frame, ids)})
		same(t, "z", got["z"], plain["z"])
		differs(t, "the generator's gradient", got["grad/model.gen_fc.weight"], plain["grad/model.gen_fc.weight"])
		if !selected {
			compare(t, 0, "logits", got["logits"].Float64s(), plain["logits"].Float64s(), 1e-12)
			continue
		}
		differs(t, "logits", got["logits"], plain["logits"])
	}
}

// TestAttackersSelectionsAreReadAsTheyAre: what replaced the words does not reach
// f_p's reading of z_a, in the instruction or in the attack.
func TestAttackersSelectionsAreReadAsTheyAre(t *testing.T) {
	c, b := small("NIR+A2I", tensor.Float64), smallBatch()
	still := of(c, Values{LearningRate: 0}) // update 2 on the same predictor
	want, got := once(t, c, b, still, own(b)), once(t, c, b, still)
	differs(t, "logits", got["logits"], want["logits"])
	for _, name := range []string{"instruction", "logits_attack1", "logits_attack2", "grad/attacker.gen_fc.weight"} {
		same(t, name, got[name], want[name])
	}
}

// TestReplacedWordsOfQueries: the share is of sentences where texts have queries
// or sentences are selected.
func TestReplacedWordsOfQueries(t *testing.T) {
	for _, tc := range []struct {
		query bool
		unit  Unit
		want  bool
	}{{false, Word, false}, {true, Word, true}, {false, Sentence, true}} {
		c := small("NIR", tensor.Float32)
		c.Query, c.Unit = tc.query, tc.unit
		feeds := mustStepGraph(t, c).Of(Replaced)
		if len(feeds) != 1 || *feeds[0].Share != (WordShare{Of: "noise", BySentence: tc.want}) {
			t.Errorf("query %v, unit %q: feeds %+v", tc.query, tc.unit, feeds)
		}
	}
}

// TestSpecOfReplacedWords: a run has to say how many words are replaced, and so
// has a specification from a file.
func TestSpecOfReplacedWords(t *testing.T) {
	s := mustStepGraph(t, small("NIR", tensor.Float32)).Spec
	given := Values{}
	for _, name := range s.scalars() {
		given[name] = .1
	}
	if err := s.CheckScalars(given); err != nil {
		t.Error(err)
	}
	delete(given, "noise")
	if err := s.CheckScalars(given); err == nil || !strings.Contains(err.Error(), "the graphs of NIR take noise") {
		t.Errorf("error %v", err)
	}
	for i := range s.Feeds {
		s.Feeds[i].Share = nil
	}
	if err := s.CheckForm(); err == nil || !strings.Contains(err.Error(), "nothing says how many") {
		t.Errorf("error %v", err)
	}
}

// TestNoiseIsAShare: a share of words is one that there can be.
func TestNoiseIsAShare(t *testing.T) {
	for value, want := range map[float64]string{0: "noise = 0; expected a share", 10: "did you mean 0.1?"} {
		if _, err := nir.Complete(Values{"noise": value}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("noise %v: error %v, want %q", value, err, want)
		}
	}
	var all Values
	if all, _ = nir.Complete(nil); all["noise"] != .1 {
		t.Errorf("by default %v", all["noise"])
	}
}

// TestReplacedBatchesTrim: words replaced in padding, where no law draws any,
// would change nothing either.
func TestReplacedBatchesTrim(t *testing.T) {
	c, b := small("NIR", tensor.Float64), batch(rand.New(rand.NewPCG(4, 4)), 6, 6, 2, 4)
	behind := slices.Clone(tensor.Data[int64](b[InputIDs]))
	for i, real := range tensor.Data[int64](b[InputMask]) {
		if real == 0 {
			behind[i] = 3
		}
	}
	want, got := once(t, c, b, own(b)), once(t, c, b, values{"replaced_ids": grid(6, behind)})
	for name, x := range want {
		compare(t, 0, name, got[name].Float64s(), x.Float64s(), 1e-12)
	}
}

// TestFirstUnit: with the flag a text of which nothing is selected shows its first
// word behind the query, in training and in evaluation; where something is
// selected the flag changes nothing.
func TestFirstUnit(t *testing.T) {
	const frame, lead = 7, 2
	for _, padding := range []Padding{Trim, Paper} {
		c := with(small("NIR", tensor.Float32), "first_unit")
		c.Query, c.Hyper.Padding = true, padding
		b := queried(batch(rand.New(rand.NewPCG(7, 7)), frame, 7, 4, 3), lead)
		g := mustStepGraph(t, c)
		noise := NoiseTensor(Word, Size{Examples: 3, Positions: frame})
		nothing, everything := shifted(noise, -1000), shifted(noise, 1000)

		want := make([]float64, frame*3)
		copy(want[lead*3:], []float64{1, 1, 1})
		compare(t, 0, "z", once(t, c, b, values{"generator/noise": nothing})["z"].Float64s(), want, 0)
		said := compile(t, mustAnswer(t, c, Views{Sampled: true}, nil)).run(join(state(c, g), b, values{SelectNoise: nothing}))
		for i, z := range said[OutRationale].Float64s() { // [B,T]
			if want := i%frame == lead; (z == 1) != want {
				t.Errorf("%s: %v at position %d of text %d", padding, z, i%frame, i/frame)
			}
		}

		flagged, plain := once(t, c, b, values{"generator/noise": everything}), once(t, with(c, "no first_unit"), b, values{"generator/noise": everything})
		for name, x := range plain {
			same(t, name, flagged[name], x)
		}
	}
}
