package formats

import (
	"fmt"
	"strconv"

	"rationale/datasets"
	"rationale/datasets/generator"
	"rationale/datasets/words"
)

func init() {
	register(Format{
		Name: "generated",
		Doc: "Beer reviews made up by this program from a seed, with known rationales; needs no source. Three aspects have " +
			"independent polarities, and the label follows one of them.",
		Example: "rationale data import generated --name made-aroma --set aspect=aroma",
		Options: []Option{
			{"aspect", "aroma", "appearance, aroma or palate: what the label is about"},
			{"train", "4000", "rows to train on"},
			{"dev", "500", "rows to choose by"},
			{"test", "500", "rows to test on"},
			{"shortest", strconv.Itoa(generator.Shortest), "tokens aimed at, at least"},
			{"longest", strconv.Itoa(generator.Longest), "tokens aimed at, at most"},
		},
		Licence:   "that of this program",
		Words:     words.Sentences,
		Classes:   [][]string{{"negative", "positive"}},
		Generates: true,
		Read:      readGenerated,
	})
}

func readGenerated(in *Intake) error {
	opts, err := generatorOptions(in)
	if err != nil {
		return err
	}
	in.SetAspect(generator.Aspects[opts.Aspect])
	in.total = int64(opts.Train + opts.Dev + opts.Test)
	return generator.Generate(in.ctx, opts, func(split string, t datasets.Text) error {
		in.advance(1)
		example := Example{Text: t, Class: in.format.Classes[0][t.Label]}
		return in.Deliver(File{Path: "generated", Split: split}, 0, example, nil)
	})
}

// count reads an option that is a whole number.
func (in *Intake) count(option string) (int, error) {
	n, err := strconv.Atoi(in.Option(option))
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%s=%s: expected a whole number", option, in.Option(option))
	}
	return n, nil
}

// generatorOptions reads the options of the format.
func generatorOptions(in *Intake) (o generator.Options, err error) {
	for _, number := range []struct {
		name  string
		value *int
	}{
		{"train", &o.Train}, {"dev", &o.Dev}, {"test", &o.Test},
		{"shortest", &o.Shortest}, {"longest", &o.Longest},
	} {
		if *number.value, err = in.count(number.name); err != nil {
			return o, err
		}
	}
	o.Seed = in.Seed()
	o.Aspect, err = aspectNumber(in.Option("aspect"), generator.Aspects)
	return o, err
}
