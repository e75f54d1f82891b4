package embeddings

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxGloVeLine bounds one line of a GloVe file, in bytes.
const maxGloVeLine = 1 << 22

// readGloVe reads the text format, see GloVe. A first line of two whole numbers,
// words and numbers a word, is the header that word2vec's text format has.
func readGloVe(r io.Reader, dim int, add func(string, []float32) error) error {
	g := &gloveReader{scanner: bufio.NewScanner(r), dim: dim, promised: -1}
	g.scanner.Buffer(make([]byte, 1<<16), maxGloVeLine)
	g.scanner.Split(g.split)
	for g.scanner.Scan() {
		g.line++
		if err := g.read(add); err != nil {
			return fmt.Errorf("line %d: %w", g.line, err)
		}
	}
	if err := g.scanner.Err(); err != nil {
		return fmt.Errorf("line %d: %w", g.line+1, err)
	}
	return g.end()
}

// gloveReader reads lines.
type gloveReader struct {
	scanner  *bufio.Scanner
	dim      int
	vector   []float32
	last     string // the line that was read last
	open     bool   // which has no end
	line     int
	words    int
	promised int // words as the header has it; -1 without one
}

// split is bufio.ScanLines, and notes whether the line has an end.
func (g *gloveReader) split(data []byte, atEOF bool) (int, []byte, error) {
	advance, token, err := bufio.ScanLines(data, atEOF)
	if token != nil {
		g.open = advance == len(token)
	}
	return advance, token, err
}

// read takes one line.
func (g *gloveReader) read(add func(string, []float32) error) (err error) {
	g.last = g.scanner.Text()
	if count, ok := header(g.last, g.dim); g.line == 1 && ok {
		g.promised = count
		return nil
	}
	word, numbers, _ := strings.Cut(g.last, " ")
	if g.vector, err = parseNumbers(g.vector[:0], numbers, g.dim); err != nil {
		return err
	}
	g.words++
	return add(strings.Clone(word), g.vector) // the word alone, not the line behind it
}

// end refuses a file that was cut, as far as it can be seen.
func (g *gloveReader) end() error {
	if g.open && looksCut(g.last) {
		return fmt.Errorf("line %d ends without a line end, and its last number is shorter than the others: is the file truncated? (if not, end the line)", g.line)
	}
	if g.promised >= 0 && g.words != g.promised {
		return fmt.Errorf("%d words, and the header speaks of %d: is the file truncated?", g.words, g.promised)
	}
	return nil
}

// header reads "words numbers". A word with one number looks like it, so that
// vectors of one number have no header.
func header(line string, dim int) (words int, ok bool) {
	first, second, _ := strings.Cut(line, " ")
	words, err := strconv.Atoi(first)
	return words, err == nil && words >= 0 && dim > 1 && second == strconv.Itoa(dim)
}

// looksCut tells whether the last number has fewer decimals than all others.
func looksCut(line string) bool {
	fields := strings.Fields(line)
	if len(fields) < 3 {
		return false
	}
	for _, field := range fields[1 : len(fields)-1] {
		if decimals(field) <= decimals(fields[len(fields)-1]) {
			return false
		}
	}
	return true
}

func decimals(number string) int {
	_, after, _ := strings.Cut(number, ".")
	return len(after)
}

// parseNumbers reads exactly dim numbers separated by single spaces.
func parseNumbers(vector []float32, text string, dim int) ([]float32, error) {
	if fields := strings.Count(text, " ") + 1; fields != dim {
		return nil, fmt.Errorf("%d numbers behind the word, want %d: one word and its numbers, separated by single spaces", fields, dim)
	}
	for field := range strings.SplitSeq(text, " ") {
		x, err := strconv.ParseFloat(field, 32)
		if err != nil {
			return nil, fmt.Errorf("number %d is %q, want a number such as -0.038194", len(vector)+1, field)
		}
		vector = append(vector, float32(x))
	}
	return vector, nil
}
