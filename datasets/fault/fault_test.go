package fault

import (
	"strings"
	"testing"
)

func TestRowNamesItsPlace(t *testing.T) {
	for want, row := range map[string]Row{
		"kind: what":              {Reason: "kind", Detail: "what"},
		"a.csv: kind: what":       {File: "a.csv", Reason: "kind", Detail: "what"},
		"a.csv:7: kind: what":     {File: "a.csv", Line: 7, Reason: "kind", Detail: "what"},
		`"a\n.csv":7: kind: what`: {File: "a\n.csv", Line: 7, Reason: "kind", Detail: "what"},
	} {
		if got := row.Error(); got != want {
			t.Errorf("%s; want %s", got, want)
		}
	}
}

func TestChecksNameTheirReason(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":1,"A":2}`:                 "key twice",
		`{"a":1,"\u0061":2}`:            "key twice",
		`["\ud800"]`:                    "lone surrogate",
		`{"a":1,"b":[{"a":1},{"a":2}]}`: "",
		`["\ud83d\ude00"]`:              "",
	} {
		err := CheckJSON(text, AnyCase)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%s: %v; want %q", text, err, want)
		}
	}
	if err := CheckJSON(`{"a":1,"A":2}`, ExactKey); err != nil {
		t.Errorf("keys as they stand: %v", err)
	}
	if err := CheckNUL("a\x00b"); err == nil || err.Reason != "NUL bytes" {
		t.Errorf("%v", err)
	}
	if err := CheckNUL("ab"); err != nil {
		t.Error(err)
	}
}
