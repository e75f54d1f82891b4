package inspect

import (
	"strings"
	"testing"
)

// successes are a success rate on two classes of n texts each.
func successes(hits, n int) Success {
	classes := []OfClass{{Texts: n, Hits: hits}, {Texts: n, Hits: hits}}
	return newSuccess([]string{"bad", "good"}, classes, float64(hits)/float64(n))
}

// TestVerdictOnGraphs: it is about the nodes of graphs.
func TestVerdictOnGraphs(t *testing.T) {
	r := Report{Graphs: true, Classes: []string{"words", "texts"}, Chance: .5, Attack: successes(180, 200), Unattacked: successes(20, 200), Random: successes(50, 200)}
	v := r.judge()
	for _, said := range append(v.Reasons, v.Summary) {
		if lower := strings.ToLower(said); strings.Contains(lower, "word") || strings.Contains(lower, "text") || !strings.Contains(said, "nodes") {
			t.Errorf("of graphs it says %q", said)
		}
	}
}

func TestVerdicts(t *testing.T) {
	marked := func(hits int) *Marked { return &Marked{Texts: 400, Unmarked: successes(hits, 200)} }
	oneClass := newSuccess([]string{"bad", "good"}, []OfClass{{Texts: 200, Hits: 190}, {}}, .95)
	for name, tc := range map[string]struct {
		attack     Success
		marked     *Marked
		unattacked int // of 200 texts a class
		want       Finding
		says       string
	}{
		"misled by unmarked words":        {successes(180, 200), marked(170), 20, Relies, "still succeeds in 85.0 % (81.0–88.0)"},
		"misled by marked words":          {successes(180, 200), marked(110), 20, Reasons, "not clearly above 60.0 %"},
		"misled, and nobody marked words": {successes(180, 200), nil, 20, Misled, "read the examples"},
		"at chance":                       {successes(100, 200), marked(90), 20, NoSign, "by chance it would be 50.0 %"},
		"few texts":                       {successes(6, 10), nil, 20, Unclear, "more test texts"},
		"a model that always says good":   {successes(100, 200), nil, 100, Unclear, "learned too little"},
		"texts of one class":              {oneClass, nil, 20, Unclear, "classes are missing"},
	} {
		t.Run(name, func(t *testing.T) {
			r := Report{
				Classes: []string{"bad", "good"}, Chance: .5,
				Attack: tc.attack, Marked: tc.marked, Unattacked: successes(tc.unattacked, 200), Random: successes(50, 200),
			}
			v := r.judge()
			if v.Finding != tc.want || v.Summary == "" || !strings.Contains(strings.Join(v.Reasons, " "), tc.says) {
				t.Errorf("%+v; want %q and %q", v, tc.want, tc.says)
			}
		})
	}
}
