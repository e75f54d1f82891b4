package experiments

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rationale/datasets/backdoor"
	"rationale/onnx/rationalizer"
	"rationale/stages/examples"
)

// Backdoor says how the runs of an entry are attacked and defended (BadRNL). There is
// a run for each choice of one value from every list; a list that is left out has the
// value that it names first here.
type Backdoor struct {
	Attacks   []string            `toml:"attacks"`   // BadRNL, and others of backdoor.Attacks; or benign
	Levels    []backdoor.Level    `toml:"levels"`    // token, sentence: of the trigger
	Rates     []float64           `toml:"rates"`     // .1: share of the training texts that are poisoned
	Positions []backdoor.Position `toml:"positions"` // the attack's own, or another
	Words     []string            `toml:"words"`     // searched, or random: the trigger's
	Samplings []string            `toml:"samplings"` // of BadRNL poison-priority, of others uniform; or clean-priority
	Equations []int               `toml:"equations"` // of BadRNL 2, with the rationale loss, of others 1
	Defences  []string            `toml:"defences"`  // none, AT, ONION, Z-score, AttDef
}

// attack is one choice from the lists of a [Backdoor].
type attack struct {
	Name     string
	Level    backdoor.Level
	Rate     float64
	Position backdoor.Position // empty: the attack's own
	Words    string
	Sampling string
	Equation int
	Defence  string
}

// The words of experiment files, and of the keys of runs.
const (
	benign   = "benign" // nobody attacks: the clean model, on texts with BadRNL's trigger
	badRNL   = "BadRNL"
	searched = "searched"
	random   = "random"
	uniform  = "uniform" // examples.Uniform

	undefended          = "none"
	adversarialTraining = "AT"
	onionDefence        = "ONION"
	zScoreDefence       = "Z-score"
	attDefDefence       = "AttDef"
)

// defences are those of BadRNL's Table 1, in its order.
func defences() []string {
	return []string{undefended, adversarialTraining, onionDefence, zScoreDefence, attDefDefence}
}

// all are the choices, in the order of the lists.
func (b Backdoor) all() []attack {
	out := []attack{{}}
	out = choices(out, b.Attacks, badRNL, func(a *attack, v string) { a.Name = v })
	out = choices(out, b.Levels, backdoor.Token, func(a *attack, v backdoor.Level) { a.Level = v })
	out = choices(out, b.Rates, usualRate, func(a *attack, v float64) { a.Rate = v })
	out = choices(out, b.Positions, "", func(a *attack, v backdoor.Position) { a.Position = v })
	out = choices(out, b.Words, searched, func(a *attack, v string) { a.Words = v })
	out = choices(out, b.Samplings, "", func(a *attack, v string) { a.Sampling = v })
	out = choices(out, b.Equations, 0, func(a *attack, v int) { a.Equation = v })
	out = choices(out, b.Defences, undefended, func(a *attack, v string) { a.Defence = v })
	for i := range out {
		out[i].Sampling = cmp.Or(out[i].Sampling, out[i].ownSampling())
		out[i].Equation = cmp.Or(out[i].Equation, out[i].ownEquation())
	}
	return out
}

// choices continues each attack with every value of a list; of an empty one with the
// usual value.
func choices[T any](attacks []attack, values []T, usual T, set func(*attack, T)) []attack {
	if len(values) == 0 {
		values = []T{usual}
	}
	var out []attack
	for _, a := range attacks {
		for _, v := range values {
			next := a
			set(&next, v)
			out = append(out, next)
		}
	}
	return out
}

// String names the attack for people: what is as usual is left out.
func (a attack) String() string {
	out := fmt.Sprintf("%s, %s level", a.Name, a.Level)
	for _, more := range []struct {
		text    string
		unusual bool
	}{
		{fmt.Sprintf("rate %v", a.Rate), a.Rate != usualRate},
		{"at " + string(a.Position), a.Position != ""},
		{a.Words + " words", a.Words != searched},
		{a.Sampling, a.Sampling != a.ownSampling()},
		{fmt.Sprintf("Eq. %d", a.Equation), a.Equation != a.ownEquation()},
	} {
		if more.unusual {
			out += ", " + more.text
		}
	}
	return out
}

// usualRate is the share of the training texts that are poisoned.
const usualRate = .1

// ownSampling is how an attack has its poisoned texts mixed in, where nothing else is
// asked for: of the attacks BadRNL alone times them.
func (a attack) ownSampling() string {
	if a.Name == badRNL {
		return string(examples.PoisonPriority)
	}
	return uniform
}

// ownEquation is the loss that an attack trains with: BadRNL with human rationales, all
// others end to end.
func (a attack) ownEquation() int {
	if a.Name == badRNL {
		return 2
	}
	return 1
}

// sampling is the setting of the training.
func (a attack) sampling() examples.Sampling {
	if a.Sampling == uniform {
		return examples.Uniform
	}
	return examples.Sampling(a.Sampling)
}

// check names the first value that there is not.
func (b Backdoor) check() error {
	attacks := append(backdoor.Names(), benign)
	samplings := []string{uniform, string(examples.PoisonPriority), string(examples.CleanPriority)}
	for _, a := range b.all() {
		err := cmp.Or(
			among("attacks", a.Name, attacks), a.Level.Check(), among("words", a.Words, []string{searched, random}),
			among("samplings", a.Sampling, samplings), among("defences", a.Defence, defences()),
			rationalizer.Within(rationalizer.Range{Most: 1, Above: true}, "rates", a.Rate),
			rationalizer.Within(rationalizer.Range{Least: 1, Most: 2}, "equations", a.Equation),
		)
		if err == nil && a.Position != "" {
			err = a.Position.Check()
		}
		if err != nil {
			return fmt.Errorf("backdoor: %w", err)
		}
	}
	return nil
}

// among wants a value to be a known one.
func among(list, value string, known []string) error {
	if slices.Contains(known, value) {
		return nil
	}
	return fmt.Errorf("%s: no %q; there are %s%s", list, value, strings.Join(known, ", "), suggestion(value, known))
}
