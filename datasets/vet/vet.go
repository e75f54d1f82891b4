// Package vet looks through Arrow files before Arrow's own reader does. That
// reader believes what a file says of itself: a length in it can ask for any
// amount of memory, which ends the process beyond recovery. A digest helps
// against accidents only, since whoever changes a file can write it anew.
//
// What passes has exactly the columns asked for, uncompressed; every offset and
// length in it lies within the file and agrees with the others.
package vet

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v15/arrow"
)

const (
	magic      = "ARROW1"
	fileStart  = 8 // magic and padding
	tailSize   = 4 + len(magic)
	prefixSize = 8 // of a message: a mark and the length of its metadata
	mark       = 0xffffffff
	blockWidth = 24

	footerSchema, footerDictionaries, footerBatches = 1, 2, 3
)

// File checks an Arrow IPC file and gives the number of rows of each batch.
func File(data []byte, columns []arrow.Field) (rows []int64, err error) {
	size := len(data)
	if size < fileStart+tailSize || string(data[:len(magic)]) != magic || string(data[size-len(magic):]) != magic {
		return nil, errors.New("it is not an Arrow file, or cut short")
	}
	length := int64(binary.LittleEndian.Uint32(data[size-tailSize:]))
	if length > int64(size-fileStart-tailSize) {
		return nil, fmt.Errorf("its footer of %d bytes is longer than the file", length)
	}
	messages, footer := data[:int64(size-tailSize)-length], data[int64(size-tailSize)-length:size-tailSize]
	return checkFooter((&flat{data: footer}).root(), messages, columns)
}

func checkFooter(footer table, messages []byte, columns []arrow.Field) (rows []int64, err error) {
	schema, ok := footer.child(footerSchema)
	if _, n := footer.vector(footerDictionaries, blockWidth); footer.err == nil && (!ok || n != 0) {
		return nil, errors.New("it has no schema, or dictionaries")
	}
	blocks, n := footer.vector(footerBatches, blockWidth)
	if footer.err != nil {
		return nil, footer.err
	}
	if err := checkSchema(schema, columns); err != nil {
		return nil, err
	}
	end := int64(fileStart)
	for i := range n {
		at := blocks + blockWidth*i
		b := block{footer.i64(at), footer.i32(at + 8), footer.i64(at + 16)}
		count, err := b.check(messages, end, columns)
		if err != nil {
			return nil, fmt.Errorf("batch %d: %w", i, err)
		}
		rows, end = append(rows, count), b.offset+b.meta+b.body
	}
	return rows, nil
}

// block is where a batch lies.
type block struct{ offset, meta, body int64 }

// check looks at a batch that has to lie behind end.
func (b block) check(messages []byte, end int64, columns []arrow.Field) (rows int64, err error) {
	size := int64(len(messages))
	if b.offset < end || b.meta < prefixSize || b.body < 0 || b.meta > size || b.body > size || b.offset > size-b.meta-b.body ||
		b.offset%8 != 0 || b.meta%8 != 0 || b.body%8 != 0 {
		return 0, fmt.Errorf("%d and %d bytes at %d, which is not between %d and %d", b.meta, b.body, b.offset, end, size)
	}
	data := messages[b.offset:]
	length, err := metadataLength(data)
	if err != nil || length != b.meta-prefixSize {
		return 0, errors.Join(err, fmt.Errorf("%d bytes of metadata; expected %d", length, b.meta-prefixSize))
	}
	header, body, err := message(data[prefixSize:b.meta], kindBatch)
	if err != nil {
		return 0, err
	}
	if body != b.body {
		return 0, fmt.Errorf("a body of %d bytes; expected %d", body, b.body)
	}
	return checkBatch(header, data[b.meta:b.meta+b.body], columns)
}

// metadataLength reads what stands before a message.
func metadataLength(data []byte) (int64, error) {
	if len(data) < prefixSize {
		return 0, errors.New("it ends within a message")
	}
	length := int64(int32(binary.LittleEndian.Uint32(data[4:])))
	if binary.LittleEndian.Uint32(data) != mark || length < 0 || length%8 != 0 || length > int64(len(data)-prefixSize) {
		return 0, fmt.Errorf("a message with %d bytes of metadata", length)
	}
	return length, nil
}

// Stream checks an Arrow IPC stream and gives the number of its rows.
func Stream(data []byte, columns []arrow.Field) (rows int64, err error) {
	for first := true; ; first = false {
		length, err := metadataLength(data)
		if err != nil {
			return 0, err
		}
		if length == 0 {
			return rows, checkEnd(data[prefixSize:], first)
		}
		meta, rest := data[prefixSize:prefixSize+length], data[prefixSize+length:]
		count := int64(0)
		if first {
			rest, err = streamSchema(meta, rest, columns)
		} else {
			count, rest, err = streamBatch(meta, rest, columns)
		}
		if err != nil {
			return 0, err
		}
		rows, data = rows+count, rest
	}
}

func checkEnd(rest []byte, first bool) error {
	if len(rest) > 0 || first {
		return fmt.Errorf("it has no schema, or %d bytes behind its end", len(rest))
	}
	return nil
}

func streamSchema(meta, rest []byte, columns []arrow.Field) ([]byte, error) {
	schema, body, err := message(meta, kindSchema)
	if err == nil && body != 0 {
		err = errors.New("its schema has a body")
	}
	if err == nil {
		err = checkSchema(schema, columns)
	}
	return rest, err
}

func streamBatch(meta, rest []byte, columns []arrow.Field) (rows int64, behind []byte, err error) {
	header, body, err := message(meta, kindBatch)
	if err != nil {
		return 0, nil, err
	}
	if body > int64(len(rest)) {
		return 0, nil, fmt.Errorf("a body of %d bytes, of which %d are there", body, len(rest))
	}
	rows, err = checkBatch(header, rest[:body], columns)
	return rows, rest[body:], err
}
