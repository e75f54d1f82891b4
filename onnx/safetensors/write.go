package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/google/renameio/v2"

	"rationale/onnx/tensor"
)

// Write encodes the tensors and, unless empty, the metadata. Equal contents
// give equal bytes: wider element types come first, so that all data is
// aligned, then names in order.
func Write(w io.Writer, tensors map[string]*tensor.Tensor, metadata map[string]string) error {
	order := writingOrder(tensors)
	text, err := encodeHeader(order, tensors, metadata)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	prefix := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	if _, err := w.Write(append(prefix, text...)); err != nil {
		return fmt.Errorf("safetensors: writing the header: %w", err)
	}
	for _, name := range order {
		if _, err := w.Write(tensors[name].Bytes()); err != nil {
			return fmt.Errorf("safetensors: writing tensor %q: %w", name, err)
		}
	}
	return nil
}

// WriteFile is Write to a file that appears under its name complete and
// synced to disk, or not at all; an earlier file of that name stays until
// then.
func WriteFile(path string, tensors map[string]*tensor.Tensor, metadata map[string]string) error {
	file, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithPermissions(0o644))
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	defer file.Cleanup()
	if err := Write(file, tensors, metadata); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := file.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a rename in the folder last through a power cut.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	return nil
}

func writingOrder(tensors map[string]*tensor.Tensor) []string {
	return slices.SortedFunc(maps.Keys(tensors), func(a, b string) int {
		return cmp.Or(cmp.Compare(width(tensors[b]), width(tensors[a])), cmp.Compare(a, b))
	})
}

// width is the element width in bytes, 0 for a missing tensor.
func width(t *tensor.Tensor) int {
	if t == nil {
		return 0
	}
	return t.DType().Size()
}

// encodeHeader lists the tensors in their order, padded with spaces.
func encodeHeader(order []string, tensors map[string]*tensor.Tensor, metadata map[string]string) ([]byte, error) {
	var fields [][]byte
	if len(metadata) > 0 {
		field, err := encodeMetadata(metadata)
		if err != nil {
			return nil, err
		}
		fields = append(fields, field)
	}
	offset := 0
	for _, name := range order {
		field, end, err := encodeEntry(name, tensors[name], offset)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		fields = append(fields, field)
		offset = end
	}
	text := slices.Concat([]byte("{"), bytes.Join(fields, []byte(",")), []byte("}"))
	padding := (alignment - (prefixSize+len(text))%alignment) % alignment
	text = append(text, bytes.Repeat([]byte(" "), padding)...)
	if len(text) > maxHeader {
		return nil, fmt.Errorf("the header takes %d bytes; the format allows %d", len(text), maxHeader)
	}
	return text, nil
}

func encodeMetadata(metadata map[string]string) ([]byte, error) {
	for key, value := range metadata {
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return nil, fmt.Errorf("metadata %q is not UTF-8", key)
		}
	}
	return encodeField(metadataKey, metadata)
}

func encodeEntry(name string, t *tensor.Tensor, offset int) (field []byte, end int, err error) {
	switch {
	case t == nil:
		return nil, 0, errors.New("there is none under this name")
	case name == metadataKey:
		return nil, 0, errors.New("the format reserves this name")
	case !utf8.ValidString(name):
		return nil, 0, errors.New("the name is not UTF-8")
	}
	end = offset + t.Len()*t.DType().Size()
	field, err = encodeField(name, struct {
		DType   string  `json:"dtype"`
		Shape   []int64 `json:"shape"`
		Offsets [2]int  `json:"data_offsets"`
	}{dtypeNames[t.DType()], t.Shape(), [2]int{offset, end}})
	return field, end, err
}

func encodeField(name string, value any) ([]byte, error) {
	key, err := json.Marshal(name)
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(value)
	return slices.Concat(key, []byte(":"), encoded), err
}
