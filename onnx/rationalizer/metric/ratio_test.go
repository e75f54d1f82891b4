package metric

import (
	"encoding/json"
	"math"
	"testing"
)

func TestRatioJSON(t *testing.T) {
	cases := []struct {
		ratio Ratio
		text  string
	}{
		{defined(.25), "0.25"},
		{defined(0), "0"},
		{Ratio{}, "null"},
	}
	for _, c := range cases {
		data, err := json.Marshal(c.ratio)
		if err != nil || string(data) != c.text {
			t.Errorf("%+v is written as %s, %v", c.ratio, data, err)
		}
		back := defined(7)
		if err := json.Unmarshal([]byte(c.text), &back); err != nil || back != c.ratio {
			t.Errorf("%s is read as %+v, %v", c.text, back, err)
		}
	}
	var r Ratio
	if err := json.Unmarshal([]byte(`"x"`), &r); err == nil {
		t.Error("a string was read as a ratio")
	}
}

func TestRatioFloat64(t *testing.T) {
	if got := defined(.25).Float64(); got != .25 {
		t.Errorf("got %g, want .25", got)
	}
	if got := (Ratio{}).Float64(); !math.IsNaN(got) {
		t.Errorf("undefined is %g, want NaN", got)
	}
}
