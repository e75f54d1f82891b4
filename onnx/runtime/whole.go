package runtime

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
)

// checkWhole refuses a library that was cut short, as by a download that was
// broken off: the dynamic loader maps what the headers speak of, and its first
// look behind the end of the file ends the process. What is no ELF file is left
// to the loader, which says so.
func checkWhole(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("runtime: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("runtime: %w", err)
	}
	if head := make([]byte, len(elf.ELFMAG)); !isELF(f, head) {
		return nil
	}
	if end, err := segmentsEnd(f); err != nil || end > uint64(info.Size()) {
		return fmt.Errorf("runtime: %s is damaged or cut short: %w", path, orEnds(err, info.Size(), end))
	}
	return nil
}

func isELF(f io.ReaderAt, head []byte) bool {
	_, err := f.ReadAt(head, 0)
	return err == nil && string(head) == elf.ELFMAG
}

// segmentsEnd is where the last of the segments ends that the loader maps.
func segmentsEnd(f io.ReaderAt) (end uint64, err error) {
	headers, err := elf.NewFile(f)
	if err != nil {
		return 0, err
	}
	for _, p := range headers.Progs {
		if p.Type != elf.PT_LOAD {
			continue
		}
		if p.Off+p.Filesz < p.Off {
			return 0, errors.New("a segment without an end")
		}
		end = max(end, p.Off+p.Filesz)
	}
	return end, nil
}

func orEnds(err error, size int64, end uint64) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("it has %d bytes, and its headers speak of %d", size, end)
}
