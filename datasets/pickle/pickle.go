// Package pickle reads arrays of numbers out of Python pickles, and nothing else.
//
// A pickle is a program for a stack machine that can call any Python function. This
// reader knows the few instructions that a tuple of NumPy arrays consists of, and the
// names of the few functions in them; a pickle with any other is refused. Nothing is
// called, nothing is copied, and the number of instructions is bounded, so that no
// pickle takes more memory than its own size.
package pickle

import (
	"bytes"
	"errors"
	"fmt"
)

// maxSteps bounds the instructions of a pickle; one of three arrays has some sixty.
const maxSteps = 10_000

// Read gives the arrays of a pickled tuple, of protocol 2 or later. They share the
// memory of data. An error names the byte at which the pickle is something else.
func Read(data []byte) ([]*Array, error) {
	if len(data) < 2 || data[0] != opProto {
		return nil, errors.New("it is no pickle of protocol 2 or later; in Python, save it again with pickle.dump(x, file, protocol=4)")
	}
	m := &machine{data: data, memo: map[int]any{}, room: len(data)}
	for steps := 0; !m.stopped; steps++ {
		at := m.at
		err := m.step()
		if err == nil && steps == maxSteps {
			err = fmt.Errorf("more than %d instructions; a tuple of arrays has far fewer", maxSteps)
		}
		if err != nil {
			return nil, fmt.Errorf("byte %d of the pickle: %w", at, err)
		}
	}
	return m.arrays()
}

// machine is the stack machine. Values are int, bool, text, []byte, none, tuple, global,
// *numberType and *Array.
type machine struct {
	data    []byte
	at      int
	stack   []any
	marks   []int // heights of the stack
	memo    map[int]any
	room    int // bytes that texts may still be copied to
	stopped bool
}

type (
	none   struct{}
	tuple  []any
	global string // module and name, with a space between
)

// step carries one instruction out.
func (m *machine) step() error {
	op, err := m.take(1)
	if err != nil {
		return err
	}
	work, known := instructions[op[0]]
	if !known {
		return fmt.Errorf("instruction %#x is none of those that arrays of numbers need", op[0])
	}
	return work(m)
}

// take reads so many bytes.
func (m *machine) take(n int) ([]byte, error) {
	if n < 0 || n > len(m.data)-m.at {
		return nil, fmt.Errorf("%d bytes are needed and %d are left: is the file truncated?", n, len(m.data)-m.at)
	}
	m.at += n
	return m.data[m.at-n : m.at : m.at], nil
}

// line reads up to the end of a line.
func (m *machine) line() (string, error) {
	n := bytes.IndexByte(m.data[m.at:], '\n')
	if n < 0 {
		return "", errors.New("a name does not end: is the file truncated?")
	}
	text, err := m.take(n + 1)
	return string(bytes.TrimSuffix(text, []byte("\n"))), err
}

// number reads an unsigned number of so many bytes, the lowest first.
func (m *machine) number(width int) (int, error) {
	raw, err := m.take(width)
	if err != nil {
		return 0, err
	}
	n := uint64(0)
	for i, b := range raw {
		n |= uint64(b) << (8 * i)
	}
	if int(n) < 0 {
		return 0, fmt.Errorf("a length of %d", n)
	}
	return int(n), nil
}

func (m *machine) push(v any) error {
	m.stack = append(m.stack, v)
	return nil
}

// pop takes so many values above the last mark off the stack.
func (m *machine) pop(n int) (tuple, error) {
	floor := 0
	if len(m.marks) > 0 {
		floor = m.marks[len(m.marks)-1]
	}
	left := len(m.stack) - n
	if left < floor {
		return nil, fmt.Errorf("%d values are needed and %d are there", n, len(m.stack)-floor)
	}
	values := append(tuple(nil), m.stack[left:]...)
	m.stack = m.stack[:left]
	return values, nil
}

// popMark takes everything above the last mark off the stack, and the mark.
func (m *machine) popMark() (tuple, error) {
	if len(m.marks) == 0 {
		return nil, errors.New("a tuple ends that never began")
	}
	values, err := m.pop(len(m.stack) - m.marks[len(m.marks)-1])
	m.marks = m.marks[:len(m.marks)-1]
	return values, err
}

// arrays are what the pickle consists of, once it has stopped.
func (m *machine) arrays() ([]*Array, error) {
	if rest := len(m.data) - m.at; rest > 0 {
		return nil, fmt.Errorf("%d bytes follow the end of the pickle", rest)
	}
	values, err := m.pop(1)
	if err != nil {
		return nil, err
	}
	all, ok := values[0].(tuple)
	if !ok || len(m.stack) > 0 {
		return nil, fmt.Errorf("the pickle holds %s; expected a tuple of arrays", kind(values[0]))
	}
	var arrays []*Array
	for i, v := range all {
		a, ok := v.(*Array)
		if !ok || a.numbers == nil {
			return nil, fmt.Errorf("part %d of the pickled tuple is %s; expected an array of numbers", i+1, kind(v))
		}
		arrays = append(arrays, a)
	}
	return arrays, nil
}

// kind says what a value is.
func kind(v any) string {
	switch v := v.(type) {
	case int, bool:
		return "a number"
	case text, []byte:
		return "a text"
	case none:
		return "None"
	case tuple:
		return fmt.Sprintf("a tuple of %d", len(v))
	case global:
		return fmt.Sprintf("the function or class %.100q", string(v))
	case *numberType:
		return "a type of numbers"
	}
	return "an array without numbers"
}
