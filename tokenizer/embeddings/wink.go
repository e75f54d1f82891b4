package embeddings

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// winkExtra is how many numbers follow a vector: its norm and its index.
const winkExtra = 2

// readWink reads the JSON format, see Wink, token by token: only one vector
// is in memory at a time.
func readWink(r io.Reader, dim int, add func(string, []float32) error) error {
	w := &winkReader{json: json.NewDecoder(r), vector: make([]float32, 0, dim+winkExtra), dim: dim, add: add}
	err := w.object(w.field)
	if err == nil && !w.found {
		err = errors.New(`no object "vectors" in it`)
	}
	if err == nil {
		err = w.end()
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("cut off at byte %d", w.json.InputOffset())
	}
	return err
}

type winkReader struct {
	json   *json.Decoder
	dim    int
	vector []float32
	found  bool // the vectors were there
	add    func(string, []float32) error
}

// object calls each with the keys of the object that comes next; each must
// read the key's value.
func (w *winkReader) object(each func(key string) error) error {
	if err := w.delim('{'); err != nil {
		return err
	}
	for w.json.More() {
		key, err := w.json.Token()
		if err != nil {
			return w.at(err)
		}
		if err := each(key.(string)); err != nil {
			return err
		}
	}
	return w.delim('}')
}

// field reads one entry of the outermost object.
func (w *winkReader) field(key string) error {
	switch key {
	case "vectors":
		w.found = true
		return w.object(w.word)
	case "dimensions":
		var dim int
		if err := w.json.Decode(&dim); err != nil {
			return w.at(err)
		}
		if dim != w.dim {
			return fmt.Errorf("%d numbers a word, want %d", dim, w.dim)
		}
		return nil
	}
	return w.skip()
}

// word reads one word's vector.
func (w *winkReader) word(word string) error {
	// JSON's null leaves an element of the slice as it was: let that be
	// something that no reader of vectors accepts.
	whole := w.vector[:cap(w.vector)]
	for i := range whole {
		whole[i] = float32(math.NaN())
	}
	if err := w.json.Decode(&w.vector); err != nil {
		return fmt.Errorf("word %q: %w", word, w.at(err))
	}
	if n := len(w.vector); n != w.dim+winkExtra {
		return w.at(fmt.Errorf("word %q has %d numbers, want %d and %d more", word, n, w.dim, winkExtra))
	}
	if err := w.add(word, w.vector[:w.dim]); err != nil {
		return w.at(err)
	}
	return nil
}

// skip reads over one value of any kind.
func (w *winkReader) skip() error {
	for depth := 0; ; {
		token, err := w.json.Token()
		if err != nil {
			return w.at(err)
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

func (w *winkReader) delim(want json.Delim) error {
	token, err := w.json.Token()
	if err != nil {
		return w.at(err)
	}
	if token != want {
		return w.at(fmt.Errorf("%v where %q was expected", token, want))
	}
	return nil
}

// end makes sure that nothing follows the outermost object.
func (w *winkReader) end() error {
	if _, err := w.json.Token(); !errors.Is(err, io.EOF) {
		return w.at(errors.New("more behind the end of the JSON object"))
	}
	return nil
}

func (w *winkReader) at(err error) error {
	return fmt.Errorf("byte %d: %w", w.json.InputOffset(), err)
}
