package pickle

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// opProto begins every pickle of protocol 2 or later.
const opProto = 0x80

// latestProtocol is the newest one that there is.
const latestProtocol = 5

// instructions are those that tuples of arrays consist of, by their bytes in Python's
// pickletools.
var instructions = map[byte]func(*machine) error{
	opProto: (*machine).protocol,
	0x95:    (*machine).frame,
	'.':     func(m *machine) error { m.stopped = true; return nil },
	'(':     func(m *machine) error { m.marks = append(m.marks, len(m.stack)); return nil },

	'N':  func(m *machine) error { return m.push(none{}) },
	0x88: func(m *machine) error { return m.push(true) },
	0x89: func(m *machine) error { return m.push(false) },
	'K':  func(m *machine) error { return m.pushNumber(1) },
	'M':  func(m *machine) error { return m.pushNumber(2) },
	'J':  (*machine).pushInt32,
	0x8a: (*machine).pushLong,

	0x8c: func(m *machine) error { return m.pushText(1) },
	'X':  func(m *machine) error { return m.pushText(4) },
	0x8d: func(m *machine) error { return m.pushText(8) },
	'C':  func(m *machine) error { return m.pushBytes(1) },
	'B':  func(m *machine) error { return m.pushBytes(4) },
	0x8e: func(m *machine) error { return m.pushBytes(8) },
	0x96: func(m *machine) error { return m.pushBytes(8) },
	'U':  func(m *machine) error { return m.pushBytes(1) }, // Python 2's str
	'T':  func(m *machine) error { return m.pushBytes(4) },

	')':  func(m *machine) error { return m.push(tuple{}) },
	0x85: func(m *machine) error { return m.pushTuple(1) },
	0x86: func(m *machine) error { return m.pushTuple(2) },
	0x87: func(m *machine) error { return m.pushTuple(3) },
	't':  (*machine).pushMarked,

	'q':  func(m *machine) error { return m.keep(1) },
	'r':  func(m *machine) error { return m.keep(4) },
	0x94: func(m *machine) error { return m.keepAs(len(m.memo)) },
	'h':  func(m *machine) error { return m.recall(1) },
	'j':  func(m *machine) error { return m.recall(4) },

	'c':  (*machine).pushGlobal,
	0x93: (*machine).pushNamed,
	'R':  (*machine).reduce,
	'b':  (*machine).build,
}

func (m *machine) protocol() error {
	n, err := m.number(1)
	if err == nil && (n < 2 || n > latestProtocol) {
		err = fmt.Errorf("protocol %d; expected 2 to %d", n, latestProtocol)
	}
	return err
}

// frame says how many bytes belong together, which matters to readers of streams.
func (m *machine) frame() error {
	n, err := m.number(8)
	if err == nil && n > len(m.data)-m.at {
		err = fmt.Errorf("a frame of %d bytes, of which %d are there: is the file truncated?", n, len(m.data)-m.at)
	}
	return err
}

func (m *machine) pushNumber(width int) error {
	n, err := m.number(width)
	if err != nil {
		return err
	}
	return m.push(n)
}

func (m *machine) pushInt32() error {
	raw, err := m.take(4)
	if err != nil {
		return err
	}
	return m.push(int(int32(binary.LittleEndian.Uint32(raw))))
}

// pushLong reads a number of any width, of which up to seven bytes are of use here.
func (m *machine) pushLong() error {
	width, err := m.number(1)
	if err != nil {
		return err
	}
	if width > 7 {
		return fmt.Errorf("a number of %d bytes", width)
	}
	return m.pushNumber(width)
}

// pushText reads a text behind its length, a number of so many bytes.
func (m *machine) pushText(width int) error {
	raw, err := m.counted(width)
	if err != nil {
		return err
	}
	return m.push(text(raw))
}

func (m *machine) pushBytes(width int) error {
	raw, err := m.counted(width)
	if err != nil {
		return err
	}
	return m.push(raw)
}

func (m *machine) counted(width int) ([]byte, error) {
	n, err := m.number(width)
	if err != nil {
		return nil, err
	}
	return m.take(n)
}

func (m *machine) pushTuple(n int) error {
	values, err := m.pop(n)
	if err != nil {
		return err
	}
	return m.push(values)
}

func (m *machine) pushMarked() error {
	values, err := m.popMark()
	if err != nil {
		return err
	}
	return m.push(values)
}

// keep remembers the value on top under a number of so many bytes.
func (m *machine) keep(width int) error {
	n, err := m.number(width)
	if err != nil {
		return err
	}
	return m.keepAs(n)
}

func (m *machine) keepAs(n int) error {
	values, err := m.pop(1)
	if err != nil {
		return err
	}
	m.memo[n] = values[0]
	return m.push(values[0])
}

// recall puts a remembered value on the stack.
func (m *machine) recall(width int) error {
	n, err := m.number(width)
	if err != nil {
		return err
	}
	v, kept := m.memo[n]
	if !kept {
		return fmt.Errorf("value %d is recalled and was never kept", n)
	}
	return m.push(v)
}

// pushGlobal reads module and name, a line each.
func (m *machine) pushGlobal() error {
	module, err := m.line()
	if err != nil {
		return err
	}
	name, err := m.line()
	if err != nil {
		return err
	}
	return m.pushKnown(module, name)
}

// pushNamed is pushGlobal with both on the stack.
func (m *machine) pushNamed() error {
	values, err := m.pop(2)
	if err != nil {
		return err
	}
	module, isText := word(values[0])
	name, areTexts := word(values[1])
	if !isText || !areTexts {
		return errors.New("a function is named by something else than texts")
	}
	return m.pushKnown(module, name)
}
