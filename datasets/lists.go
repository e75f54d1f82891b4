package datasets

import (
	"github.com/apache/arrow/go/v15/arrow"
	"github.com/apache/arrow/go/v15/arrow/array"
)

func appendStrings(b array.Builder, list []string) {
	lists := b.(*array.ListBuilder)
	lists.Append(list != nil)
	lists.ValueBuilder().(*array.StringBuilder).AppendValues(list, nil)
}

func appendBools(b array.Builder, list []bool) {
	lists := b.(*array.ListBuilder)
	lists.Append(list != nil)
	lists.ValueBuilder().(*array.BooleanBuilder).AppendValues(list, nil)
}

// readString copies a text: a batch does not outlive its file.
func readString(column arrow.Array, i int) string {
	return string([]byte(column.(*array.String).Value(i)))
}

// readStrings copies the list's bytes once and cuts the copy up: the values of a
// list lie side by side.
func readStrings(column arrow.Array, i int) []string {
	if column.IsNull(i) {
		return nil
	}
	list := column.(*array.List)
	values := list.ListValues().(*array.String)
	from, to := list.ValueOffsets(i)
	out := make([]string, to-from)
	if len(out) == 0 {
		return out
	}
	base := values.ValueOffset(int(from))
	bytes := string(values.ValueBytes()[base-values.ValueOffset(0) : values.ValueOffset(int(to))-values.ValueOffset(0)])
	for j := range out {
		k := int(from) + j
		out[j] = bytes[values.ValueOffset(k)-base : values.ValueOffset(k+1)-base]
	}
	return out
}

func readBools(column arrow.Array, i int) []bool {
	if column.IsNull(i) {
		return nil
	}
	list := column.(*array.List)
	values := list.ListValues().(*array.Boolean)
	from, to := list.ValueOffsets(i)
	out := make([]bool, to-from)
	for j := range out {
		out[j] = values.Value(int(from) + j)
	}
	return out
}

func readInts(column arrow.Array, i int) []int32 {
	list := column.(*array.List)
	values := list.ListValues().(*array.Int32)
	from, to := list.ValueOffsets(i)
	return append([]int32(nil), values.Int32Values()[from:to]...)
}

func readFloats(column arrow.Array, i int) []float32 {
	list := column.(*array.List)
	values := list.ListValues().(*array.Float32)
	from, to := list.ValueOffsets(i)
	return append([]float32(nil), values.Float32Values()[from:to]...)
}
