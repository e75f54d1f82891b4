package metric

import "testing"

func TestGR(t *testing.T) {
	type example struct {
		predicted, gold string
		window          int
	}
	cases := []struct {
		name     string
		examples []example
		want     GRScores
	}{
		{
			"one hit", []example{{"110", "100", 3}, {"100", "011", 3}},
			GRScores{Macro: fraction(1, 3), Micro: fraction(2, 6), Kept: 2},
		},
		{
			"two hits", []example{{"110", "100", 3}, {"010", "011", 3}},
			GRScores{Macro: fraction(2, 3), Micro: fraction(4, 6), Kept: 2},
		},
		{
			"empty prediction", []example{{"000", "011", 3}},
			GRScores{Macro: defined(0), Micro: defined(0), Kept: 1},
		},
		{
			"empty gold", []example{{"111", "000", 3}},
			GRScores{Skipped: 1},
		},
		{
			"gold outside the window", []example{{"10", "1011", 2}, {"01", "0001", 2}},
			GRScores{Macro: defined(1), Micro: defined(1), Kept: 1, Skipped: 1, Cut: 3},
		},
		{
			"padding predicted", []example{{"1011", "10", 2}},
			GRScores{Macro: defined(1), Micro: defined(1), Kept: 1},
		},
		{"no text", nil, GRScores{}},
	}
	for _, c := range cases {
		var acc GR
		for _, e := range c.examples {
			if err := acc.Add(flags(e.predicted), flags(e.gold), e.window); err != nil {
				t.Fatal(err)
			}
		}
		if got := acc.Scores(); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
