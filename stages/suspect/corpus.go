package suspect

import (
	"cmp"
	"context"
	"hash/fnv"
	"io"
	"slices"
	"strings"

	"rationale/datasets"
	"rationale/stages/dataset"
)

// edge is the number of the mark that stands before, between and behind sentences, so
// that a phrase can be tied to a sentence's beginning or end.
const edge int32 = 0

// corpus is a split with its words as numbers.
type corpus struct {
	classes int
	words   []string         // by number; words[edge] is no word
	numbers map[string]int32 // the other way round
	queries map[string]int32 // numbers of the words of queries
	texts   []text           // in the order of their cells
	lower   bool             // words are compared in lower case, as models read them
}

// text is one training text.
type text struct {
	row    int
	id     string
	label  int
	stream []int32 // words with an edge around each sentence
	query  []int32 // distinct words, by their number among words of queries
	// document tells texts about the same document from others: natural words recur
	// in it with everything around them, and count once for each label.
	document uint64
	cell     int // number of the pair of a document and a label
}

// newCorpus reads all texts of a split.
func newCorpus(ctx context.Context, rows datasets.Rows, meta datasets.Meta) (*corpus, error) {
	c := &corpus{
		classes: len(meta.Classes), words: []string{""}, lower: meta.Lower,
		numbers: map[string]int32{}, queries: map[string]int32{},
	}
	err := dataset.Each(ctx, rows, func(i int, t *datasets.Text) { c.add(i, t) })
	if err != nil {
		return nil, err
	}
	c.number()
	return c, nil
}

// add takes a text in.
func (c *corpus) add(row int, t *datasets.Text) {
	one := text{row: row, id: t.ID, label: t.Label, stream: []int32{edge}}
	from := 0
	for _, end := range sentenceEnds(t) {
		for _, token := range t.Tokens[from:end] {
			one.stream = append(one.stream, c.word(token))
		}
		one.stream, from = append(one.stream, edge), end
	}
	one.document = documentOf(t)
	one.query = c.queryWords(t.Query)
	c.texts = append(c.texts, one)
}

// word is the number of a word.
func (c *corpus) word(token string) int32 {
	token = c.fold(token)
	n, ok := c.numbers[token]
	if !ok {
		n = int32(len(c.words))
		c.numbers[token], c.words = n, append(c.words, token)
	}
	return n
}

// fold is a word as models look it up.
func (c *corpus) fold(token string) string {
	if c.lower {
		return strings.ToLower(token)
	}
	return token
}

// queryWords are the distinct words of a query.
func (c *corpus) queryWords(query []string) []int32 {
	var out []int32
	for _, token := range query {
		n, ok := c.queries[c.fold(token)]
		if !ok {
			n = int32(len(c.queries))
			c.queries[c.fold(token)] = n
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// number sorts the texts by document and label and numbers these pairs.
func (c *corpus) number() {
	slices.SortStableFunc(c.texts, func(a, b text) int {
		return cmp.Or(cmp.Compare(a.document, b.document), cmp.Compare(a.label, b.label))
	})
	cell := -1
	for i := range c.texts {
		if i == 0 || c.texts[i-1].document != c.texts[i].document || c.texts[i-1].label != c.texts[i].label {
			cell++
		}
		c.texts[i].cell = cell
	}
}

// shares are the labels' shares of the texts.
func (c *corpus) shares() []float64 {
	shares := make([]float64, c.classes)
	for i := range c.texts {
		shares[c.texts[i].label] += 1 / float64(len(c.texts))
	}
	return shares
}

// sentenceEnds are the marked ends of a text's sentences, or those behind ".", "!" and
// "?" where there are no marks.
func sentenceEnds(t *datasets.Text) []int {
	var ends []int
	for _, end := range t.Sentences {
		ends = append(ends, int(end))
	}
	if ends != nil {
		return ends
	}
	for i, token := range t.Tokens {
		if token == "." || token == "!" || token == "?" || i == len(t.Tokens)-1 {
			ends = append(ends, i+1)
		}
	}
	return ends
}

// documentOf is a hash of a text's two longest sentences. An inserted sentence can be
// one of them, but not both.
func documentOf(t *datasets.Text) uint64 {
	var sentences []string
	from := 0
	for _, end := range sentenceEnds(t) {
		sentences, from = append(sentences, strings.Join(t.Tokens[from:end], " ")), end
	}
	slices.SortFunc(sentences, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	hash := fnv.New64a()
	for _, s := range sentences[:min(2, len(sentences))] {
		io.WriteString(hash, s+"\n")
	}
	return hash.Sum64()
}
