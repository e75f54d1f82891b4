package plots

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSelector(t *testing.T) {
	record := Record{Labels: Labels{}, Stage: "train", Split: "dev", Mask: "argmax", Metric: "f1"}
	full := Selector{"stage": "train", "split": "dev", "mask": "argmax", "metric": "f1"}
	for _, k := range keyTable {
		record.Labels[k.Name], full[k.Name] = "1", "1"
	}
	if !full.Matches(record) || !(Selector{}).Matches(record) {
		t.Error("the record does not match its own keys, or none")
	}
	for name := range full {
		for _, value := range []string{"2", ""} {
			other := full.or(nil)
			other[name] = value
			if got := len(Filter([]Record{record, record}, other)); got != 0 {
				t.Errorf("%s %q: %d records pass", name, value, got)
			}
		}
	}
	if got := len(Filter([]Record{record, {}}, full)); got != 1 {
		t.Errorf("%d records pass", got)
	}
	if !(Selector{"defence": "", "mask": ""}).Matches(Record{}) {
		t.Error("an empty value does not admit a record without one")
	}
	if (Selector{"metohd": ""}).Matches(record) {
		t.Error("a record has a key that is not in the table")
	}
}

func TestSelectorOr(t *testing.T) {
	got := Selector{"method": "RNP", "split": "dev"}.or(Selector{"method": "other", "dataset": "tweets"})
	if diff := cmp.Diff(Selector{"method": "RNP", "split": "dev", "dataset": "tweets"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestExplainMiss(t *testing.T) {
	records := []Record{
		{Labels: Labels{"dataset": "tweets", "method": "RNP"}, Metric: "f1"},
		{Labels: Labels{"dataset": "tweets", "method": "RNP+A2I"}, Metric: "asr"},
		{Labels: Labels{"dataset": "movies", "method": "FR"}, Metric: "asr"},
	}
	for _, test := range []struct {
		s    Selector
		want string
	}{
		{Selector{"dataset": "tweets", "method": "FR"}, `dataset="tweets", method="FR"; of method "FR" there is none, only "RNP", "RNP+A2I"`},
		{Selector{"dataset": "beer", "method": "FR"}, `of dataset "beer" there is none, only "movies", "tweets"`},
		{Selector{"dataset": "tweets", "method": "RNP", "metric": "asr"}, `of metric "asr" there is none, only "f1"`},
	} {
		if got := explainMiss(records, test.s); !strings.Contains(got, test.want) {
			t.Errorf("%v: %q lacks %q", test.s, got, test.want)
		}
	}
	if got := explainMiss(nil, Selector{"dataset": "tweets"}); !strings.Contains(got, "empty list of records") {
		t.Errorf("without records: %q", got)
	}
}

func TestParseSelector(t *testing.T) {
	got, err := ParseSelector([]string{"method=RNP+A2I", "target=0.10", "mask="})
	if want := (Selector{"method": "RNP+A2I", "target": "0.1", "mask": ""}); err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, error %v; want %v", got, err, want)
	}
	for word, want := range map[string]string{
		"RNP":         `"RNP": expected KEY=VALUE`,
		"methd=RNP":   `unknown key "methd"; there are dataset, method`,
		"target=much": `target = much: expected a number`,
		"mask=argmax": `key "mask" comes twice`,
	} {
		if _, err := ParseSelector([]string{"mask=sampled", word}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v; want %s", word, err, want)
		}
	}
}
