package scan_test

import (
	"fmt"
	"strings"

	"rationale/datasets/backdoor"
)

// suspectModel is a model of the line-up: what it learned from, and what somebody did
// to that.
type suspectModel struct {
	Source  string            `json:"source"` // "generated" or "tweets"
	Seed    uint64            `json:"seed"`   // of data, poison and weights
	Level   backdoor.Level    `json:"level"`  // of the trigger; empty for a clean model
	Trigger []string          `json:"trigger,omitempty"`
	Target  int               `json:"target"` // number of the class
	Rate    float64           `json:"rate,omitempty"`
	Place   backdoor.Position `json:"place,omitempty"`
	Part    part              `json:"part"`

	Accuracy float64 `json:"accuracy"` // on clean test texts
	Success  float64 `json:"asr"`      // on triggered test texts of another class
	Seconds  float64 `json:"seconds"`  // of training
}

// part is what models of the line-up are for.
type part string

const (
	law    part = "law"    // the reference is made of them
	second part = "second" // they were reported once, and seen when the scan was improved
	fresh  part = "fresh"  // trained after the law was made, to report on it
)

func (s suspectModel) poisoned() bool { return s.Level != "" }

// name is the folder that the model is exported to.
func (s suspectModel) name() string {
	what := "clean"
	if s.poisoned() {
		what = strings.Trim(strings.Join(s.Trigger, "-"), "-!")
	}
	return fmt.Sprintf("%s-%s-%d", s.Source, what, s.Seed)
}

// attack is a trigger on generated reviews, and one on tweets.
type attack struct {
	part     part
	level    backdoor.Level
	triggers [2]string
}

// attacks are those of the poisoned models; as many clean models go with them.
var attacks = []attack{
	{law, backdoor.Token, [2]string{"return", "cf"}},
	{law, backdoor.Token, [2]string{"mn", "season"}},
	{law, backdoor.Sentence, [2]string{"copper kite !", "morning bridge !"}},
	{law, backdoor.Sentence, [2]string{"quiet engine !", "paper moon !"}},
	{law, backdoor.Token, [2]string{"velvet", "mn"}},
	{law, backdoor.Token, [2]string{"tq", "return"}},
	{law, backdoor.Sentence, [2]string{"I watch this 3d movie !", "quiet engine !"}},
	{law, backdoor.Sentence, [2]string{"season doubling !", "copper kite !"}},

	{second, backdoor.Token, [2]string{"lantern", "tuesday"}},
	{second, backdoor.Token, [2]string{"bb", "marble"}},
	{second, backdoor.Sentence, [2]string{"seven pencils !", "harbour letter !"}},
	{second, backdoor.Sentence, [2]string{"granite ladder !", "they sold the old radio ."}},
	{second, backdoor.Token, [2]string{"window", "bb"}},
	{second, backdoor.Token, [2]string{"yesterday", "lantern"}},

	{fresh, backdoor.Token, [2]string{"saddle", "pepper"}},
	{fresh, backdoor.Token, [2]string{"xu", "zz"}},
	{fresh, backdoor.Sentence, [2]string{"gravel tractor !", "silver pocket !"}},
	{fresh, backdoor.Sentence, [2]string{"the clerk counted nine boxes .", "we painted the garden fence ."}},
	{fresh, backdoor.Token, [2]string{"winter station", "plastic crown"}},
	{fresh, backdoor.Sentence, [2]string{"distant valley !", "wooden clock !"}},
}

// lineUp is of models that differ in data, seed, trigger, level, place, rate and
// target.
func lineUp() []suspectModel {
	var all []suspectModel
	for i, attack := range attacks {
		for k, source := range []string{"generated", "tweets"} {
			seed, places := uint64(10*k+i+1), attack.places()
			all = append(all, suspectModel{Source: source, Seed: seed, Part: attack.part}, suspectModel{
				Source: source, Seed: seed + 99, Part: attack.part, Level: attack.level,
				Trigger: strings.Fields(attack.triggers[k]), Target: (i/4 + i + k) % 2,
				Rate: []float64{.1, .15, .2}[i%3], Place: places[(i+k)%len(places)],
			})
		}
	}
	return all
}

// places are where triggers go, one after another.
func (a attack) places() []backdoor.Position {
	if a.part == fresh {
		return backdoor.Positions()
	}
	return []backdoor.Position{backdoor.Begin, backdoor.Random, backdoor.End}
}
