package tensor

import (
	"encoding/binary"
	"fmt"
)

// Bytes are the elements, little-endian and row-major; a bool is a byte of 0 or
// 1.
func (t *Tensor) Bytes() []byte {
	out, _ := binary.Append(nil, binary.LittleEndian, t.data) // it knows all element types
	return out
}

// FromBytes is the tensor whose Bytes are given. They are copied. For a bool
// every byte but 0 is true.
func FromBytes(dtype DType, shape []int64, data []byte) (*Tensor, error) {
	n, err := Count(shape)
	if err != nil {
		return nil, err
	}
	if size := int64(dtype.Size()); size > 0 && (int64(len(data))/size != n || int64(len(data))%size != 0) {
		return nil, fmt.Errorf("tensor: %d bytes of data for %v%v", len(data), dtype, shape)
	}
	t, err := New(dtype, shape...)
	if err != nil {
		return nil, err
	}
	if _, err := binary.Decode(data, binary.LittleEndian, t.data); err != nil {
		return nil, fmt.Errorf("tensor: %w", err)
	}
	return t, nil
}
