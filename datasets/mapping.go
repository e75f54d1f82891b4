package datasets

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"golang.org/x/sys/unix"

	"rationale/datasets/regular"
)

// mapping is a file mapped read-only into memory.
type mapping struct {
	path string
	data []byte
}

// mapFile maps a file. Those of a dataset are in a folder that os.Root keeps us inside
// of, so that no link can lead elsewhere. shown is the path for error messages.
func mapFile(in regular.Files, name, shown string) (*mapping, error) {
	file, err := regular.Open(in, name, shown)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() == 0 { // an empty range cannot be mapped
		return &mapping{path: shown}, nil
	}
	data, err := unix.Mmap(int(file.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", shown, err)
	}
	return &mapping{path: shown, data: data}, nil
}

// ReadAt implements io.ReaderAt by a copy out of the mapping.
func (m *mapping) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 || offset > int64(len(m.data)) {
		return 0, fmt.Errorf("read at %d of a file of %d bytes", offset, len(m.data))
	}
	n := copy(p, m.data[offset:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// digest is the SHA-256 of the whole file in hexadecimal digits.
func (m *mapping) digest() (sum string, err error) {
	err = guarded(m.path, func() error {
		hash := sha256.Sum256(m.data)
		sum = hex.EncodeToString(hash[:])
		return nil
	})
	return sum, err
}

func (m *mapping) close() error {
	data := m.data
	m.data = nil
	if data == nil {
		return nil
	}
	return unix.Munmap(data)
}
