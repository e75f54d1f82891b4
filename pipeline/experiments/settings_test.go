package experiments

import (
	"strings"
	"testing"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
)

func TestSettingsAreLaidOverOneAnother(t *testing.T) {
	book, err := readBook()
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, format, method, profile string
		over                          layer
		want                          func(Settings) bool
	}{
		{"the default", "csv", "RNP", "quick", nil, func(s Settings) bool { return s.Options["sparsity"] == 0.2 && s.Epochs == 10 }},
		{"the format wins over the default", "beer", "RNP", "paper", nil, func(s Settings) bool { return s.Epochs == 300 && s.Options["lambda_coherence"] == 10 }},
		{"the method wins over the format", "beer", "Inter_RAT", "paper", nil,
			func(s Settings) bool {
				return s.Options["lambda_sparsity"] == .05 && s.Options["sparsity"] == .17 && s.Epochs == 300
			}},
		{"a wrapped method has its own settings", "beer", "Inter_RAT+A2I", "paper", nil,
			func(s Settings) bool { return s.Decay == .97 && s.Options["attack_sparsity"] == 20 }},
		{"the profile wins over the method", "beer", "Inter_RAT", "smoke", nil, func(s Settings) bool { return s.Epochs == 2 && s.Decay == .97 }},
		{"the profile wins over the format", "beer", "RNP", "smoke", nil, func(s Settings) bool { return s.Epochs == 2 && s.Options["lambda_coherence"] == 10 }},
		{"the profile's table for the format wins over both", "beer", "RNP", "quick", nil, func(s Settings) bool { return s.Epochs == 10 && s.Rate == 1e-3 }},
		{"the profile's table for the method wins over its table for the format", "generated", "random patterns", "quick", nil,
			func(s Settings) bool { return s.TrainTexts == 1000 && s.Epochs == 60 }},
		{"a method's table is for one format", "beer", "random patterns", "quick", nil, func(s Settings) bool { return s.TrainTexts == 0 }},
		{"the caller wins over all", "beer", "RNP", "quick", layer{"epochs": int64(3)}, func(s Settings) bool { return s.Epochs == 3 }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := settingsAt(book, tc.format, tc.method, tc.profile, tc.over)
			if err != nil {
				t.Fatal(err)
			}
			if !tc.want(s) {
				t.Errorf("got %+v", s)
			}
		})
	}
}

func TestEveryFormatAndProfileIsSound(t *testing.T) {
	book, err := readBook()
	if err != nil {
		t.Fatal(err)
	}
	for format := range book.Format {
		for _, profile := range Profiles() {
			if _, err := settingsAt(book, format, "RNP", profile, nil); err != nil {
				t.Errorf("%s, %s: %v", format, profile, err)
			}
		}
	}
}

// TestTablesOfMethods: each is of a method that there is, and sound on any data.
func TestTablesOfMethods(t *testing.T) {
	book, err := readBook()
	if err != nil {
		t.Fatal(err)
	}
	for method := range book.Claims {
		for _, profile := range Profiles() {
			if _, err := settingsOn(book, claimsData, method, profile, nil); err != nil {
				t.Errorf("%s on claims, %s: %v", method, profile, err)
			}
		}
	}
	for method := range book.Method {
		for format := range book.Format {
			if _, err := settingsAt(book, format, method, "paper", nil); err != nil {
				t.Errorf("%s on %s: %v", method, format, err)
			}
		}
	}
}

// TestAnneal: epochs are annealed where a target can come down, and one is left to
// choose.
func TestAnneal(t *testing.T) {
	book, err := readBook()
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		method string
		anneal int64
		want   string
	}{
		{"RNP", 4, ""},
		{"RNP", 5, "anneal = 5 and epochs = 5; expected less"},
		{"classifier", 1, "classifier has no target of sparsity"},
		{"VIB", 1, "VIB has no target of sparsity"},
		{"VIB", 0, ""},
	} {
		_, err := settingsAt(book, "tweets", tc.method, "quick", layer{"epochs": int64(5), "anneal": tc.anneal})
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s, %d: error %v, want %q", tc.method, tc.anneal, err, tc.want)
		}
	}
}

func TestBadSettings(t *testing.T) {
	book, err := readBook()
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, profile string
		set           map[string]string
		want          string
	}{
		{"unknown key", "quick", map[string]string{"sparsty": "0.2"}, `did you mean "sparsity"`},
		{"wrong type", "quick", map[string]string{"epochs": "many"}, "epochs"},
		{"out of range", "quick", map[string]string{"dropout": "1.5"}, "dropout"},
		{"another method's", "quick", map[string]string{"instruction": "2"}, `RNP has no setting "instruction"`},
		{"no number", "quick", map[string]string{"sparsity": "little"}, "sparsity = little; expected a number"},
		{"a comma", "quick", map[string]string{"sparsity": "0,15"}, "sparsity = 0,15; expected a number: did you mean 0.15?"},
		{"percent", "quick", map[string]string{"dropout": "20%"}, "dropout = 20%; expected a number: did you mean 0.2?"},
		{"in hundredths", "quick", map[string]string{"decay": "95"}, "decay = 95; expected a share, above 0 and at most 1: did you mean 0.95?"},
		{"not counted", "quick", map[string]string{"epochs": "1e3"}, "epochs = 1000; expected a whole number: did you mean 1000?"},
		{"half", "quick", map[string]string{"batch": "2.5"}, "batch = 2.5; expected a whole number"},
		{"a flag for a number", "quick", map[string]string{"sparsity": "true"}, "sparsity = true; expected a number"},
		{"a number for a word", "quick", map[string]string{"unit": "3"}, "unit = 3; expected a word"},
		{"misspelt word", "quick", map[string]string{"padding": "trimm"}, `padding = "trimm"; expected trim or paper; did you mean "trim"?`},
		{"no flag", "quick", map[string]string{"attack": "2"}, "attack = 2; expected true or false"},
		{"unknown profile", "huge", nil, "smoke, quick, paper"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			over, err := ParseSet(tc.set)
			if err == nil {
				_, err = settingsAt(book, "tweets", "RNP", tc.profile, over)
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestWholeNumbersServeAsFractions(t *testing.T) {
	book, err := readBook()
	if err != nil {
		t.Fatal(err)
	}
	over, err := ParseSet(map[string]string{"lambda_sparsity": "12", "attack": "false", "padding": "paper"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := settingsAt(book, "tweets", "RNP", "quick", over)
	if err != nil {
		t.Fatal(err)
	}
	if s.Options["lambda_sparsity"] != 12 || s.Options["attack"] != 0 || s.Padding != "paper" {
		t.Errorf("got %+v", s)
	}
}

func TestSuggestion(t *testing.T) {
	for _, tc := range []struct{ s, want string }{
		{"epoch", "epochs"}, {"lambda_sparsty", "lambda_sparsity"}, {"learningrate", "learning_rate"},
		{"zzzzzz", ""}, {"", ""},
	} {
		got := suggestion(tc.s, Keys())
		if (tc.want == "" && got != "") || !strings.Contains(got, tc.want) {
			t.Errorf("suggestion(%q) = %q, want %q in it", tc.s, got, tc.want)
		}
	}
}

// TestSettingsAreForProvidersThatThereAre, or a table of them would never be
// read.
func TestSettingsAreForProvidersThatThereAre(t *testing.T) {
	book, err := readBook()
	if err != nil {
		t.Fatal(err)
	}
	for name := range book.Provider {
		if _, err := runtime.FindProvider(name); err != nil {
			t.Error(err)
		}
	}
}

// TestUnitFollowsTheData: what answers a claim is selected by sentence where sentences
// are marked, and by method; everything else by word, as many as people marked.
func TestUnitFollowsTheData(t *testing.T) {
	book, err := readBook()
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		data   source
		method string
		unit   string
		s      float64
	}{
		{"claims", claimsData, "RNP+RAT", "sentence", .17},
		{"claims for another method", claimsData, "RNP", "word", .2},
		{"claims without sentences", source{format: "jsonl", query: true}, "RNP+RAT", "word", .2},
		{"reviews in sentences", source{format: "eraser", sentences: true, goldShare: .07}, "RNP+RAT", "word", .07},
		{"marked tweets", source{format: "tweets", goldShare: .27}, "RNP+RAT", "word", .27},
		{"marks that a method does not read", source{format: "tweets", goldShare: .27}, "RNP", "word", .25},
		{"beer", source{format: "beer"}, "RNP+RAT", "word", .17},
	} {
		s, err := settingsOn(book, tc.data, tc.method, "quick", nil)
		if err != nil || s.Unit != tc.unit || s.Options[sparsityKey] != tc.s {
			t.Errorf("%s: unit %s, s %v, %v; want %s, %v", tc.name, s.Unit, s.Options[sparsityKey], err, tc.unit, tc.s)
		}
	}
}

// claimsData is a dataset like FEVER.
var claimsData = source{format: "eraser", query: true, sentences: true, goldShare: .18}

func settingsAt(b settingsBook, format, method, name string, over layer) (Settings, error) {
	return settingsOn(b, source{format: format}, method, name, over)
}

func settingsOn(b settingsBook, data source, method, name string, over layer) (Settings, error) {
	p, err := b.profile(name)
	if err != nil {
		return Settings{}, err
	}
	m, err := rationalizer.Lookup(method)
	if err != nil {
		return Settings{}, err
	}
	return b.settings("cpu", data, m, "", p, over)
}

// TestSettingsAreForEncodersThatThereAre: see providers.
func TestSettingsAreForEncodersThatThereAre(t *testing.T) {
	book, err := readBook()
	if err != nil {
		t.Fatal(err)
	}
	for name := range book.Encoder {
		if _, err := rationalizer.LookupEncoder(name); err != nil {
			t.Error(err)
		}
	}
}
