package vet

import (
	"encoding/binary"
	"errors"
	"math"
)

// flat reads FlatBuffers, the form of Arrow's metadata: tables that point to each
// other by offsets. Each access is checked; the first that leaves the data sticks
// as the error, and everything read from then on is 0.
type flat struct {
	data []byte
	err  error
}

var errOutside = errors.New("its metadata point outside of themselves")

func (f *flat) bytes(at, n int64) []byte {
	size := int64(len(f.data))
	if f.err == nil && (at < 0 || n < 0 || n > size || at > size-n) {
		f.err = errOutside
	}
	if f.err != nil {
		return make([]byte, min(max(n, 0), 8))
	}
	return f.data[at : at+n]
}

func (f *flat) u16(at int64) int64 { return int64(binary.LittleEndian.Uint16(f.bytes(at, 2))) }
func (f *flat) u32(at int64) int64 { return int64(binary.LittleEndian.Uint32(f.bytes(at, 4))) }
func (f *flat) i32(at int64) int64 { return int64(int32(binary.LittleEndian.Uint32(f.bytes(at, 4)))) }
func (f *flat) i64(at int64) int64 { return int64(binary.LittleEndian.Uint64(f.bytes(at, 8))) }

// root is the table that the data begin with.
func (f *flat) root() table { return f.table(f.u32(0)) }

func (f *flat) table(at int64) table {
	slots := at - f.i32(at)
	return table{flat: f, at: at, slots: slots, size: f.u16(slots)}
}

// table is a place with numbered fields, each of which may be missing.
type table struct {
	*flat
	at, slots, size int64
}

// field is the place of field i, 0 when it is missing.
func (t table) field(i int64) int64 {
	slot := 4 + 2*i
	if slot >= t.size {
		return 0
	}
	if offset := t.u16(t.slots + slot); offset != 0 {
		return t.at + offset
	}
	return 0
}

func (t table) number(i, width int64) int64 {
	at := t.field(i)
	switch {
	case at == 0:
		return 0
	case width == 1:
		return int64(t.bytes(at, 1)[0])
	case width == 2:
		return t.u16(at)
	case width == 4:
		return t.i32(at)
	}
	return t.i64(at)
}

// child is the table that field i points to.
func (t table) child(i int64) (table, bool) {
	at := t.field(i)
	if at == 0 {
		return table{}, false
	}
	return t.table(at + t.u32(at)), true
}

// vector gives the place and the number of elements of the given width.
func (t table) vector(i, width int64) (at, n int64) {
	place := t.field(i)
	if place == 0 {
		return 0, 0
	}
	at = place + t.u32(place)
	if n = t.u32(at); n > math.MaxInt32 {
		t.err = errOutside
	}
	t.bytes(at+4, n*width)
	return at + 4, n
}

// element is table j of a vector of tables.
func (t table) element(vector, j int64) table {
	at := vector + 4*j
	return t.table(at + t.u32(at))
}

func (t table) text(i int64) string {
	at, n := t.vector(i, 1)
	if t.err != nil || at == 0 {
		return ""
	}
	return string(t.bytes(at, n))
}
