package vet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"github.com/apache/arrow/go/v15/arrow"
)

// The numbers of fields in the tables of Arrow's Message.fbs, and the widths of
// its structs in bytes.
const (
	messageVersion, messageKind, messageHeader, messageBody       = 0, 1, 2, 3
	batchLength, batchNodes, batchBuffers, batchCompression       = 0, 1, 2, 3
	batchVariadic                                                 = 4
	version5                                                int64 = 4
	kindSchema, kindBatch                                   int64 = 1, 3
	nodeWidth, bufferWidth                                  int64 = 16, 16
)

// message is the metadata of one message: its header of the kind that is wanted,
// and the length of the body behind it.
func message(data []byte, kind int64) (header table, body int64, err error) {
	root := (&flat{data: data}).root()
	header, ok := root.child(messageHeader)
	found := root.number(messageKind, 1)
	body = root.number(messageBody, 8)
	switch {
	case root.err != nil:
		return table{}, 0, root.err
	case root.number(messageVersion, 2) != version5 || !ok || found != kind:
		return table{}, 0, fmt.Errorf("a message is of kind %d; expected %d of version 5", found, kind)
	case body < 0 || body%8 != 0:
		return table{}, 0, fmt.Errorf("a message has a body of %d bytes", body)
	}
	return header, body, nil
}

// batch walks through the columns of a record batch as Arrow's reader does.
type batch struct {
	table
	body           []byte
	nodes, buffers int64 // places of the next ones
	left, pieces   int64 // how many there are still
}

// checkBatch makes sure that all that a batch says about its columns is so in its
// body, and gives the number of rows.
func checkBatch(header table, body []byte, columns []arrow.Field) (rows int64, err error) {
	b := &batch{table: header, body: body}
	b.nodes, b.left = header.vector(batchNodes, nodeWidth)
	b.buffers, b.pieces = header.vector(batchBuffers, bufferWidth)
	rows = header.number(batchLength, 8)
	_, compressed := header.child(batchCompression)
	if _, n := header.vector(batchVariadic, 8); compressed || n != 0 {
		return 0, errors.New("a batch is compressed or of a newer form")
	}
	if rows < 0 || rows > int64(len(body)) {
		return 0, fmt.Errorf("a batch of %d bytes has %d rows", len(body), rows)
	}
	for _, column := range columns {
		if err := b.column(column, rows); err != nil {
			return 0, fmt.Errorf("column %s: %w", column.Name, err)
		}
	}
	if b.err == nil && (b.left != 0 || b.pieces != 0) {
		return 0, fmt.Errorf("%d columns and %d buffers too many", b.left, b.pieces)
	}
	return rows, b.err
}

// column checks a column, or what the lists of one hold, of so many values.
func (b *batch) column(f arrow.Field, length int64) error {
	if err := b.node(f, length); err != nil {
		return err
	}
	switch t := f.Type.(type) {
	case *arrow.StringType:
		return b.text(length)
	case *arrow.ListType:
		inside, err := b.offsets(length)
		if err != nil {
			return err
		}
		return b.column(t.ElemField(), inside)
	case *arrow.BooleanType:
		_, err := b.buffer((length + 7) / 8)
		return err
	case arrow.FixedWidthDataType:
		_, err := b.buffer(length * int64(t.Bytes()))
		return err
	}
	return fmt.Errorf("type %s is not expected", f.Type)
}

// node reads how many values there are and which are null.
func (b *batch) node(f arrow.Field, length int64) error {
	if b.left == 0 {
		return errors.New("it is missing")
	}
	found, nulls := b.i64(b.nodes), b.i64(b.nodes+8)
	b.nodes, b.left = b.nodes+nodeWidth, b.left-1
	switch {
	case b.err != nil:
		return b.err
	case found != length:
		return fmt.Errorf("%d values; expected %d", found, length)
	case nulls < 0 || nulls > length || nulls > 0 && !f.Nullable:
		return fmt.Errorf("%d of %d values are missing", nulls, length)
	case nulls == 0:
		_, err := b.buffer(0)
		return err
	}
	valid, err := b.buffer((length + 7) / 8)
	if err == nil && zeros(valid, length) != nulls {
		err = fmt.Errorf("%d values are said to be missing; %d are", nulls, zeros(valid, length))
	}
	return err
}

// zeros counts the bits that are 0 among the first n.
func zeros(bitmap []byte, n int64) int64 {
	ones := int64(0)
	for i, x := range bitmap[:(n+7)/8] {
		if rest := n - 8*int64(i); rest < 8 {
			x &= 1<<rest - 1
		}
		ones += int64(bits.OnesCount8(x))
	}
	return n - ones
}

// buffer is the next piece of the body, of at least so many bytes.
func (b *batch) buffer(least int64) ([]byte, error) {
	if b.pieces == 0 {
		return nil, errors.New("a buffer is missing")
	}
	at, n := b.i64(b.buffers), b.i64(b.buffers+8)
	b.buffers, b.pieces = b.buffers+bufferWidth, b.pieces-1
	size := int64(len(b.body))
	switch {
	case b.err != nil:
		return nil, b.err
	case at < 0 || n < 0 || n > size || at > size-n:
		return nil, fmt.Errorf("a buffer of %d bytes at %d of a body of %d", n, at, size)
	case n < least:
		return nil, fmt.Errorf("a buffer of %d bytes; expected %d", n, least)
	}
	return b.body[at : at+n], nil
}

// offsets reads where each of so many values ends; they begin at 0 and never
// fall. It gives the last.
func (b *batch) offsets(length int64) (last int64, err error) {
	if length == 0 {
		_, err := b.buffer(0)
		return 0, err
	}
	raw, err := b.buffer(4 * (length + 1))
	if err != nil {
		return 0, err
	}
	for i := range length + 1 {
		next := int64(int32(binary.LittleEndian.Uint32(raw[4*i:])))
		if next < last || i == 0 && next != 0 {
			return 0, fmt.Errorf("value %d ends at %d, the one before it at %d", i, next, last)
		}
		last = next
	}
	return last, nil
}

func (b *batch) text(length int64) error {
	end, err := b.offsets(length)
	if err != nil {
		return err
	}
	_, err = b.buffer(end)
	return err
}
