package embeddings

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// A table is one file, all numbers little-endian:
//
//	 0  magic "WORDVEC\n"
//	 8  uint32 version
//	12  uint32 dim
//	16  uint64 count
//	24  uint64 length of the words
//	32  uint64 length of the source
//	40  SHA-256 of everything else: bytes 0 to 40 and 72 to the end
//	72  source, UTF-8
//	    count × uint32: where each word ends
//	    count × uint32: which word of the list is first in the source, second, ...
//	    the words, sorted by bytes, without separators
//	    zeros up to a multiple of 64
//	    count × dim × float32
//
// Tables of version 1 lack the order of the source. They are still read: what was
// trained on them knows them by their digest.
const (
	magic       = "WORDVEC\n"
	version     = 2
	unordered   = 1 // the version without the order of the source
	digestAt    = 40
	headerSize  = digestAt + sha256.Size
	rowsAlign   = 64
	maxDim      = 1 << 16
	maxSections = 1 << 31 // bounds count and lengths, so that sums cannot overflow
	maxTable    = 8 << 30 // bytes; the largest vectors that were published have a third
)

// layout is what the header says about the sizes of the sections.
type layout struct {
	dim, count, wordsBytes, sourceBytes int
	ordered                             bool // the order of the source is kept
}

func (l layout) endsAt() int  { return headerSize + l.sourceBytes }
func (l layout) orderAt() int { return l.endsAt() + 4*l.count }
func (l layout) wordsAt() int {
	if !l.ordered {
		return l.orderAt()
	}
	return l.orderAt() + 4*l.count
}
func (l layout) rowsAt() int {
	end := l.wordsAt() + l.wordsBytes
	return (end + rowsAlign - 1) / rowsAlign * rowsAlign
}
func (l layout) size() int { return l.rowsAt() + 4*l.count*l.dim }

// header gives the bytes before the digest, of a table that keeps the order.
func (l layout) header() []byte {
	b := append(make([]byte, 0, headerSize), magic...)
	b = binary.LittleEndian.AppendUint32(b, version)
	b = binary.LittleEndian.AppendUint32(b, uint32(l.dim))
	b = binary.LittleEndian.AppendUint64(b, uint64(l.count))
	b = binary.LittleEndian.AppendUint64(b, uint64(l.wordsBytes))
	return binary.LittleEndian.AppendUint64(b, uint64(l.sourceBytes))
}

// readLayout reads the header of a file of so many bytes.
func readLayout(data []byte, size int64) (layout, error) {
	if len(data) < headerSize || string(data[:len(magic)]) != magic {
		return layout{}, fmt.Errorf("not a table of word vectors (it does not begin with %q)", magic)
	}
	v := binary.LittleEndian.Uint32(data[8:])
	if v != version && v != unordered {
		return layout{}, fmt.Errorf("table version %d, this program reads versions %d and %d", v, unordered, version)
	}
	dim := binary.LittleEndian.Uint32(data[12:])
	if dim == 0 || dim > maxDim {
		return layout{}, fmt.Errorf("damaged: %d numbers a word", dim)
	}
	var sizes [3]int
	for i := range sizes {
		n := binary.LittleEndian.Uint64(data[16+8*i:])
		if n > maxSections {
			return layout{}, fmt.Errorf("damaged: a section of %d parts", n)
		}
		sizes[i] = int(n)
	}
	l := layout{dim: int(dim), count: sizes[0], wordsBytes: sizes[1], sourceBytes: sizes[2], ordered: v == version}
	if int64(l.size()) != size {
		return layout{}, fmt.Errorf("damaged: %d bytes, the header speaks of %d", size, l.size())
	}
	return l, nil
}

// digestOf hashes a table of which the digest itself may still be unset.
func digestOf(data []byte) []byte {
	hash := sha256.New()
	hash.Write(data[:digestAt])
	hash.Write(data[headerSize:])
	return hash.Sum(nil)
}

func verifyDigest(data []byte) (string, error) {
	stored, seen := data[digestAt:headerSize], digestOf(data)
	if !bytes.Equal(stored, seen) {
		return "", fmt.Errorf("damaged: its SHA-256 is %x, its header says %x", seen, stored)
	}
	return hex.EncodeToString(seen), nil
}
