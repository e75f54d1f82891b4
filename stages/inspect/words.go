package inspect

import (
	"cmp"
	"maps"
	"slices"
)

// Words are what the attacker selects to lead texts to one class: the words that
// it selects in most texts, and those that stand out in the texts that it turns.
// The former are often just the most frequent words.
type Words struct {
	Towards string `json:"towards"` // the attacked class
	Texts   int    `json:"texts"`   // attacked towards it
	Often   []Word `json:"often"`
	Telling []Word `json:"telling"`
}

// Word is one word, in texts attacked towards one class.
type Word struct {
	Word  string `json:"word"`
	Texts int    `json:"texts"` // that contain it
	// Selected are those of them in which the attacker selects it, Turned those
	// of these that it turns, and Marked those in which people marked it there.
	Selected int `json:"selected"`
	Turned   int `json:"turned"`
	Marked   int `json:"marked"`
	// Lift is how many times the word's share of the attacker's words, in turned
	// texts, is its share of all words of these texts; 0 where it turns too few to say.
	Lift float64 `json:"lift"`
}

// What is listed: words selected in a few texts at least, and so many of each kind.
const leastTexts, mostWords = 5, 20

// words lists those of each attacked class. The nodes of graphs have no names that would
// be the same in two graphs.
func (i *inspection) words() []Words {
	out := []Words{}
	if i.Result.Graphs.OfGraphs() {
		return out
	}
	for c, class := range i.Shape.Classes {
		w := wordCount{byWord: map[string]*tokens{}}
		texts := 0
		for k, p := range i.attacked {
			if p.Aimed == c {
				w.add(i.marksOf(k), p.Attacked == p.Aimed)
				texts++
			}
		}
		all := w.list()
		out = append(out, Words{
			Towards: class, Texts: texts,
			Often:   first(all, func(w Word) float64 { return float64(w.Selected) }),
			Telling: first(all, func(w Word) float64 { return w.Lift }),
		})
	}
	return out
}

// first are the first words by a number, of which none is 0.
func first(all []Word, by func(Word) float64) []Word {
	out := slices.DeleteFunc(slices.Clone(all), func(w Word) bool { return by(w) == 0 })
	slices.SortStableFunc(out, func(a, b Word) int { return cmp.Compare(by(b), by(a)) })
	return out[:min(len(out), mostWords)]
}

// marksOf are the words of a text that the model reads.
func (i *inspection) marksOf(k int) []markedWord {
	words, chosen := i.Test.Words(k), i.Test.Chosen(k, i.attacked[k].Attack)
	out := make([]markedWord, len(words.Tokens)-words.Unread)
	for at := range out {
		out[at] = markedWord{words.Tokens[at], chosen[at], chosen[at] && words.Gold != nil && words.Gold[at]}
	}
	return out
}

// markedWord is a word of a text: selected by the attacker, and marked by people too.
type markedWord struct {
	word             string
	selected, marked bool
}

// wordCount counts the words of texts.
type wordCount struct {
	byWord map[string]*tokens
	all    tokens // the sums over all words
}

// tokens are counts of one word: of texts, and of its places in turned texts.
type tokens struct {
	Word
	selected, written int
}

// add counts a text, which the attacker has turned or not.
func (c *wordCount) add(text []markedWord, turned bool) {
	met := map[string]markedWord{}
	for _, w := range text {
		if c.byWord[w.word] == nil {
			c.byWord[w.word] = &tokens{}
		}
		if turned {
			c.byWord[w.word].place(w.selected)
			c.all.place(w.selected)
		}
		was := met[w.word]
		met[w.word] = markedWord{w.word, was.selected || w.selected, was.marked || w.marked}
	}
	for word, w := range met {
		c.byWord[word].text(w, turned)
	}
}

// place counts one place in a turned text.
func (t *tokens) place(selected bool) {
	t.written++
	t.selected += one(selected)
}

// text counts one text.
func (t *tokens) text(w markedWord, turned bool) {
	t.Texts++
	t.Selected += one(w.selected)
	t.Turned += one(w.selected && turned)
	t.Marked += one(w.marked)
}

// list gives the words that are selected in enough texts, in their order.
func (c *wordCount) list() []Word {
	var out []Word
	for _, word := range slices.Sorted(maps.Keys(c.byWord)) {
		t := c.byWord[word]
		if t.Selected < leastTexts {
			continue
		}
		t.Word.Word = word
		if t.Turned >= leastTexts {
			t.Lift = share(t.selected, c.all.selected) / share(t.written, c.all.written)
		}
		out = append(out, t.Word)
	}
	return out
}
