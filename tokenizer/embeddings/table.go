// Package embeddings keeps frozen word vectors in one compact file that is
// checked against its own digest before anything is read from it.
//
// A table is built once, from a GloVe text file or from the JSON of an npm
// package that carries the same vectors, and opened as often as needed.
package embeddings

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sort"
	"unsafe"

	"rationale/tokenizer"
)

// Table is a set of words with one vector each. It is safe for concurrent use
// until it is closed.
type Table struct {
	layout
	digest string
	source string
	words  []byte    // all words, one after the other, in byte order
	ends   []byte    // little-endian uint32: where each word ends in words
	order  []byte    // little-endian uint32: the words as the source has them; may be empty
	rows   []float32 // count × dim, in the order of the words
}

// Open reads a table that Build wrote and verifies all of it. A file that is
// missing, is no table or is damaged gives an error that says so and names
// the file.
func Open(path string) (*Table, error) {
	data, err := readTable(path)
	if err != nil {
		return nil, err
	}
	t, err := parse(data)
	if err != nil {
		return nil, unusable(path, err)
	}
	return t, nil
}

// readTable reads a whole file. The header is held against the file's size before
// memory is taken. The file is not mapped: it may be cut short or written to at
// any time, and what has been verified has to be what is used.
func readTable(path string) ([]byte, error) {
	f, err := tokenizer.OpenFile(path, maxTable)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("embeddings: no table at %s: build it first: %w", path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("embeddings: %w", err)
	}
	defer f.Close()
	data, err := readSections(f)
	if err != nil {
		return nil, unusable(path, err)
	}
	return data, nil
}

// unusable says of a table that is there what helps.
func unusable(path string, err error) error {
	return fmt.Errorf("embeddings: %s: %w; build the table again", path, err)
}

func readSections(f *os.File) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	head := make([]byte, min(headerSize, info.Size()))
	if _, err := io.ReadFull(f, head); err != nil {
		return nil, err
	}
	if _, err := readLayout(head, info.Size()); err != nil {
		return nil, err
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data[copy(data, head):]); err != nil {
		return nil, fmt.Errorf("it changed while it was read: %w", err)
	}
	return data, nil
}

// parse checks data from the first to the last byte and makes a table that
// points into it.
func parse(data []byte) (*Table, error) {
	l, err := readLayout(data, int64(len(data)))
	if err != nil {
		return nil, err
	}
	digest, err := verifyDigest(data)
	if err != nil {
		return nil, err
	}
	t := &Table{
		layout: l,
		digest: digest,
		source: string(data[headerSize : headerSize+l.sourceBytes]),
		ends:   data[l.endsAt():l.orderAt()],
		order:  data[l.orderAt():l.wordsAt()],
		words:  data[l.wordsAt() : l.wordsAt()+l.wordsBytes],
		rows:   floats(data[l.rowsAt():]),
	}
	return t, errors.Join(t.checkWords(), t.checkOrder(), t.checkRows(), checkPadding(data[l.wordsAt()+l.wordsBytes:l.rowsAt()]))
}

// floats views little-endian float32 numbers in place. Tables are only built
// and used on little-endian machines (amd64, arm64), and rows start at a
// multiple of 64 bytes.
func floats(data []byte) []float32 {
	if len(data) == 0 {
		return nil
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&data[0])), len(data)/4)
}

// checkWords makes sure that look-ups stay inside the file: ends never fall,
// and words rise, so that each stands once.
func (t *Table) checkWords() error {
	start := 0
	for i := range t.count {
		end := t.end(i)
		if end <= start || end > len(t.words) {
			return fmt.Errorf("damaged: word %d ends at byte %d of %d", i+1, end, len(t.words))
		}
		if i > 0 && bytes.Compare(t.word(i-1), t.words[start:end]) >= 0 {
			return fmt.Errorf("damaged: word %d is out of order", i+1)
		}
		if err := checkWord(string(t.words[start:end])); err != nil {
			return fmt.Errorf("damaged: word %d: %w", i+1, err)
		}
		start = end
	}
	if start != len(t.words) {
		return fmt.Errorf("damaged: words end at byte %d of %d", start, len(t.words))
	}
	return nil
}

// checkOrder makes sure that each word has one place in the order of the source.
func (t *Table) checkOrder() error {
	seen := make([]bool, t.count)
	for rank := range len(t.order) / 4 {
		i := t.ranked(rank)
		if i >= t.count || seen[i] {
			return fmt.Errorf("damaged: place %d of the source's order is word %d, which is none or has another place", rank+1, i+1)
		}
		seen[i] = true
	}
	return nil
}

// checkRows makes sure that every number is one.
func (t *Table) checkRows() error {
	for i, x := range t.rows {
		if x-x != 0 {
			return fmt.Errorf("damaged: number %d of word %d is %v", i%t.dim+1, i/t.dim+1, x)
		}
	}
	return nil
}

func checkPadding(padding []byte) error {
	if len(bytes.Trim(padding, "\x00")) > 0 {
		return errors.New("damaged: something stands between words and vectors")
	}
	return nil
}

func (t *Table) end(i int) int {
	return int(binary.LittleEndian.Uint32(t.ends[4*i:]))
}

// ranked is the number of the word at a place of the source's order.
func (t *Table) ranked(rank int) int {
	return int(binary.LittleEndian.Uint32(t.order[4*rank:]))
}

func (t *Table) word(i int) []byte {
	if i == 0 {
		return t.words[:t.end(0)]
	}
	return t.words[t.end(i-1):t.end(i)]
}

// Lookup finds a word's vector of Dim numbers, which must not be written to.
func (t *Table) Lookup(word string) ([]float32, bool) {
	i, found := sort.Find(t.count, func(i int) int { return compare(word, t.word(i)) })
	if !found {
		return nil, false
	}
	return t.rows[i*t.dim : (i+1)*t.dim : (i+1)*t.dim], true
}

// compare orders a string against bytes; neither is copied.
func compare(a string, b []byte) int {
	switch {
	case a < string(b):
		return -1
	case a == string(b):
		return 0
	}
	return 1
}

// Contains reports whether the table has a vector for the word.
func (t *Table) Contains(word string) bool {
	_, ok := t.Lookup(word)
	return ok
}

// Ordered tells that the table keeps the order of its source. GloVe's files have
// the words by falling frequency. Tables that older versions built do not keep it.
func (t *Table) Ordered() bool { return t.ordered }

// Words lists the words in the order of the source; by bytes where it is not kept.
func (t *Table) Words() []string {
	list := make([]string, t.count)
	for rank := range list {
		i := rank
		if t.ordered {
			i = t.ranked(rank)
		}
		list[rank] = string(t.word(i))
	}
	return list
}

// Matrix gathers the vectors for a word list as the rows of an embedding
// matrix of (len(words)+1) × Dim numbers, row-major: row 0 is zero, for
// padding and unknown words; row i+1 belongs to words[i]. A word without a
// vector is an error.
func (t *Table) Matrix(words []string) ([]float32, error) {
	matrix := make([]float32, (len(words)+1)*t.dim)
	for i, word := range words {
		vector, ok := t.Lookup(word)
		if !ok {
			return nil, fmt.Errorf("embeddings: no vector for word %d, %q, in %s", i+1, word, t.source)
		}
		copy(matrix[(i+1)*t.dim:], vector)
	}
	return matrix, nil
}

// Dim is the number of numbers in a vector.
func (t *Table) Dim() int { return t.dim }

// Len is the number of words.
func (t *Table) Len() int { return t.count }

// Digest is the table's own SHA-256 in hexadecimal: it covers words, vectors
// and source.
func (t *Table) Digest() string { return t.digest }

// Source says where the vectors came from, as given to Build or Random.
func (t *Table) Source() string { return t.source }

// Verify is nil: an open table lies in memory, where nobody else can change it.
func (t *Table) Verify() error { return nil }

// Close lets go of the memory; the table is empty afterwards. Closing twice does
// no harm.
func (t *Table) Close() error {
	*t = Table{layout: layout{dim: t.dim}, digest: t.digest, source: t.source}
	return nil
}
