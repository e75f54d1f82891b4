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

// readGloVe reads the text format, see GloVe.
func readGloVe(r io.Reader, dim int, add func(string, []float32) error) error {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 1<<16), maxGloVeLine)
	vector := make([]float32, 0, dim)
	line := 0
	for scanner.Scan() {
		line++
		word, numbers, _ := strings.Cut(scanner.Text(), " ")
		var err error
		if vector, err = parseNumbers(vector[:0], numbers, dim); err == nil {
			err = add(strings.Clone(word), vector) // the word alone, not the line behind it
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
	if err := scanner.Err(); err != nil {
		return fmt.Errorf("line %d: %w", line+1, err)
	}
	return nil
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
