package suspect

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
)

// How candidates are looked for.
const (
	leastCells = 5   // cells (a document and a label) that a phrase has to stand in
	cellShare  = 500 // or a share of all, one in so many
	perLabel   = 200 // candidates of each label that the reader is asked about
	mostWords  = 16  // words and edges of an extended phrase
	alike      = .9  // share of occurrences with the same neighbour that extends a phrase
	covered    = .7  // share of a phrase's texts that a better one has too
)

// finding is a phrase with what speaks for its being a trigger.
type finding struct {
	candidate
	turned, kept float64 // evidence of each kind, nats, less the logarithm of the phrases looked at
	texts        []int   // with the phrase, rising
	seen         []observation
}

// kind is the one that more speaks for, measured by its threshold.
func (f finding) kind() Kind {
	if f.kept/thresholds[Kept].likely > f.turned/thresholds[Turned].likely {
		return Kept
	}
	return Turned
}

// evidence is that for its kind.
func (f finding) evidence() float64 {
	if f.kind() == Kept {
		return f.kept
	}
	return f.turned
}

// certainty is how much this phrase alone speaks for a backdoor.
func (f finding) certainty() Certainty { return f.kind().certainty(f.evidence()) }

// suspicion compares phrases of both kinds.
func (f finding) suspicion() float64 { return f.evidence() / thresholds[f.kind()].likely }

// words are those of the phrase, without edges.
func (f finding) words() []int32 {
	return slices.DeleteFunc(slices.Clone(f.run), func(w int32) bool { return w == edge })
}

// place says where in sentences the phrase stands, by the edges in it.
func (f finding) place() string {
	begins, ends := f.run[0] == edge, f.run[len(f.run)-1] == edge
	switch {
	case begins && ends:
		return "as whole sentences"
	case begins:
		return "at the beginning of sentences"
	case ends:
		return "at the end of sentences"
	}
	return ""
}

// finder looks for phrases that decide the label.
type finder struct {
	*corpus
	reader    *reader
	priors    []prior        // of the labels
	documents map[uint64]int // texts about each
	postings  [][]int32      // of each word: the texts with it
}

func newFinder(ctx context.Context, c *corpus) (*finder, error) {
	r, err := newReader(ctx, c)
	if err != nil {
		return nil, err
	}
	f := &finder{corpus: c, reader: r, documents: map[uint64]int{}, postings: make([][]int32, len(c.words))}
	for i := range c.texts {
		f.documents[c.texts[i].document]++
		for _, w := range c.texts[i].stream {
			if of := f.postings[w]; len(of) == 0 || of[len(of)-1] != int32(i) {
				f.postings[w] = append(of, int32(i))
			}
		}
	}
	for label, share := range c.shares() {
		f.priors = append(f.priors, r.prior(label, share))
	}
	return f, nil
}

// find gives the phrases that are better explained as triggers, best first, each with
// none beside it that stands in the same texts.
func (f *finder) find(ctx context.Context) ([]finding, error) {
	least := max(leastCells, f.texts[len(f.texts)-1].cell/cellShare)
	candidates, looked := f.candidates(least, perLabel)
	var out []finding
	known := map[string]bool{}
	for _, c := range candidates {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c.run = f.extend(c)
		if key := c.key(); !known[key] {
			known[key] = true
			out = append(out, f.judge(c, looked))
		}
	}
	sort(out)
	out = distinct(out)
	isolate(out)
	sort(out)
	return out, nil
}

// sort puts the most suspicious first.
func sort(all []finding) {
	slices.SortStableFunc(all, func(a, b finding) int {
		return cmp.Or(cmp.Compare(b.suspicion(), a.suspicion()), slices.Compare(a.run, b.run))
	})
}

// isolate takes the evidence that the best other phrase has from every phrase's
// evidence of kept labels. Texts of a class have many words that are all but their
// own, and none far above the next; a trigger stands alone.
func isolate(all []finding) {
	best, second := 0., 0.
	for _, f := range all {
		switch {
		case f.kept > best:
			best, second = f.kept, best
		case f.kept > second:
			second = f.kept
		}
	}
	for i := range all {
		if all[i].kept == best {
			all[i].kept -= second
		} else {
			all[i].kept -= best
		}
	}
}

// key tells candidates apart.
func (c candidate) key() string { return fmt.Sprint(c.label, c.run) }

// place is an occurrence of a phrase: a text, and where in its stream.
type place struct{ text, at int }

// places are all occurrences of a run.
func (f *finder) places(run []int32) []place {
	rarest := run[0]
	for _, w := range run {
		if len(f.postings[w]) < len(f.postings[rarest]) {
			rarest = w
		}
	}
	var out []place
	for _, i := range f.postings[rarest] {
		stream := f.texts[i].stream
		for at := range len(stream) - len(run) + 1 {
			if slices.Equal(stream[at:at+len(run)], run) {
				out = append(out, place{int(i), at})
			}
		}
	}
	return out
}

// extend adds the neighbours that nearly all occurrences in texts of the label share:
// part of a trigger becomes all of it. It stops at the edges of sentences.
func (f *finder) extend(c candidate) []int32 {
	run := c.run
	for len(run) < mostWords {
		places := slices.DeleteFunc(f.places(run), func(p place) bool { return f.texts[p.text].label != c.label })
		next, behind := f.neighbour(places, len(run))
		before, ahead := f.neighbour(places, -1)
		switch {
		case behind && run[len(run)-1] != edge:
			run = append(slices.Clone(run), next)
		case ahead && run[0] != edge:
			run = append([]int32{before}, run...)
		default:
			return run
		}
	}
	return run
}

// neighbour is the word or edge at a distance from nearly all places.
func (f *finder) neighbour(places []place, distance int) (common int32, ok bool) {
	times := map[int32]int{}
	for _, p := range places {
		stream, at := f.texts[p.text].stream, p.at+distance
		if at >= 0 && at < len(stream) {
			times[stream[at]]++
		}
	}
	for w, n := range times {
		if float64(n) >= alike*float64(len(places)) {
			return w, true
		}
	}
	return 0, false
}

// judge weighs the evidence of a phrase.
func (f *finder) judge(c candidate, looked int) finding {
	out := finding{candidate: c}
	for _, p := range f.places(c.run) {
		if len(out.texts) == 0 || out.texts[len(out.texts)-1] != p.text {
			out.texts = append(out.texts, p.text)
		}
	}
	weights := f.weights(out.texts)
	for k, i := range out.texts {
		out.seen = append(out.seen, observation{f.reader.odds(i, c.label, c.run), f.texts[i].label == c.label, weights[k]})
	}
	t, of, tries := tallyOf(out.seen), f.priors[c.label], math.Log(float64(looked))
	out.turned, out.kept = t.turned(of)-tries, t.kept(of.share)-tries
	return out
}

// weights are how much some texts with a phrase count. A phrase in nearly all texts
// about a document is the document's: all these count as one for each label. One that
// is in some of them only was put there each time.
func (f *finder) weights(texts []int) []float64 {
	inDocument, inCell := map[uint64]int{}, map[int]int{}
	for _, i := range texts {
		inDocument[f.texts[i].document]++
		inCell[f.texts[i].cell]++
	}
	weights := make([]float64, len(texts))
	for k, i := range texts {
		t := &f.texts[i]
		weights[k] = 1
		if float64(inDocument[t.document]) > alike*float64(f.documents[t.document]) {
			weights[k] = 1 / float64(inCell[t.cell])
		}
	}
	return weights
}

// distinct drops phrases that stand mostly where a better one of the label does.
func distinct(all []finding) []finding {
	var out []finding
	for _, one := range all {
		if !slices.ContainsFunc(out, func(better finding) bool { return better.label == one.label && better.covers(one) }) {
			out = append(out, one)
		}
	}
	return out
}

// covers tells whether most texts of another finding are also this one's.
func (f finding) covers(other finding) bool {
	shared := 0
	for _, i := range other.texts {
		if _, ok := slices.BinarySearch(f.texts, i); ok {
			shared++
		}
	}
	return float64(shared) >= covered*float64(len(other.texts))
}
