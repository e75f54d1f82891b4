package embeddings

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
)

// progressEvery is how many words pass between two looks at the context and
// two reports of progress.
const progressEvery = 10_000

// maxNumber bounds the numbers of a vector. Those of published ones stay below
// 100; a layer that multiplies much larger ones no longer tells words apart, and
// the largest that float32 has overflow in the first product.
const maxNumber = 1e4

// collector takes words and vectors in the order of their source.
type collector struct {
	dim      int
	words    []string
	values   []float32
	ctx      context.Context
	progress func(words int)
}

// add checks and keeps one word. The vector is copied.
func (c *collector) add(word string, vector []float32) error {
	if err := checkWord(word); err != nil {
		return err
	}
	if len(vector) != c.dim {
		return fmt.Errorf("%q has %d numbers, want %d", word, len(vector), c.dim)
	}
	for i, x := range vector {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return fmt.Errorf("number %d of %q is %v, want a finite number", i+1, word, x)
		}
		if math.Abs(float64(x)) > maxNumber {
			return fmt.Errorf("number %d of %q is %v, want one between -%g and %g: no word vector has such a number", i+1, word, x, float64(maxNumber), float64(maxNumber))
		}
	}
	c.words = append(c.words, word)
	c.values = append(c.values, vector...)
	if len(c.words)%progressEvery == 0 {
		c.progress(len(c.words))
		return c.ctx.Err()
	}
	return nil
}

// checkWord refuses words that would be read differently by a program that
// splits lines at any white space: every id behind them would shift there.
func checkWord(word string) error {
	if word == "" {
		return fmt.Errorf("the word is empty")
	}
	if strings.ContainsFunc(word, isSpace) {
		return fmt.Errorf("the word %q holds white space", word)
	}
	return nil
}

// isSpace is Unicode's white space and the four separators that Python's
// str.split takes for such.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f
}

// order lists the entries by word and refuses a word that came twice. place
// names an entry of the source for people.
func (c *collector) order(place func(entry int) string) ([]int, error) {
	order := make([]int, len(c.words))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if by := strings.Compare(c.words[a], c.words[b]); by != 0 {
			return by
		}
		return a - b
	})
	for i := 1; i < len(order); i++ {
		if a, b := order[i-1], order[i]; c.words[a] == c.words[b] {
			return nil, fmt.Errorf("%s: %q again, first on %s", place(b), c.words[b], place(a))
		}
	}
	return order, nil
}

// encode writes the table of the entries in the given order, with the order in
// which they came.
func (c *collector) encode(order []int, source string) []byte {
	l := layout{dim: c.dim, count: len(order), sourceBytes: len(source), ordered: true}
	for _, word := range c.words {
		l.wordsBytes += len(word)
	}
	data := append(make([]byte, 0, l.size()), l.header()...)
	data = append(data[:headerSize], source...)
	end := 0
	for _, i := range order {
		end += len(c.words[i])
		data = binary.LittleEndian.AppendUint32(data, uint32(end))
	}
	for _, place := range places(order) {
		data = binary.LittleEndian.AppendUint32(data, place)
	}
	for _, i := range order {
		data = append(data, c.words[i]...)
	}
	data = append(data, bytes.Repeat([]byte{0}, l.rowsAt()-len(data))...)
	for _, i := range order {
		for _, x := range c.values[i*c.dim : (i+1)*c.dim] {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
		}
	}
	copy(data[digestAt:], digestOf(data))
	return data
}

// places tells of each entry at which place of the order it stands.
func places(order []int) []uint32 {
	at := make([]uint32, len(order))
	for place, i := range order {
		at[i] = uint32(place)
	}
	return at
}
