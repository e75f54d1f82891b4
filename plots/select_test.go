package plots

import (
	"strings"
	"testing"
)

func TestSelector(t *testing.T) {
	record := Record{Stage: "train", Dataset: "tweets", Method: "RNP", Encoder: "gru", Split: "dev", Mask: "argmax", Metric: "f1"}
	full := Selector{Stage: "train", Dataset: "tweets", Method: "RNP", Encoder: "gru", Split: "dev", Mask: "argmax", Metric: "f1"}
	if !full.Matches(record) || !(Selector{}).Matches(record) {
		t.Error("the record does not match its own keys, or none")
	}
	for _, k := range keys {
		other := full
		*k.wanted(&other) = "another"
		if other.Matches(record) {
			t.Errorf("another %s matches", k.name)
		}
		if got := len(Filter([]Record{record, record}, other)); got != 0 {
			t.Errorf("another %s: %d records pass", k.name, got)
		}
	}
	if got := len(Filter([]Record{record, {}}, full)); got != 1 {
		t.Errorf("%d records pass", got)
	}
}

func TestSelectorOr(t *testing.T) {
	got := Selector{Method: "RNP", Split: "dev"}.or(Selector{Method: "other", Dataset: "tweets"})
	if want := (Selector{Method: "RNP", Split: "dev", Dataset: "tweets"}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestExplainMiss(t *testing.T) {
	records := []Record{
		{Dataset: "tweets", Method: "RNP", Metric: "f1"},
		{Dataset: "tweets", Method: "RNP+A2I", Metric: "asr"},
		{Dataset: "movies", Method: "FR", Metric: "asr"},
	}
	for _, test := range []struct {
		s    Selector
		want string
	}{
		{Selector{Dataset: "tweets", Method: "FR"}, `dataset="tweets", method="FR"; of method "FR" there is none, only "RNP", "RNP+A2I"`},
		{Selector{Dataset: "beer", Method: "FR"}, `of dataset "beer" there is none, only "movies", "tweets"`},
		{Selector{Dataset: "tweets", Method: "RNP", Metric: "asr"}, `of metric "asr" there is none, only "f1"`},
	} {
		if got := explainMiss(records, test.s); !strings.Contains(got, test.want) {
			t.Errorf("%v: %q lacks %q", test.s, got, test.want)
		}
	}
	if got := explainMiss(nil, Selector{Dataset: "tweets"}); !strings.Contains(got, "empty list of records") {
		t.Errorf("without records: %q", got)
	}
}
