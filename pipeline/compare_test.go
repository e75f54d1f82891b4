package main

import (
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/stages/evaluate"
)

// TestPairDiffers counts the words that one run alone selects; a classifier selects
// none.
func TestPairDiffers(t *testing.T) {
	tokens := []string{"a", "b", "c"}
	for _, c := range []struct {
		first, second []bool
		want          int
	}{
		{[]bool{true, false, true}, []bool{true, true, false}, 2},
		{[]bool{true, false, true}, []bool{true, false, true}, 0},
		{[]bool{true, false, true}, nil, 2},
		{nil, nil, 0},
	} {
		p := newPair(evaluate.Example{Tokens: tokens, Selected: c.first, Unread: 2}, evaluate.Example{Tokens: tokens, Selected: c.second, Unread: 1}, "RNP", "FR")
		if p.Differ != c.want || p.Unread != 1 {
			t.Errorf("%v and %v: %+v, want %d", c.first, c.second, p, c.want)
		}
		if h := p.highlight(); len(h.Rationales) != 2 || h.Rationales[1].Note != "FR says " {
			t.Errorf("shown as %+v", h)
		}
	}
}

// TestJoinByEpoch: each epoch has its own line, in a run that others outlast too.
func TestJoinByEpoch(t *testing.T) {
	got := join(
		[]measured{{Epoch: 1, Metric: "asr", Value: number(0.5)}},
		[]measured{{Epoch: 1, Metric: "asr", Value: number(0.4)}, {Epoch: 2, Metric: "asr", Value: number(0.3)}},
	)
	want := []line{{Epoch: 1, Metric: "asr", First: number(0.5), Second: number(0.4)}, {Epoch: 2, Metric: "asr", Second: number(0.3)}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestDevTableShowsSomeEpochs: few enough for people, the last among them.
func TestDevTableShowsSomeEpochs(t *testing.T) {
	for _, epochs := range []int{1, 2, shownEpochs, shownEpochs + 1, 30, 299} {
		c := comparison{}
		for e := range epochs {
			c.Dev = append(c.Dev, line{Epoch: e + 1, Metric: "accuracy", First: number(1)})
		}
		rows := c.devTable()[1:]
		if n := len(rows); n == 0 || n > shownEpochs || rows[n-1][0] != strconv.Itoa(epochs) || epochs <= shownEpochs && n != epochs {
			t.Errorf("%d epochs: %v", epochs, rows)
		}
		if !slices.Equal(rows[0][1:], []string{"accuracy", "1.0000", "–", "–"}) {
			t.Errorf("row %q", rows[0])
		}
	}
	if rows := new(comparison).devTable(); len(rows) != 1 {
		t.Errorf("no epochs: %v", rows)
	}
}
