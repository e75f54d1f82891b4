package plots

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/BurntSushi/toml"
)

// curveShape describes one made-up learning curve: it moves from start to end
// and the seeds drift apart by spread.
type curveShape struct {
	method, metric, split string
	start, end, spread    float64
}

// The shapes of Figure 3: the full text and the random patterns are learnt
// alike, but the random patterns do not carry over to texts outside training.
var fig3Shapes = []curveShape{
	{"classifier", "accuracy", "train", .62, .97, .008},
	{"random-patterns", "accuracy", "train", .55, .95, .015},
	{"random-patterns", "accuracy_r2f", "train", .50, .58, .015},
	{"classifier", "accuracy", "dev", .60, .86, .010},
	{"random-patterns", "accuracy", "dev", .52, .56, .020},
	{"random-patterns", "accuracy_r2f", "dev", .50, .57, .020},
}

// The shapes of Figure 6: RNP can be misled, RNP+A2I stays at chance.
var fig6Shapes = []curveShape{
	{"RNP", "asr", "dev", .50, .72, .100},
	{"RNP+A2I", "asr", "dev", .49, .50, .012},
}

// synthetic makes records of the shapes for each dataset, seed and epoch.
func synthetic(shapes []curveShape, datasets []string, seeds, epochs int) []Record {
	var records []Record
	for d, dataset := range datasets {
		for k, shape := range shapes {
			for seed := range seeds {
				rng := rand.New(rand.NewPCG(uint64(100*d+k), uint64(seed)))
				drift := shape.spread * rng.NormFloat64()
				for epoch := 1; epoch <= epochs; epoch++ {
					t := 1 - math.Exp(-4*float64(epoch-1)/float64(epochs-1))
					v := shape.start + (shape.end-shape.start+drift)*t + .006*rng.NormFloat64()
					records = append(records, Record{
						Labels: Labels{"dataset": dataset, "method": shape.method, "seed": strconv.Itoa(seed + 1)},
						Stage:  "train", Run: shape.method + "-" + dataset, Epoch: epoch, Split: shape.split,
						Metric: shape.metric, Value: min(v, 1), Selected: epoch == epochs*3/4+seed,
					})
				}
			}
		}
	}
	return records
}

// readSpec reads the description of a figure from testdata.
func readSpec(t testing.TB, name string) CurvesSpec {
	t.Helper()
	var spec CurvesSpec
	meta, err := toml.DecodeFile("testdata/"+name, &spec)
	if err != nil {
		t.Fatal(err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		t.Fatalf("%s has unknown keys %v", name, unknown)
	}
	return spec
}

// syntheticFigure draws the description in testdata from made-up records.
func syntheticFigure(t testing.TB, spec string, shapes []curveShape, datasets []string, seeds, epochs int) *Curves {
	t.Helper()
	description := readSpec(t, spec)
	for _, name := range slices.Sorted(slices.Values(datasets)) {
		description.Datasets = append(description.Datasets, DatasetSpec{Name: name, Classes: 2})
	}
	figure, err := description.Curves(synthetic(shapes, datasets, seeds, epochs))
	if err != nil {
		t.Fatal(err)
	}
	return figure
}
