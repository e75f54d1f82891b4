package campaign

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
)

// A Mutation is one way of damaging the bytes of a file.
type Mutation struct {
	Name string
	// apply gives new bytes and may change data in place; other is another
	// file of the same kind or of a neighbour. What cannot be done to data
	// gives data as it is.
	apply func(r *rand.Rand, data, other []byte) []byte
}

// Mutations lists all, those of text last.
func Mutations() []Mutation {
	return append([]Mutation{
		{"bits flipped", flipBits}, {"bytes replaced", replaceRun}, {"cut short", truncate}, {"longer", extend},
		{"blocks swapped", swapBlocks}, {"block removed", removeBlock}, {"block repeated", repeatBlock},
		{"extreme number", extremeNumber}, {"length blown up", blowUpLength}, {"spliced", splice},
		{"emptied", func(*rand.Rand, []byte, []byte) []byte { return nil }},
	}, textMutations...)
}

// Mutate damages a file and says how. The same seed does the same, and what
// comes out differs from data.
func Mutate(r *rand.Rand, data, other []byte) (damaged []byte, how string) {
	all := Mutations()
	for {
		m := all[r.IntN(len(all))]
		damaged = m.apply(r, bytes.Clone(data), other)
		if !bytes.Equal(damaged, data) {
			return damaged, m.Name
		}
	}
}

// block is a random range that is not empty, as long as n is not 0, and mostly
// short.
func block(r *rand.Rand, n int) (from, to int) {
	if n == 0 {
		return 0, 0
	}
	from = r.IntN(n)
	length := 1 + r.IntN(min(64, n-from))
	if r.IntN(4) == 0 {
		length = 1 + r.IntN(n-from)
	}
	return from, from + length
}

func flipBits(r *rand.Rand, data, _ []byte) []byte {
	for range 1 + r.IntN(4) {
		if len(data) > 0 {
			data[r.IntN(len(data))] ^= 1 << r.IntN(8)
		}
	}
	return data
}

func replaceRun(r *rand.Rand, data, _ []byte) []byte {
	from, to := block(r, len(data))
	fill := []byte{0, 0xff, ' ', 'A'}[r.IntN(4)]
	random := r.IntN(2) == 0
	for i := from; i < to; i++ {
		data[i] = fill
		if random {
			data[i] = byte(r.IntN(256))
		}
	}
	return data
}

func truncate(r *rand.Rand, data, _ []byte) []byte {
	if len(data) == 0 {
		return data
	}
	if r.IntN(2) == 0 {
		return data[:len(data)-1-r.IntN(min(16, len(data)))] // where ends are looked at
	}
	return data[:r.IntN(len(data))]
}

func extend(r *rand.Rand, data, other []byte) []byte {
	switch r.IntN(3) {
	case 0:
		return append(data, make([]byte, 1+r.IntN(4096))...)
	case 1:
		return append(data, other...)
	}
	return append(data, data...)
}

func swapBlocks(r *rand.Rand, data, _ []byte) []byte {
	if len(data) < 4 {
		return data
	}
	n := 1 + r.IntN(min(64, len(data)/2))
	a, b := r.IntN(len(data)-n+1), r.IntN(len(data)-n+1)
	kept := bytes.Clone(data[a : a+n])
	copy(data[a:a+n], data[b:b+n])
	copy(data[b:b+n], kept)
	return data
}

func removeBlock(r *rand.Rand, data, _ []byte) []byte {
	from, to := block(r, len(data))
	return slices.Delete(data, from, to)
}

func repeatBlock(r *rand.Rand, data, _ []byte) []byte {
	from, to := block(r, len(data))
	return slices.Insert(data, to, bytes.Clone(data[from:to])...)
}

// extremes are numbers that sizes, counts and shares go wrong with.
var extremes = []uint64{
	0, 1, math.MaxUint64, math.MaxInt64, 1 << 63, math.MaxInt32, 1 << 31, math.MaxUint32, 1 << 40, 1 << 62, 0x8000, 0xff,
	math.Float64bits(math.NaN()), math.Float64bits(math.Inf(1)), uint64(math.Float32bits(float32(math.NaN()))), 0x7f800000,
}

func extremeNumber(r *rand.Rand, data, _ []byte) []byte {
	return putNumber(r, data, extremes[r.IntN(len(extremes))], func([]byte) bool { return true })
}

// putNumber overwrites four or eight bytes at a place that suits.
func putNumber(r *rand.Rand, data []byte, number uint64, suits func(at []byte) bool) []byte {
	size := 4 << r.IntN(2)
	for range 100 {
		if len(data) < size {
			break
		}
		at := r.IntN(len(data) - size + 1)
		if r.IntN(2) == 0 {
			at -= at % size
		}
		if !suits(data[at : at+size]) {
			continue
		}
		binary.LittleEndian.PutUint32(data[at:], uint32(number))
		if size == 8 {
			binary.LittleEndian.PutUint64(data[at:], number)
		}
		break
	}
	return data
}

// blowUpLength looks for what may be a length within the file, in the fixed
// widths of Arrow and of the tables, or in the variable one of ONNX, and makes
// it larger than the file.
func blowUpLength(r *rand.Rand, data, _ []byte) []byte {
	limit := uint64(len(data))
	if r.IntN(3) == 0 && len(data) > 0 {
		at := r.IntN(len(data))
		return slices.Insert(data, at, binary.AppendUvarint(nil, limit<<r.IntN(32))...)
	}
	return putNumber(r, data, limit<<(1+r.IntN(31)), func(at []byte) bool {
		n := uint64(binary.LittleEndian.Uint32(at))
		return n > 0 && n <= limit
	})
}

// splice is the beginning of one file and the end of another.
func splice(r *rand.Rand, data, other []byte) []byte {
	if len(data) == 0 || len(other) == 0 {
		return data
	}
	return append(data[:r.IntN(len(data))], other[r.IntN(len(other)):]...)
}
