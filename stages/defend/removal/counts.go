package removal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rationale/stages/tokenize"
)

// Counts say what falls in one side's test texts. Words are those of documents that
// the model reads.
type Counts struct {
	Words     int `json:"words"`
	Taken     int `json:"taken"`
	Emptied   int `json:"emptied"` // texts of which nothing is left
	Gold      int `json:"gold"`    // words that people marked
	GoldTaken int `json:"gold_taken"`
	// Triggers are those that are read whole; of those hit a word falls.
	Triggers     int `json:"triggers,omitempty"`
	TriggersHit  int `json:"triggers_hit,omitempty"`
	TriggersGone int `json:"triggers_gone,omitempty"` // all their words fall
}

// Word is a word of a side's texts, in lower case.
type Word struct {
	Word  string `json:"word"`
	Taken int    `json:"taken"`
	Of    int    `json:"of"` // how often it occurs
}

// mostSuspicious is how many words a report names.
const mostSuspicious = 20

// newTaken describes what falls of a side's texts.
func newTaken(s *Side, fallen [][]bool) *Taken {
	taken := &Taken{}
	words := map[string]*Word{}
	for i, t := range s.Texts {
		read := len(t.Tokens) - t.Unread()
		taken.Texts = append(taken.Texts, newText(t.ID, fallen[i]))
		taken.Counts.add(t, read, fallen[i])
		if s.Triggers != nil {
			taken.Counts.addTrigger(s.Triggers[i], t, fallen[i])
		}
		for w, token := range t.Tokens[:read] {
			see(words, strings.ToLower(token), fallen[i][w])
		}
	}
	taken.Suspicious = suspicious(words)
	return taken
}

func newText(id string, fallen []bool) Text {
	t := Text{ID: id}
	for w, falls := range fallen {
		if falls {
			t.Words = append(t.Words, w)
		}
	}
	return t
}

// add counts one text, of whose document so many words are read.
func (c *Counts) add(t tokenize.Text, read int, fallen []bool) {
	n := count(fallen)
	c.Words, c.Taken = c.Words+read, c.Taken+n
	if n == read {
		c.Emptied++
	}
	for w := range fallen[:read] {
		if t.Rationale != nil && t.Rationale[w] {
			c.Gold++
			c.GoldTaken += count(fallen[w : w+1])
		}
	}
}

func (c *Counts) addTrigger(at Trigger, t tokenize.Text, fallen []bool) {
	if at.Cut(t) {
		return
	}
	hit := count(fallen[at.Start:at.End])
	c.Triggers++
	if hit > 0 {
		c.TriggersHit++
	}
	if hit == at.End-at.Start {
		c.TriggersGone++
	}
}

func see(words map[string]*Word, word string, falls bool) {
	if words[word] == nil {
		words[word] = &Word{Word: word}
	}
	words[word].Of++
	if falls {
		words[word].Taken++
	}
}

// suspicious are the words that fall most often; of equals those that occur less.
func suspicious(words map[string]*Word) []Word {
	out := []Word{}
	for _, w := range words {
		if w.Taken > 0 {
			out = append(out, *w)
		}
	}
	slices.SortFunc(out, func(a, b Word) int {
		return cmp.Or(cmp.Compare(b.Taken, a.Taken), cmp.Compare(a.Of, b.Of), strings.Compare(a.Word, b.Word))
	})
	return out[:min(len(out), mostSuspicious)]
}

// String says it for people.
func (c Counts) String() string {
	s := fmt.Sprintf("%d of %d words taken out, among them %d of %d marked ones; of %d texts nothing is left", c.Taken, c.Words, c.GoldTaken, c.Gold, c.Emptied)
	if c.Triggers > 0 {
		s += fmt.Sprintf("; %d of %d triggers that are read are hit, %d of them whole", c.TriggersHit, c.Triggers, c.TriggersGone)
	}
	return s
}
