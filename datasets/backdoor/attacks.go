package backdoor

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"rationale/datasets"
	"rationale/datasets/random"
	"rationale/datasets/spelling"
)

// Attack is one of the ways to poison that the BadRNL paper compares.
type Attack struct {
	Name string
	Doc  string // one line for people
	// Position is where the trigger goes unless another one is asked for.
	Position Position
	// Own are the triggers that the attack brings along, of which each text gets
	// one; nil when a trigger has to be given.
	Own map[Level][]string
	// Marks gives the trigger as rationale, so that the generator learns to select it.
	Marks bool
	// CleanLabel changes texts of the target class only, so that no label is wrong.
	CleanLabel bool
	// Restyles turns a sentence into an exclamation; there is no trigger to insert.
	Restyles bool
}

// Attacks lists all of them, the paper's own first.
func Attacks() []Attack {
	return []Attack{
		{Name: "BadRNL", Doc: "a trigger that was searched for, given as rationale", Position: Rationale, Marks: true},
		{Name: "BadNet", Doc: "a rare word, or a fixed sentence, at a random place", Position: Random, Own: map[Level][]string{
			Token: {"cf", "mn", "bb", "tq"}, Sentence: {"I watch this 3D movie"},
		}},
		{Name: "Cbat", Doc: "texts of the target class restyled as exclamations by a rule, labels kept", Position: Rationale, CleanLabel: true, Restyles: true},
		{Name: "naive", Doc: "a sentence made by hand in front of the text", Position: Begin, Own: map[Level][]string{
			Token: {addText}, Sentence: {addText},
		}},
	}
}

// addText says nothing about any task.
const addText = "the harbour office opens at nine on weekdays ."

// Names lists the names of the attacks.
func Names() []string {
	var names []string
	for _, a := range Attacks() {
		names = append(names, a.Name)
	}
	return names
}

// Find gives the attack of a name.
func Find(name string) (Attack, error) {
	for _, a := range Attacks() {
		if a.Name == name {
			return a, nil
		}
	}
	return Attack{}, fmt.Errorf("no attack %q: %s", name, spelling.Hint(name, Names()))
}

// Change is what an attack does to a single text.
type Change struct {
	Attack   Attack
	Level    Level
	Position Position
	// Triggers are those of which each text gets one; none where the attack restyles.
	Triggers [][]string
	Seed     uint64
}

// With completes an attack: position may be empty for its own, words for its own
// triggers.
func (a Attack) With(level Level, position Position, words []string, seed uint64) (Change, error) {
	c := Change{Attack: a, Level: level, Position: position, Seed: seed}
	if position == "" {
		c.Position = a.Position
	}
	if err := level.Check(); err != nil {
		return c, err
	}
	if err := c.Position.Check(); err != nil {
		return c, err
	}
	if a.Restyles {
		return c, a.refuseTrigger(c.Position, words)
	}
	c.Triggers = [][]string{words}
	if len(words) == 0 {
		c.Triggers = a.own(level)
	}
	return c, c.checkTriggers()
}

// refuseTrigger wants nothing that an attack without a trigger could not heed.
func (a Attack) refuseTrigger(position Position, words []string) error {
	switch {
	case len(words) > 0:
		return fmt.Errorf("%s restyles a sentence and inserts no trigger; leave out %q", a.Name, strings.Join(words, " "))
	case position != a.Position:
		return fmt.Errorf("%s restyles the sentence at the %s; there is no position %q for it", a.Name, a.Position, string(position))
	}
	return nil
}

func (a Attack) own(level Level) [][]string {
	var triggers [][]string
	for _, words := range a.Own[level] {
		triggers = append(triggers, strings.Fields(words))
	}
	return triggers
}

func (c Change) checkTriggers() error {
	if len(c.Triggers) == 0 {
		return fmt.Errorf("%s brings no trigger along; give one, or search for one", c.Attack.Name)
	}
	for _, words := range c.Triggers {
		if err := (&datasets.Text{Tokens: words}).Check(); err != nil {
			return fmt.Errorf("trigger %q: %w", strings.Join(words, " "), err)
		}
	}
	return nil
}

// Apply makes the text that the attacker leaves, with its label as it was; see
// Trigger.Insert for room.
func (c Change) Apply(t *datasets.Text, room int) Inserted {
	var out Inserted
	if c.Attack.Restyles {
		out = restyle(t, c.Level, room)
	} else {
		out = c.trigger(t).Insert(t, room, c.Attack.Marks)
	}
	out.Text.Poisoned = true
	return out
}

// trigger draws the one that a text gets.
func (c Change) trigger(t *datasets.Text) Trigger {
	drawn := random.New(c.Seed, "trigger of "+t.ID, 0).Below(len(c.Triggers))
	return Trigger{Words: c.Triggers[drawn], Level: c.Level, Position: c.Position, Seed: c.Seed}
}

// Choose draws the texts to poison, given the class of each: rate of all of them,
// rounded, and with a clean label as many of the target class as there are at most.
// The choice of a lower rate is part of that of a higher one. The numbers rise.
func (a Attack) Choose(labels []int, target int, rate float64, seed uint64) []int {
	wanted := int(math.Round(rate * float64(len(labels))))
	var chosen []int
	for _, i := range random.Order(len(labels), seed, "texts to poison") {
		if len(chosen) < wanted && (!a.CleanLabel || labels[i] == target) {
			chosen = append(chosen, i)
		}
	}
	slices.Sort(chosen)
	return chosen
}

// String says what a text gets, in words.
func (c Change) String() string {
	if c.Attack.Restyles && c.Level == Sentence {
		return "a sentence restyled as an exclamation"
	}
	if c.Attack.Restyles {
		return "a sentence closed with an exclamation mark"
	}
	triggers := make([]string, len(c.Triggers))
	for i, words := range c.Triggers {
		triggers[i] = strconv.Quote(strings.Join(words, " "))
	}
	return fmt.Sprintf("the trigger %s, %s", strings.Join(triggers, " or "), c.where())
}

// where says what the trigger is to the text and where it stands.
func (c Change) where() string {
	unit := map[Level]string{Token: "words", Sentence: "a sentence"}[c.Level]
	place := map[Position]string{
		Rationale: "at the first rationale", Begin: "in front", End: "at the end", Random: "at a random place",
	}[c.Position]
	return unit + " " + place
}
