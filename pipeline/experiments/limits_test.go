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
