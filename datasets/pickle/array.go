package pickle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// text is a text as it stands in the pickle, not copied.
type text []byte

// Array is a NumPy array of numbers in row-major order.
type Array struct {
	Shape   []int
	numbers *numberType
	raw     []byte
}

// numberType is how numbers lie in bytes.
type numberType struct {
	size int
	read func(raw []byte) float64
}

var little = binary.LittleEndian

// numberTypes are NumPy's, by their names.
var numberTypes = map[string]*numberType{
	"f8": {8, func(b []byte) float64 { return math.Float64frombits(little.Uint64(b)) }},
	"f4": {4, func(b []byte) float64 { return float64(math.Float32frombits(little.Uint32(b))) }},
	"i8": {8, func(b []byte) float64 { return float64(int64(little.Uint64(b))) }},
	"i4": {4, func(b []byte) float64 { return float64(int32(little.Uint32(b))) }},
	"i2": {2, func(b []byte) float64 { return float64(int16(little.Uint16(b))) }},
	"i1": {1, func(b []byte) float64 { return float64(int8(b[0])) }},
	"u1": {1, func(b []byte) float64 { return float64(b[0]) }},
	"b1": {1, func(b []byte) float64 { return float64(b[0]) }},
}

// At is number i of the array, counted in row-major order.
func (a *Array) At(i int) float64 {
	return a.numbers.read(a.raw[i*a.numbers.size : (i+1)*a.numbers.size])
}

// The functions and classes that a pickled array names; NumPy 2 calls some otherwise
// than NumPy 1.
const (
	arrayClass  global = "numpy ndarray"
	dtypeClass  global = "numpy dtype"
	encodeBytes global = "_codecs encode"
	reconstruct global = "numpy.core.multiarray _reconstruct"
	fromBuffer  global = "numpy.core.numeric _frombuffer"
)

var knownGlobals = map[global]global{
	arrayClass: arrayClass, dtypeClass: dtypeClass, encodeBytes: encodeBytes,
	reconstruct: reconstruct, "numpy._core.multiarray _reconstruct": reconstruct,
	fromBuffer: fromBuffer, "numpy._core.numeric _frombuffer": fromBuffer,
}

func (m *machine) pushKnown(module, name string) error {
	known, ok := knownGlobals[global(module+" "+name)]
	if !ok {
		return fmt.Errorf("it would use %.60q of module %.60q; arrays of numbers need nothing of the kind, so the pickle is not run", name, module)
	}
	return m.push(known)
}

// reduce stands for a call of a function with a tuple of arguments.
func (m *machine) reduce() error {
	values, err := m.pop(2)
	if err != nil {
		return err
	}
	function, isFunction := values[0].(global)
	args, isTuple := values[1].(tuple)
	if !isFunction || !isTuple {
		return fmt.Errorf("%s is called with %s", kind(values[0]), kind(values[1]))
	}
	v, err := m.call(function, args)
	if err != nil {
		return fmt.Errorf("%s: %w", function, err)
	}
	return m.push(v)
}

func (m *machine) call(function global, args tuple) (any, error) {
	switch {
	case function == reconstruct && len(args) == 3 && args[0] == any(arrayClass):
		return &Array{}, nil
	case function == dtypeClass && len(args) == 3:
		return typeNamed(args[0])
	case function == encodeBytes && len(args) == 2:
		return m.latin1(args[0], args[1])
	case function == fromBuffer && len(args) == 4:
		a := &Array{}
		order, _ := word(args[3])
		return a, a.set(args[2], args[1], order != "C", args[0])
	}
	return nil, fmt.Errorf("it is called with %d arguments of other kinds than arrays need", len(args))
}

// typeNamed is the type of numbers of that name.
func typeNamed(v any) (*numberType, error) {
	name, _ := word(v)
	t, known := numberTypes[name]
	if !known {
		return nil, fmt.Errorf("type %.20q; expected numbers: f8, f4, i8, i4, i2, i1, u1 or b1", name)
	}
	return t, nil
}

// latin1 is a text whose characters stand for bytes, as protocol 2 writes those.
func (m *machine) latin1(v, coding any) ([]byte, error) {
	s, isText := v.(text)
	if name, _ := word(coding); !isText || name != "latin1" {
		return nil, errors.New("expected a text in latin1")
	}
	if m.room -= len(s); m.room < 0 {
		return nil, errors.New("its texts stand for more bytes than the pickle has")
	}
	raw := make([]byte, 0, len(s))
	for _, r := range string(s) {
		if r > 0xff {
			return nil, fmt.Errorf("character %q stands for no byte", r)
		}
		raw = append(raw, byte(r))
	}
	return raw, nil
}

// build completes the value below the top with the state on top.
func (m *machine) build() error {
	values, err := m.pop(2)
	if err != nil {
		return err
	}
	state, isTuple := values[1].(tuple)
	if !isTuple {
		return fmt.Errorf("%s is completed with %s", kind(values[0]), kind(values[1]))
	}
	switch v := values[0].(type) {
	case *numberType:
		err = checkOrder(state)
	case *Array:
		if len(state) != 5 || v.numbers != nil {
			return errors.New("the state of an array has five parts, once")
		}
		err = v.set(state[1], state[2], state[3] != any(false), state[4])
	default:
		err = fmt.Errorf("%s is completed", kind(v))
	}
	if err != nil {
		return err
	}
	return m.push(values[0])
}

// checkOrder wants numbers whose lowest byte comes first.
func checkOrder(state tuple) error {
	if len(state) < 2 {
		return errors.New("the state of a type of numbers has more parts")
	}
	if order, _ := word(state[1]); order != "<" && order != "|" {
		return fmt.Errorf("byte order %.5q; expected numbers with the lowest byte first", order)
	}
	return nil
}

// set gives an array its shape, type and numbers, if they agree.
func (a *Array) set(shape, numbers any, columnMajor bool, raw any) error {
	sizes, isTuple := shape.(tuple)
	t, isType := numbers.(*numberType)
	data, isBytes := raw.([]byte)
	switch {
	case !isTuple || !isType || !isBytes:
		return fmt.Errorf("an array of shape %s, type %s and data %s; expected a tuple, a type of numbers and bytes", kind(shape), kind(numbers), kind(raw))
	case columnMajor:
		return errors.New("an array in column-major order; in Python, pass it through numpy.ascontiguousarray")
	}
	count := len(data) / t.size // as many as there are
	whole := 1
	for _, v := range sizes {
		n, isNumber := v.(int)
		if !isNumber || n < 1 || whole > count/n {
			return fmt.Errorf("an array with other sizes than its %d numbers", count)
		}
		whole *= n
		a.Shape = append(a.Shape, n)
	}
	if whole*t.size != len(data) {
		return fmt.Errorf("an array of shape %v and %d bytes; expected %d", a.Shape, len(data), whole*t.size)
	}
	a.numbers, a.raw = t, data
	return nil
}

// word is a short text, which Python 2 writes as bytes.
func word(v any) (string, bool) {
	switch v := v.(type) {
	case text:
		return string(v[:min(len(v), maxWord)]), true
	case []byte:
		return string(v[:min(len(v), maxWord)]), true
	}
	return "", false
}

// maxWord is more than the longest name that arrays need.
const maxWord = 200
