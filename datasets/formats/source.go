package formats

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"unicode/utf8"

	"rationale/datasets"
	"rationale/datasets/fault"
	"rationale/datasets/regular"
)

// maxLine bounds one line of a source, so that a file without line ends, or a
// gzip file made to explode, cannot eat the memory.
const maxLine = 16 << 20

// byteOrderMark is what some editors write at the beginning of a UTF-8 file.
const byteOrderMark = "\xef\xbb\xbf"

// source is an open raw file: unpacked when gzip, without a byte order mark,
// and digested as it is read.
type source struct {
	path   string
	file   *os.File
	raw    io.Reader // everything read from file passes through here
	text   *bufio.Reader
	hash   hash.Hash
	bytes  int64
	advice func(n int64) // told of every byte read
	open   bool          // what was read last is not the end of a line
}

// openSource opens a file for reading; told receives the number of raw bytes of
// every read.
func openSource(path string, told func(int64)) (*source, error) {
	file, err := regular.Open(regular.Anywhere{}, path, path)
	if err != nil {
		return nil, err
	}
	s := &source{path: path, file: file, hash: sha256.New(), advice: told}
	s.raw = io.TeeReader(file, s)
	if err := s.unpack(); err != nil {
		file.Close()
		return nil, s.explain(err)
	}
	return s, nil
}

// Write takes note of raw bytes on their way to the reader.
func (s *source) Write(p []byte) (int, error) {
	s.bytes += int64(len(p))
	s.advice(int64(len(p)))
	return s.hash.Write(p)
}

// unpack looks at the first bytes for gzip's mark and for byte order marks.
func (s *source) unpack() error {
	s.text = bufio.NewReaderSize(s.raw, 1<<16)
	if head, _ := s.text.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		packed, err := gzip.NewReader(s.text)
		if err != nil {
			return err
		}
		s.text = bufio.NewReaderSize(packed, 1<<16)
	}
	head, _ := s.text.Peek(3)
	switch {
	case string(head) == byteOrderMark:
		_, err := s.text.Discard(3)
		return err
	case len(head) >= 2 && (head[0] == 0xff && head[1] == 0xfe || head[0] == 0xfe && head[1] == 0xff):
		return errors.New("it is UTF-16 text; save it as UTF-8")
	case bytes.Equal(head, []byte("PK\x03")):
		return errors.New("it is a zip archive; unpack it and name the file in it")
	}
	return nil
}

// explain names the file, and says what gzip's terse errors mean.
func (s *source) explain(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s ends in the middle: the file is truncated; fetch it again (%w)", s.path, err)
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
		return fmt.Errorf("%s is damaged; fetch it again (%w)", s.path, err)
	}
	return fmt.Errorf("read %s: %w", s.path, err)
}

// line returns the next line without its end; io.EOF after the last one.
func (s *source) line() (string, error) {
	line, err := s.wholeLine()
	return trimLineEnd(line), err
}

// wholeLine returns the next line with its end as it stands in the file.
func (s *source) wholeLine() (string, error) {
	var line []byte
	for {
		part, err := s.text.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxLine:
			return "", fmt.Errorf("%s: a line is longer than %d MiB", s.path, maxLine>>20)
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && len(line) > 0, err == nil:
			s.open = err == io.EOF && !bytes.HasSuffix(line, []byte("\r"))
			return string(line), nil
		case err == io.EOF:
			return "", io.EOF
		}
		return "", s.explain(err)
	}
}

// finish reads what a parser left over, so that the digest covers the whole
// file, closes it and identifies it.
func (s *source) finish() (datasets.Source, error) {
	defer s.file.Close()
	if _, err := io.Copy(io.Discard, s.raw); err != nil {
		return datasets.Source{}, s.explain(err)
	}
	sum := hex.EncodeToString(s.hash.Sum(nil))
	return datasets.Source{Base: filepath.Base(s.path), SHA256: sum, Bytes: s.bytes}, nil
}

// checkText refuses a line that is not text.
func checkText(line string) *fault.Row {
	if !utf8.ValidString(line) {
		return fault.New("invalid UTF-8", "the line is not valid UTF-8; convert the file")
	}
	return fault.CheckNUL(line)
}
