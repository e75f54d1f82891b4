package embeddings

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// unpacked is the text of a source: gzip is unpacked, a byte order mark is left
// out, and what is no text is refused by its name.
func unpacked(r io.Reader) (io.Reader, error) {
	text := bufio.NewReaderSize(r, 1<<16)
	head, _ := text.Peek(6) // a short file has less; the formats say what is missing
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		packed, err := gzip.NewReader(text)
		if err != nil {
			return nil, fmt.Errorf("it is a damaged gzip file: %w", err)
		}
		text = bufio.NewReaderSize(gzipText{packed}, 1<<16)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, errors.New("it is a zip archive; unpack it and import the text file in it, such as glove.6B.100d.txt")
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")), len(head) == 6 && string(head[:3]) == "BZh" && string(head[4:]) == "1A", bytes.HasPrefix(head, []byte("7z\xbc\xaf")):
		return nil, errors.New("it is packed as xz, bzip2 or 7z; unpack it and import the text file")
	}
	head, _ = text.Peek(3)
	switch {
	case bytes.Equal(head, []byte("\xef\xbb\xbf")):
		_, err := text.Discard(len(head))
		return text, err
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return nil, errors.New("it is UTF-16 text; save it as UTF-8")
	}
	return text, nil
}

// gzipText says what gzip's terse errors mean.
type gzipText struct{ *gzip.Reader }

// Read reads the unpacked text.
func (g gzipText) Read(p []byte) (int, error) {
	n, err := g.Reader.Read(p)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = fmt.Errorf("the gzip file is truncated: %w", err)
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		err = fmt.Errorf("the gzip file is damaged: %w", err)
	}
	return n, err
}
