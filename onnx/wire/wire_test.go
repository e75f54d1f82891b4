package wire

import (
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// message has a varint, the bits of a float of each width, and bytes.
func message() []byte {
	var b []byte
	b = protowire.AppendVarint(protowire.AppendTag(b, 1, protowire.VarintType), 300)
	b = protowire.AppendFixed32(protowire.AppendTag(b, 2, protowire.Fixed32Type), 7)
	b = protowire.AppendFixed64(protowire.AppendTag(b, 3, protowire.Fixed64Type), 9)
	return protowire.AppendBytes(protowire.AppendTag(b, 4, protowire.BytesType), []byte{1, 2})
}

func TestFields(t *testing.T) {
	var tags []protowire.Number
	var numbers []uint64
	var raw []byte
	err := Fields(message(), func(f Field) error {
		tags, numbers = append(tags, f.Tag), append(numbers, f.Number)
		raw = append(raw, f.Raw...)
		return nil
	})
	if err != nil || !slices.Equal(tags, []protowire.Number{1, 2, 3, 4}) || !slices.Equal(numbers, []uint64{300, 7, 9, 0}) {
		t.Errorf("%v %v %v", tags, numbers, err)
	}
	if !slices.Equal(raw, message()) {
		t.Errorf("the fields together are %x, not the message", raw)
	}
}

func TestEveryCutIsNoticedOrWhole(t *testing.T) {
	whole := message()
	ends := map[int]bool{0: true, 3: true, 8: true, 17: true, len(whole): true}
	for n := range len(whole) + 1 {
		err := Fields(whole[:n], func(Field) error { return nil })
		if (err == nil) != ends[n] {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
}

func TestInts(t *testing.T) {
	packed := Field{Kind: protowire.BytesType, Bytes: protowire.AppendVarint([]byte{5}, 300)}
	single := Field{Kind: protowire.VarintType, Number: 1}
	got, err := single.Ints(nil)
	if err == nil {
		got, err = packed.Ints(got)
	}
	if err != nil || !slices.Equal(got, []int64{1, 5, 300}) {
		t.Errorf("%v %v", got, err)
	}
	if _, err := (Field{Kind: protowire.BytesType, Bytes: []byte{0x80}}).Ints(nil); err == nil {
		t.Error("a cut varint passes")
	}
}
