package experiments

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rationale/onnx/rationalizer"
)

// TestAbsurdSettings: what nobody can mean is an error before anything is
// planned, let alone allocated.
func TestAbsurdSettings(t *testing.T) {
	book, err := readBook()
	if err != nil {
		t.Fatal(err)
	}
	for key, values := range map[string][]string{
		"hidden": {"0", "-3", "1000000", "9223372036854775807"}, "batch": {"0", "-1", "1000000000"},
		"epochs": {"0", "1000000000"}, "anneal": {"-1", "1000000"}, "max_length": {"0", "100000000"}, "draws": {"-1", "100000000"},
		"threads": {"0", "-1", "1000000"}, "shards": {"-1", "1000000"}, "steps_per_run": {"0", "1000000"}, "bucket": {"-1", "288230376151711744"},
		"learning_rate": {"0", "-1", "nan", "inf"}, "decay": {"0", "1.5", "nan"}, "least_rate": {"-1", "inf"},
		"sparsity": {"nan"}, "lambda_sparsity": {"inf", "-1"}, "clip_norm": {"inf"},
	} {
		for _, value := range values {
			over, err := ParseSet(map[string]string{key: value})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := settingsAt(book, "tweets", "RNP", "quick", over); err == nil || !strings.Contains(err.Error(), key) {
				t.Errorf("%s=%s: error %v, want one about the key", key, value, err)
			}
		}
	}
}

// TestMemoryIsEstimated: the same settings fit on one machine and not on
// another, and the error says what takes the room.
func TestMemoryIsEstimated(t *testing.T) {
	method, err := rationalizer.Lookup("RNP+A2I")
	if err != nil {
		t.Fatal(err)
	}
	book, err := readBook()
	if err != nil {
		t.Fatal(err)
	}
	const giga = 1_000_000_000
	data := source{classes: []string{"a", "b"}, trainTokens: 200_000}
	for _, c := range []struct {
		name    string
		set     layer
		device  bool
		machine int64
		ok      bool
	}{
		{"the defaults on a small machine", nil, false, giga, true},
		{"a large model", layer{"hidden": int64(2000)}, false, 2 * giga, false},
		{"a large model on a large machine", layer{"hidden": int64(2000)}, false, 64 * giga, true},
		{"the largest model", layer{"hidden": int64(1 << 16)}, false, 1024 * giga, false},
		{"padded to the longest", layer{"max_length": int64(1 << 24), "padding": "paper"}, false, 64 * giga, false},
		{"padded on a device", layer{"max_length": int64(1 << 24), "padding": "paper"}, true, 64 * giga, true},
		{"cut to the longest", layer{"max_length": int64(1 << 24), "batch": int64(1 << 24)}, false, 4 * giga, true},
		{"no limit known", layer{"hidden": int64(1 << 16)}, false, math.MaxInt64, true},
	} {
		s, err := settingsAt(book, "tweets", "RNP", "quick", c.set)
		if err != nil {
			t.Fatal(err)
		}
		r := &Run{Method: method, Settings: s}
		err = r.checkMemory(data, c.device, c.machine)
		if (err == nil) != c.ok || err != nil && !strings.Contains(err.Error(), "this machine has") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestMemoryIsBoundedByTheData: a batch is no larger than the texts that there
// are.
func TestMemoryIsBoundedByTheData(t *testing.T) {
	s := Settings{Batch: 1 << 24, MaxLength: 100}
	s.Padding = rationalizer.Trim
	if got := batchWords(s, 500); got != 500 {
		t.Errorf("trimmed: %d words", got)
	}
	s.Padding = rationalizer.Paper
	if got := batchWords(s, 500); got != 50_000 {
		t.Errorf("padded: %d words", got)
	}
	s.Batch = 3
	if got := batchWords(s, 500); got != 300 {
		t.Errorf("small batches: %d words", got)
	}
}

// TestEverySettingHasARange draws values outside of what any setting can mean:
// each is refused, with the setting's name and the value.
func TestEverySettingHasARange(t *testing.T) {
	book, err := readBook()
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"padding", "unit"}
	rapid.Check(t, func(t *rapid.T) {
		method := rapid.SampledFrom([]string{"RNP", "RNP+A2I", "FR+A2I", "DR", "Inter_RAT+A2I", "NIR", "A2R", "CR", "VIB", "RNP+RAT", "classifier", "random patterns"}).Draw(t, "method")
		m, err := rationalizer.Lookup(method)
		if err != nil {
			t.Fatal(err)
		}
		numbers := slices.DeleteFunc(Keys(), func(key string) bool {
			return slices.Contains(words, key) || slices.Contains(rationalizer.OptionNames(), key) &&
				!slices.ContainsFunc(m.Options, func(o rationalizer.Option) bool { return o.Name == key })
		})
		key := rapid.SampledFrom(numbers).Draw(t, "key")
		value := rapid.OneOf(
			rapid.SampledFrom([]string{"nan", "inf", "-inf", "1e39", "-1", "-1e-3", "922337203685477580700000000000000000000000"}),
			rapid.Map(rapid.Int64Max(-1), func(n int64) string { return strconv.FormatInt(n, 10) }),
			rapid.Map(rapid.Float64Max(-1e-6), func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }),
		).Draw(t, "value")
		over, err := ParseSet(map[string]string{key: value})
		if err != nil {
			t.Fatal(err)
		}
		_, err = settingsAt(book, "tweets", method, "quick", over)
		if err == nil || !names(err.Error(), key, value) {
			t.Errorf("%s=%s: error %v, want one with both", key, value, err)
		}
	})
}

// names tells whether an error names a setting and its value.
func names(text, key, value string) bool {
	rest, ok := strings.CutPrefix(text, "settings: "+key+" = ")
	shown, expected, cut := strings.Cut(rest, ";")
	want, _ := strconv.ParseFloat(value, 64)
	got, err := strconv.ParseFloat(shown, 64)
	same := got == want || math.IsNaN(got) && math.IsNaN(want)
	return ok && cut && err == nil && same && strings.HasPrefix(expected, " expected ")
}
