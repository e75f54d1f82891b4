package main

import (
	"testing"

	"rationale/onnx/runtime"
)

func TestCheckups(t *testing.T) {
	for _, c := range []struct {
		finding runtime.Finding
		want    checkup
	}{
		{runtime.Finding{Name: "a", OK: true, Detail: "d", Fix: "f"}, checkup{Name: "a", State: "OK", Detail: "d"}},
		{runtime.Finding{Name: "a", OK: true, Optional: true, Detail: "d", Fix: "f"}, checkup{Name: "a", State: "OK", Detail: "d"}},
		{runtime.Finding{Name: "a", OK: true, Untested: true, Detail: "d", Fix: "f"}, checkup{Name: "a", State: "untested", Detail: "d", Fix: "f"}},
		{runtime.Finding{Name: "a", Detail: "d", Fix: "f"}, checkup{Name: "a", State: "missing", Detail: "d", Fix: "f"}},
		{runtime.Finding{Name: "a", Optional: true, Detail: "d", Fix: "f"}, checkup{Name: "a", State: "optional", Detail: "d", Fix: "f"}},
	} {
		got := newCheckup(c.finding)
		if got != c.want {
			t.Errorf("%+v: %+v, want %+v", c.finding, got, c.want)
		}
		if err := verdict([]checkup{got}); (err != nil) != (got.State == "missing") {
			t.Errorf("%+v: %v", got, err)
		}
	}
}
