package generator

import (
	"fmt"
	"slices"
	"strings"

	"rationale/datasets"
	"rationale/datasets/random"
)

// Shape of the reviews.
const (
	goldShare      = 0.14 // of the tokens aimed at, at least, in the rationale
	mentionChance  = 0.5  // that a review speaks of an aspect it is not about
	sideChance     = 0.2  // that it judges something around the beer
	negationChance = 0.12 // that an opinion is put by negating its opposite
	neutralChance  = 0.4  // that an aspect is also described without judgement
	openerChance   = 0.25 // that the part about an aspect begins with its name
	joinChance     = 0.3  // that a sentence holds two opinions
)

// reviewPlan identifies one review.
type reviewPlan struct {
	seed   uint64
	split  string
	row    int
	target int
	// shortest and longest bound the number of tokens aimed at.
	shortest, longest int
	// flipped gives the twin: the same review with the target's polarity, and so
	// the label, turned round.
	flipped bool
}

// draft is a review while it is written.
type draft struct {
	draw     *random.Stream
	polarity []bool       // by row of aspectWords; true is positive
	blocks   [][]sentence // what stays together: the sentences on one subject
	tokens   int
}

type sentence struct {
	tokens []string
	gold   []bool
}

// text writes the review. All choices but the polarities come from one stream
// that does not know them, and every choice draws the same number of times
// whatever they are: that is what keeps the label out of the rest of the text.
func (p reviewPlan) text() datasets.Text {
	coins := random.New(p.seed, "polarity of "+p.split, p.row)
	d := &draft{draw: random.New(p.seed, "words of "+p.split, p.row)}
	for range aspectWords {
		d.polarity = append(d.polarity, coins.Chance(0.5))
	}
	d.polarity[p.target] = d.polarity[p.target] != p.flipped
	length := p.shortest + d.draw.Below(p.longest-p.shortest+1)
	d.add(d.opinions(p.target, goldShare*float64(length)))
	for aspect := range aspectWords {
		if aspect != p.target && d.draw.Chance(chanceOf(aspect)) {
			d.mention(aspect, length)
		}
	}
	for d.tokens < length-4 {
		d.add([]sentence{d.filler()})
	}
	t := d.assemble()
	t.ID = fmt.Sprintf("%s:%d", p.split, p.row)
	if d.polarity[p.target] {
		t.Label = 1
	}
	return t
}

// chanceOf is the chance that an aspect is spoken of beside the review's own.
func chanceOf(aspect int) float64 {
	if aspect == len(aspectWords)-1 {
		return sideChance
	}
	return mentionChance
}

// mention adds what a review says about an aspect that its label does not follow,
// as far as there is room.
func (d *draft) mention(aspect, length int) {
	quota := goldShare * float64(length) * (0.4 + d.draw.Float()/2)
	quota = min(quota, float64(length-d.tokens)/2)
	if quota <= 0 {
		return
	}
	block := d.opinions(aspect, quota)
	for _, s := range block {
		clear(s.gold)
	}
	d.add(block)
}

// opinions is a block of sentences about one aspect with at least quota tokens of
// judgement.
func (d *draft) opinions(aspect int, quota float64) []sentence {
	var block []sentence
	if d.draw.Chance(neutralChance) {
		block = append(block, d.neutral(aspect))
	}
	for judged := 0; float64(judged) < quota; {
		s := d.opinion(aspect)
		for _, marked := range s.gold {
			if marked {
				judged++
			}
		}
		block = append(block, s)
	}
	if d.draw.Chance(openerChance) {
		opener := openers[aspect]
		block[0].tokens = append(slices.Clone(opener), block[0].tokens...)
		block[0].gold = append(make([]bool, len(opener)), block[0].gold...)
	}
	return block
}

func (d *draft) add(block []sentence) {
	for _, s := range block {
		d.tokens += len(s.tokens)
	}
	d.blocks = append(d.blocks, block)
}

// opinion is a sentence with one judgement, or two joined.
func (d *draft) opinion(aspect int) sentence {
	s := d.judgement(aspect)
	if d.draw.Chance(joinChance) {
		s.append(d.pick("join"), false)
		more := d.judgement(aspect)
		s.tokens, s.gold = append(s.tokens, more.tokens...), append(s.gold, more.gold...)
	}
	return d.ended(s)
}

func (d *draft) judgement(aspect int) sentence {
	list := opinionTemplates
	if d.draw.Chance(negationChance) {
		list = negatedTemplates
	}
	return d.fill(list[d.draw.Below(len(list))], aspect)
}

func (d *draft) neutral(aspect int) sentence {
	list := neutralTemplates[aspect]
	return d.ended(d.fill(list[d.draw.Below(len(list))], aspect))
}

func (d *draft) filler() sentence {
	return d.ended(d.fill(fillerTemplates[d.draw.Below(len(fillerTemplates))], -1))
}

// fill puts words into a template.
func (d *draft) fill(template []string, aspect int) sentence {
	var s sentence
	marked := false
	for _, piece := range template {
		switch piece {
		case "[", "]":
			marked = piece == "["
		case "{a}":
			s.append(zipf(d.draw, aspectWords[aspect]), marked)
		case "{v}":
			s.append(zipf(d.draw, aspectVerbs[aspect]), marked)
		case "{s}":
			s.append(d.judge(d.polarity[aspect]), marked)
		case "{o}":
			s.append(d.judge(!d.polarity[aspect]), marked)
		default:
			if name, isSlot := strings.CutPrefix(piece, "{"); isSlot {
				piece = d.pick(strings.TrimSuffix(name, "}"))
			}
			s.append(piece, marked)
		}
	}
	return s
}

// judge draws a place in both lists and takes the word of one.
func (d *draft) judge(positive bool) string {
	place := zipfPlace(d.draw, len(praise))
	if positive {
		return praise[place]
	}
	return blame[place]
}

func (d *draft) pick(slot string) string { return zipf(d.draw, slots[slot]) }

func (d *draft) ended(s sentence) sentence {
	s.append(d.pick("end"), false)
	return s
}

// append adds a token, and makes "a" before it "an" where it has to be. Articles
// before judging words are part of the rationale like these.
func (s *sentence) append(token string, marked bool) {
	if last := len(s.tokens) - 1; last >= 0 && s.tokens[last] == "a" && strings.ContainsRune("aeiou", rune(token[0])) {
		s.tokens[last] = "an"
	}
	s.tokens, s.gold = append(s.tokens, token), append(s.gold, marked)
}

// assemble puts the blocks into a random order.
func (d *draft) assemble() datasets.Text {
	for i := len(d.blocks) - 1; i > 0; i-- {
		j := d.draw.Below(i + 1)
		d.blocks[i], d.blocks[j] = d.blocks[j], d.blocks[i]
	}
	var t datasets.Text
	for _, block := range d.blocks {
		for _, s := range block {
			t.Tokens, t.Rationale = append(t.Tokens, s.tokens...), append(t.Rationale, s.gold...)
			t.Sentences = append(t.Sentences, int32(len(t.Tokens)))
		}
	}
	return t
}

// zipf draws from a list in the order of falling frequency.
func zipf(d *random.Stream, list []string) string { return list[zipfPlace(d, len(list))] }

// zipfPlace draws i below n with weight 1/(i+2).
func zipfPlace(d *random.Stream, n int) int {
	total := 0.0
	for i := range n {
		total += 1 / float64(i+2)
	}
	rest := d.Float() * total
	for i := range n - 1 {
		if rest -= 1 / float64(i+2); rest < 0 {
			return i
		}
	}
	return n - 1
}
