package plots

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"rationale/plots/internal/golden"
)

// assessedRuns are made-up numbers of three attacks, two trigger levels and five
// poison rates with three seeds.
func assessedRuns(datasets ...string) []Record {
	var out []Record
	for d, dataset := range datasets {
		for a, attack := range []string{"benign", "naive", "BadRNL"} {
			for r, rate := range []string{"0", "0.05", "0.1", "0.15", "0.2"} {
				for l, level := range []string{"token", "sentence"} {
					for seed := 1; seed <= 3; seed++ {
						labels := Labels{"dataset": dataset, "attack": attack, "poison_rate": rate, "trigger": level, "seed": strconv.Itoa(seed)}
						asr := 1 - math.Exp(-float64(r*a)-.05*float64(l+seed))
						out = append(out, assessed(labels, map[string]float64{
							"acc": .7 - .02*float64(r+d) + .01*float64(seed), "gr": .42 - .03*float64(2-a), "asr_trigger": asr,
						})...)
					}
				}
			}
		}
	}
	return out
}

// assessed are numbers that stand for a run as a whole.
func assessed(labels Labels, numbers map[string]float64) []Record {
	var out []Record
	for metric, value := range numbers {
		out = append(out, Record{
			Labels: labels, Run: "assess-" + labels.String(), Stage: "assess", Split: "test", Mask: "sampled-mean-5",
			Metric: metric, Value: value,
		})
	}
	SortRecords(out)
	return out
}

// decodeSpec reads a description from testdata.
func decodeSpec[Spec any](t *testing.T, name string) Spec {
	t.Helper()
	var spec Spec
	meta, err := toml.DecodeFile("testdata/"+name, &spec)
	if err != nil || len(meta.Undecoded()) > 0 {
		t.Fatalf("%s: error %v, unknown keys %v", name, err, meta.Undecoded())
	}
	return spec
}

var attackedSets = []DatasetSpec{{Name: "fever", Title: "FEVER", Classes: 2}, {Name: "multirc", Title: "MultiRC", Classes: 2}}

func TestGoldenBarsAndSweeps(t *testing.T) {
	runs := assessedRuns("fever", "multirc")
	bars := decodeSpec[BarsSpec](t, "bars.toml")
	atOneRate := Filter(runs, Selector{"poison_rate": "0.1", "trigger": "token"})
	sweep := decodeSpec[SweepSpec](t, "sweep.toml")
	for _, test := range []struct {
		name    string
		spec    FigureSpec
		records []Record
	}{
		{"bars.png", bars, atOneRate},
		{"bars-one-seed.png", bars, Filter(atOneRate, Selector{"seed": "1"})},
		{"sweep.png", sweep, runs},
	} {
		t.Run(test.name, func(t *testing.T) {
			figure, err := test.spec.Figure(test.records, attackedSets)
			if err != nil {
				t.Fatal(err)
			}
			picture, err := Render(figure, PNG)
			if err != nil {
				t.Fatal(err)
			}
			golden.PNG(t, test.name, picture)
		})
	}
}

// TestBarsAreMeans: a bar is as high as the mean of its seeds, and a group without
// a run has no bar.
func TestBarsAreMeans(t *testing.T) {
	records := append(assessed(Labels{"dataset": "fever", "attack": "naive", "seed": "1"}, map[string]float64{"acc": .25}),
		assessed(Labels{"dataset": "fever", "attack": "naive", "seed": "2"}, map[string]float64{"acc": .75})...)
	spec := BarsSpec{
		CurvesSpec: CurvesSpec{Lines: []LineSpec{{Name: "naive", Selector: Selector{"attack": "naive"}}}},
		Groups:     []PanelSpec{{Title: "GR", Selector: Selector{"metric": "gr"}}, {Title: "ACC", Selector: Selector{"metric": "acc"}}},
	}
	figure, err := spec.Figure(records, attackedSets[:1])
	if err != nil {
		t.Fatal(err)
	}
	points := figure.(*Curves).Panels[0].Lines[0].Points
	if want := (Point{X: 1, Mean: .5, Std: math.Sqrt(.125), N: 2}); len(points) != 1 || points[0] != want {
		t.Errorf("got %v, want %v alone", points, want)
	}
}

// TestSweepAscends: points stand at their numbers, not in the order of their text.
func TestSweepAscends(t *testing.T) {
	var records []Record
	for _, rate := range []string{"0.1", "0", "2e-5", "0.05"} {
		records = append(records, assessed(Labels{"dataset": "fever", "poison_rate": rate, "seed": "1"}, map[string]float64{"acc": .5})...)
	}
	spec := SweepSpec{CurvesSpec{Lines: []LineSpec{{Name: "acc", Selector: Selector{"metric": "acc"}}}}, "poison_rate"}
	figure, err := spec.Figure(records, attackedSets[:1])
	if err != nil {
		t.Fatal(err)
	}
	var at []float64
	for _, p := range figure.(*Curves).Panels[0].Lines[0].Points {
		at = append(at, p.X)
	}
	if len(at) != 4 || at[0] != 0 || at[1] != 2e-5 || at[2] != .05 || at[3] != .1 {
		t.Errorf("points at %v", at)
	}
}

func TestBarsAndSweepsNameWhatIsMissing(t *testing.T) {
	records := assessedRuns("fever")
	line := []LineSpec{{Name: "Cbat", Selector: Selector{"attack": "Cbat", "metric": "acc"}}}
	group := []PanelSpec{{Title: "ACC"}}
	for _, test := range []struct {
		name string
		spec FigureSpec
		want string
	}{
		{"no group", BarsSpec{CurvesSpec: CurvesSpec{Lines: line}}, "no groups of bars"},
		{"no bar", BarsSpec{CurvesSpec{Lines: line}, group}, `of attack "Cbat" there is none`},
		{"two numbers", BarsSpec{CurvesSpec{Lines: []LineSpec{{Name: "a", Selector: Selector{"metric": "acc"}}}}, group}, "say which trigger is meant"},
		{"no key", SweepSpec{CurvesSpec{Lines: line}, "poison"}, `over = "poison"`},
		{"no number", SweepSpec{CurvesSpec{Lines: line}, "attack"}, "a key of runs that is a number"},
		{"no line", SweepSpec{CurvesSpec{Lines: line}, "poison_rate"}, `of attack "Cbat" there is none`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := test.spec.Figure(records, attackedSets[:1])
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestBarsMeasureTheirGroups(t *testing.T) {
	got := decodeSpec[BarsSpec](t, "bars.toml").Measures()
	if strings.Join(got, " ") != "acc asr_trigger gr" {
		t.Errorf("measures %v", got)
	}
}

// TestFloorIsADatasetsOwn: across a panel that asks for it lies the number of its
// dataset, and nothing where that has none.
func TestFloorIsADatasetsOwn(t *testing.T) {
	spec := BarsSpec{
		CurvesSpec{
			Panels: []PanelSpec{{Title: "ACC", Floor: floorMetric, Selector: Selector{"metric": "acc"}}, {Title: "GR", Selector: Selector{"metric": "gr"}}},
			Lines:  []LineSpec{{Name: "naive", Selector: Selector{"attack": "naive", "poison_rate": "0.1"}}},
		},
		[]PanelSpec{{Title: "token", Selector: Selector{"trigger": "token"}}},
	}
	if got := strings.Join(spec.Measures(), " "); got != "acc gr "+floorMetric {
		t.Errorf("measures %s", got)
	}
	records := append(assessedRuns("fever", "multirc"),
		Record{Labels: Labels{"dataset": "fever"}, Run: "floor-1", Stage: "floor", Split: "test", Metric: floorMetric, Value: .668})
	figure, err := spec.Figure(records, attackedSets)
	if err != nil {
		t.Fatal(err)
	}
	panels := figure.(*Curves).Panels // FEVER's, then MultiRC's
	if ref := panels[0].Reference; ref == nil || ref.Value != .668 || ref.Name == "" || ref.Name == floorMetric {
		t.Errorf("the floor of FEVER is %+v", ref)
	}
	for i, p := range panels[1:] {
		if p.Reference != nil {
			t.Errorf("panel %d has a floor: %+v", i+1, *p.Reference)
		}
	}
}
