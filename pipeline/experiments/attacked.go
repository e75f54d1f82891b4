package experiments

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"rationale/datasets/backdoor"
	"rationale/pipeline/engine"
	"rationale/plots"
	"rationale/stages/backend"
	"rationale/stages/defend/adversarial"
	"rationale/stages/defend/zscore"
	"rationale/stages/examples/texts"
	"rationale/stages/poison"
	"rationale/stages/tokenize"
	"rationale/stages/train"
	"rationale/stages/trigger"
	"rationale/stages/weights"
)

// campaign is what the attacks on one clean run have in common.
type campaign struct {
	lab    *Lab
	spec   RunSpec
	over   layer
	data   source // clean
	clean  *Run
	marked source // the clean data, of which all training texts have rationales
	attack attack
	target string // the class that the attack wants
}

// attacked plans the runs of an entry that says how they are attacked (BadRNL §3):
//
//	clean run → trigger search → poisoned data → training from the clean run → assessment,
//
// with a defence between two of these, or none.
func (l *Lab) attacked(entry RunEntry, spec RunSpec) ([]*Run, error) {
	c, err := l.campaign(entry, spec)
	if err != nil {
		return nil, err
	}
	var out []*Run
	for _, a := range entry.Backdoor.all() {
		c.attack = a
		r, err := c.run()
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// readings are the clean run and what it reads, but for its first weights.
func (c campaign) readings() []engine.Input {
	out := []engine.Input{input(trigger.RunRole, c.clean.Train)}
	for _, in := range c.clean.Train.Inputs {
		if in.Role != train.WeightsRole {
			out = append(out, in)
		}
	}
	return out
}

// engine is what the clean run computes with.
func (c campaign) engine() backend.Backend { return c.clean.Train.Stage.Params().(train.Params).Engine }

// run plans one run and its assessment.
func (c campaign) run() (*Run, error) {
	r, err := c.victim()
	if err != nil {
		return nil, err
	}
	return c.assessed(r), nil
}

// victim is the run that is assessed: of an attack one that starts from the clean run
// and reads poisoned texts, of none the clean run; and what a defence before or after
// the training makes of it.
func (c campaign) victim() (*Run, error) {
	data, r := c.marked, c.clean
	if c.attack.Name != benign {
		data = c.poisoned()
	}
	if c.attack.Defence == zScoreDefence {
		data = c.filtered(data)
	}
	var err error
	if data.name != c.marked.name {
		if r, err = c.trainOn(data, c.clean, c.tuning()); err != nil {
			return nil, err
		}
	}
	if c.attack.Defence == adversarialTraining {
		over := c.tuning()
		over["epochs"] = int64(adversarialEpochs)
		return c.trainOn(c.hardened(data), r, over)
	}
	return r, nil
}

// adversarialEpochs is how long adversarial training goes on with a model.
const adversarialEpochs = 5

// tuning are the settings of a training that starts from the clean run.
func (c campaign) tuning() layer {
	out := layer{}
	maps.Copy(out, c.over)
	maps.Copy(out, c.lab.profile.Attacked)
	if c.attack.Name != benign {
		out[rationaleLoss] = c.attack.Equation == 2
	}
	return out
}

// rationaleLoss is the setting that makes Eq. 1 of Eq. 2.
const rationaleLoss = "rationale_loss"

// trainOn plans training that goes on from a run on other data.
func (c campaign) trainOn(data source, from *Run, over layer) (*Run, error) {
	r, err := c.lab.tuned(c.spec, data, over)
	if err != nil {
		return nil, err
	}
	r.Weights.Inputs = append(r.Weights.Inputs, input(weights.FromRole, from.Train))
	p := r.Train.Stage.Params().(train.Params)
	if data.poisoned {
		p.Sampling = c.attack.sampling()
	}
	p.Select = train.ByAccuracyAndGR
	r.Train.Stage = train.New(p, texts.Open)
	r.call(", " + c.attack.String())
	return r, nil
}

// made is a dataset that a stage makes of another one.
func (s source) made(name string, n *engine.Node) source {
	s.name, s.input = name, engine.Input{Role: tokenize.DatasetRole, From: n}
	return s
}

// called is the name of a dataset that is made for the attack.
func (c campaign) called(parts ...string) string {
	return strings.ToLower(strings.Join(append([]string{c.data.name}, parts...), "-"))
}

// poisoned is the data with poisoned training texts.
func (c campaign) poisoned() source {
	p := c.poison(c.attack.Name, c.called(c.attack.Name, string(c.attack.Level), "poisoned"))
	p.Rate = c.attack.Rate
	out := c.marked.made(p.Name, c.changed(p, "poison"))
	out.poisoned = true
	return out
}

// triggered is the data whose development and test texts carry the trigger; of no
// attack BadRNL's.
func (c campaign) triggered() source {
	name := c.attack.Name
	if name == benign {
		name = badRNL
	}
	p := c.poison(name, c.called(name, string(c.attack.Level), "triggered"))
	p.Triggered = true
	return c.marked.made(p.Name, c.changed(p, "trigger"))
}

func (c campaign) poison(attack, name string) poison.Params {
	return poison.Params{
		Name: name, Dataset: c.marked.name, Attack: attack, Level: c.attack.Level, Position: c.attack.Position,
		Target: c.target, MaxLength: c.clean.Settings.MaxLength, Seed: c.spec.Seed,
	}
}

// changed plans changing the data; the attack's words are searched where it has none of
// its own.
func (c campaign) changed(p poison.Params, verb string) *engine.Node {
	n := &engine.Node{Stage: poison.New(p), Inputs: []engine.Input{c.marked.input}, Label: verb + " " + p.Name, Weight: 2}
	if p.Attack == badRNL {
		n.Inputs = append(n.Inputs, input(poison.TriggerRole, c.found(c.attack.Words == random)))
	}
	return n
}

// found plans the search for triggers against the clean run, or their random control.
func (c campaign) found(random bool) *engine.Node {
	p := trigger.Defaults(c.attack.Level)
	p.Dataset, p.Target, p.Seed, p.Random, p.Engine = c.marked.name, c.target, c.spec.Seed, random, c.engine()
	if c.attack.Position != "" {
		p.Position = c.attack.Position
	}
	return &engine.Node{Stage: trigger.New(p, texts.Open), Inputs: append(c.readings(), c.marked.input), Label: c.clean.label("search a trigger against"), Weight: cost(p)}
}

// filtered is data without the texts that a Z-score gives away.
func (c campaign) filtered(data source) source {
	p := zscore.Params{Dataset: data.name, Name: data.name + "-zscore", Factor: zscore.Usual}
	n := &engine.Node{Stage: zscore.New(p), Inputs: []engine.Input{data.input}, Label: "filter " + data.name, Weight: 2}
	return data.made(p.Name, n)
}

// hardened is data with texts that carry one of the search's other triggers, and keep
// their labels.
func (c campaign) hardened(data source) source {
	p := adversarial.Params{
		Dataset: data.name, Name: data.name + "-hardened", Share: adversarial.Usual,
		MaxLength: c.clean.Settings.MaxLength, Seed: c.spec.Seed,
	}
	return data.made(p.Name, &engine.Node{
		Stage: adversarial.New(p), Inputs: []engine.Input{data.input, input(adversarial.TriggerRole, c.found(false))},
		Label: "harden " + data.name, Weight: 2,
	})
}

// assessed is the run with the measurement of the attack on it, and its labels.
func (c campaign) assessed(victim *Run) *Run {
	r := *victim
	of := Attacked{
		Label: r.label("attack on") + ", " + c.attack.String(), Dataset: r.Dataset, Target: c.target,
		Inputs: c.read(victim), Draws: r.Settings.Draws, Engine: r.Train.Stage.Params().(train.Params).Engine,
	}
	var removed *engine.Node
	switch c.attack.Defence {
	case onionDefence:
		removed = of.Defended("onion", c.data.input)
	case attDefDefence:
		removed = of.Defended("attdef")
	}
	r.Assess = of.Assessed(removed)
	r.Labels = c.labels(r.Labels)
	return &r
}

// read are the run, what it reads, and the triggered texts.
func (c campaign) read(r *Run) []engine.Input {
	out := []engine.Input{input(train.DataRole, r.Data), input(train.GraphsRole, r.Graphs), input("run", r.Train)}
	return append(out, input("triggered", tokenized(c.triggered(), r.Settings)))
}

// labels tell the run from those that are attacked or defended otherwise.
func (c campaign) labels(of plots.Labels) plots.Labels {
	position := c.attack.Position
	if position == "" && c.attack.Name != benign {
		known, _ := backdoor.Find(c.attack.Name) // checked with the file
		position = known.Position
	}
	out := maps.Clone(of)
	for key, value := range map[string]string{
		"dataset": c.data.name, "attack": c.attack.Name, "trigger": string(c.attack.Level), "defence": c.attack.Defence,
		"position": string(position), "variant": c.clean.Labels["variant"], "poison_rate": "0",
	} {
		out[key] = value
	}
	if c.attack.Name != benign {
		out["poison_rate"] = strconv.FormatFloat(c.attack.Rate, 'g', -1, 64)
		out["sampling"] = c.attack.Sampling
	}
	if c.attack.Name == badRNL {
		out["words"] = c.attack.Words
	}
	if c.attack.Name != benign && c.attack.Equation != c.attack.ownEquation() {
		out["variant"] = strings.TrimSpace(fmt.Sprintf("%s %s=%v", out["variant"], rationaleLoss, c.attack.Equation == 2))
	}
	maps.DeleteFunc(out, func(_, value string) bool { return value == "" })
	return out
}
