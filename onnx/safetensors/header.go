package safetensors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"unicode/utf8"

	"rationale/onnx/tensor"
)

// entry is one tensor as the header describes it; its elements are the bytes
// from begin to end of the data.
type entry struct {
	name       string
	dtype      tensor.DType
	shape      []int64
	begin, end int64
}

// header is a checked header: the entries in the order of their data, which
// they cover without gap or overlap.
type header struct {
	entries  []entry
	metadata map[string]string
}

// parseHeader reads the JSON header of a file with dataSize bytes of data.
func parseHeader(text []byte, dataSize int64) (header, error) {
	if !utf8.Valid(text) {
		return header{}, errors.New("the header is not UTF-8")
	}
	if len(text) == 0 || text[0] != '{' {
		return header{}, errors.New("the header does not start with '{'")
	}
	if err := checkUnique(text); err != nil {
		return header{}, fmt.Errorf("header: %w", err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return header{}, fmt.Errorf("header: %w", err)
	}
	var h header
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := h.add(name, fields[name]); err != nil {
			return header{}, err
		}
	}
	return h, h.checkLayout(dataSize)
}

func (h *header) add(name string, field json.RawMessage) error {
	if name == metadataKey {
		metadata, err := parseMetadata(field)
		h.metadata = metadata
		return err
	}
	e, err := parseEntry(name, field)
	if err != nil {
		return fmt.Errorf("tensor %q: %w", name, err)
	}
	h.entries = append(h.entries, e)
	return nil
}

func parseMetadata(field json.RawMessage) (map[string]string, error) {
	var values map[string]*string
	if err := json.Unmarshal(field, &values); err != nil || values == nil {
		return nil, fmt.Errorf("%s must map strings to strings", metadataKey)
	}
	metadata := make(map[string]string, len(values))
	for key, value := range values {
		if value == nil {
			return nil, fmt.Errorf("%s: %q is null, not a string", metadataKey, key)
		}
		metadata[key] = *value
	}
	return metadata, nil
}

// parseEntry wants exactly the three fields of the format, spelt exactly so.
func parseEntry(name string, field json.RawMessage) (entry, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(field, &fields); err != nil {
		return entry{}, err
	}
	for _, key := range []string{"dtype", "shape", "data_offsets"} {
		if fields[key] == nil {
			return entry{}, fmt.Errorf("%q is missing", key)
		}
	}
	if len(fields) != 3 {
		return entry{}, errors.New("fields other than dtype, shape and data_offsets")
	}
	e := entry{name: name}
	var err error
	if e.dtype, err = parseDType(fields["dtype"]); err != nil {
		return entry{}, err
	}
	if e.shape, err = parseNaturals(fields["shape"]); err != nil {
		return entry{}, fmt.Errorf("shape: %w", err)
	}
	offsets, err := parseNaturals(fields["data_offsets"])
	if err != nil || len(offsets) != 2 {
		return entry{}, fmt.Errorf("data_offsets must be two natural numbers, not %s", fields["data_offsets"])
	}
	e.begin, e.end = offsets[0], offsets[1]
	return e, e.checkSize()
}

func parseDType(field json.RawMessage) (tensor.DType, error) {
	var name string
	if err := json.Unmarshal(field, &name); err != nil {
		return tensor.Invalid, fmt.Errorf("dtype: %w", err)
	}
	dtype, ok := dtypes[name]
	if !ok {
		return tensor.Invalid, fmt.Errorf("dtype %q is not one of %v", name, slices.Sorted(maps.Keys(dtypes)))
	}
	return dtype, nil
}

// parseNaturals reads a list of whole numbers from 0 to 2⁶³-1. Null, which
// JSON decoding would take for an absent value, is refused.
func parseNaturals(field json.RawMessage) ([]int64, error) {
	var pointers []*int64
	if err := json.Unmarshal(field, &pointers); err != nil {
		return nil, err
	}
	if pointers == nil {
		return nil, errors.New("null instead of a list")
	}
	numbers := make([]int64, len(pointers))
	for i, p := range pointers {
		if p == nil || *p < 0 {
			return nil, fmt.Errorf("%s has an element that is no natural number", field)
		}
		numbers[i] = *p
	}
	return numbers, nil
}

// checkSize compares the bytes claimed with those that the shape needs.
func (e entry) checkSize() error {
	count, err := tensor.Count(e.shape)
	if err != nil {
		return err
	}
	width := int64(e.dtype.Size())
	if count > math.MaxInt64/width {
		return fmt.Errorf("shape %v overflows", e.shape)
	}
	if e.begin > e.end || e.end-e.begin != count*width {
		return fmt.Errorf("data_offsets [%d,%d] do not hold %d bytes (%v %v)", e.begin, e.end, count*width, e.dtype, e.shape)
	}
	return nil
}

// checkLayout puts the entries into the order of their data and makes sure
// that they cover all of it once.
func (h *header) checkLayout(dataSize int64) error {
	slices.SortStableFunc(h.entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	var end int64
	for _, e := range h.entries {
		switch {
		case e.begin < end:
			return fmt.Errorf("tensor %q starts at byte %d of the data, inside the one before it, which ends at %d", e.name, e.begin, end)
		case e.begin > end:
			return fmt.Errorf("tensor %q starts at byte %d of the data and leaves a hole from byte %d", e.name, e.begin, end)
		case e.end > dataSize:
			return fmt.Errorf("tensor %q ends at byte %d of the data, which has only %d: the file is cut short", e.name, e.end, dataSize)
		}
		end = e.end
	}
	if end != dataSize {
		return fmt.Errorf("%d bytes after the last tensor", dataSize-end)
	}
	return nil
}

// checkUnique makes sure that no JSON object names a key twice: readers
// differ in which one they take.
func checkUnique(text []byte) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := checkValue(dec, 0); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value")
	}
	return nil
}

// maxDepth is how deep a header can sensibly nest: the header itself, an
// entry, a list.
const maxDepth = 3

func checkValue(dec *json.Decoder, depth int) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	opening, nested := token.(json.Delim)
	if !nested {
		return nil
	}
	if depth == maxDepth {
		return errors.New("nested too deep")
	}
	seen := map[string]bool{}
	for dec.More() {
		if opening == '{' {
			key, err := dec.Token()
			if err != nil {
				return err
			}
			name, _ := key.(string)
			if seen[name] {
				return fmt.Errorf("the key %q occurs twice", name)
			}
			seen[name] = true
		}
		if err := checkValue(dec, depth+1); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}
