package tensor

import (
	"bytes"
	"math"
	"reflect"
	"slices"
	"testing"
)

func TestOfChecksShape(t *testing.T) {
	for _, tc := range []struct {
		name  string
		shape []int64
		n     int
		ok    bool
	}{
		{"matrix", []int64{2, 3}, 6, true},
		{"scalar", []int64{}, 1, true},
		{"empty", []int64{0, 3}, 0, true},
		{"short", []int64{2, 3}, 5, false},
		{"negative", []int64{-1, 3}, 3, false},
		{"overflow", []int64{math.MaxInt64, 4}, 4, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Of(tc.shape, make([]float32, tc.n))
			if (err == nil) != tc.ok {
				t.Fatalf("Of(%v, %d elements): %v", tc.shape, tc.n, err)
			}
		})
	}
}

func TestDataSharesStorageAndKnowsItsType(t *testing.T) {
	x, err := New(Int64, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	Data[int64](x)[3] = 7
	if got := Data[int64](x)[3]; got != 7 {
		t.Fatalf("write through Data lost: %d", got)
	}
	if Data[float32](x) != nil {
		t.Fatal("Data of the wrong type must be nil")
	}
}

func TestFromFloat64RoundTrip(t *testing.T) {
	want := []float64{1, -2.5, 0.125}
	for _, d := range []DType{Float32, Float64} {
		x, err := FromFloat64(d, []int64{3}, want)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range x.Float64s() {
			if v != want[i] {
				t.Errorf("%v[%d] = %v, want %v", d, i, v, want[i])
			}
		}
	}
}

func TestFinite(t *testing.T) {
	for _, d := range []DType{Float32, Float64} {
		for _, c := range []struct {
			x    float64
			want bool
		}{{0, true}, {-1e38, true}, {math.NaN(), false}, {math.Inf(1), false}, {math.Inf(-1), false}} {
			x, err := FromFloat64(d, []int64{2}, []float64{1, c.x})
			if err != nil {
				t.Fatal(err)
			}
			if x.Finite() != c.want {
				t.Errorf("%v with %v: finite %v", d, c.x, !c.want)
			}
		}
	}
	if !Vector([]int64{1}).Finite() || !Vector([]float32{}).Finite() {
		t.Error("whole numbers and nothing are finite")
	}
}

// TestEveryTypeIsWhole: what an entry of the table of kinds must be.
func TestEveryTypeIsWhole(t *testing.T) {
	if len(DTypes()) != 6 {
		t.Errorf("tensors hold %v", DTypes())
	}
	for _, d := range DTypes() {
		x, err := FromFloat64(d, []int64{2, 2}, []float64{0, 1, 1, 0})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(x.Bytes()), 4*d.Size(); got != want {
			t.Errorf("%v: %d bytes of data, want %d", d, got, want)
		}
		if back, err := FromBytes(d, x.Shape(), x.Bytes()); err != nil || !reflect.DeepEqual(back, x) {
			t.Errorf("%v: %v comes back as %v (%v)", d, x, back, err)
		}
		zeros, err := New(d, 2, 2)
		if err != nil || zeros.DType() != d || slices.Contains(zeros.Bytes(), 1) || zeros.Len() != 4 {
			t.Errorf("%v: New gives %v (%v)", d, zeros, err)
		}
		clone := x.Clone()
		if !reflect.DeepEqual(clone, x) || clone.Address() == x.Address() || x.Address() != x.Address() {
			t.Errorf("%v: %v is cloned as %v", d, x, clone)
		}
		stacked, err := Stack(x, zeros, x)
		if err != nil || !slices.Equal(stacked.Shape(), []int64{3, 2, 2}) || !bytes.Equal(stacked.Bytes(), slices.Concat(x.Bytes(), zeros.Bytes(), x.Bytes())) {
			t.Errorf("%v: stacked as %v (%v)", d, stacked, err)
		}
		if empty, err := New(d, 0, 3); err != nil || empty.Address() != nil {
			t.Errorf("%v: nothing lies at %v (%v)", d, empty.Address(), err)
		}
		if d.IsFloat() != (x.Float64s() != nil) {
			t.Errorf("%v: is a float (%v), and as numbers %v", d, d.IsFloat(), x.Float64s())
		}
	}
}

func TestTypesThatNoTensorHolds(t *testing.T) {
	for _, d := range []DType{Invalid, Uint32, 99} {
		if x, err := New(d, 1); err == nil {
			t.Errorf("New(%v): %v", d, x)
		}
		if x, err := FromBytes(d, []int64{0}, nil); err == nil {
			t.Errorf("FromBytes(%v): %v", d, x)
		}
		if x, err := FromFloat64(d, []int64{}, []float64{0}); err == nil {
			t.Errorf("FromFloat64(%v): %v", d, x)
		}
	}
}

func TestFromBytesChecksTheShape(t *testing.T) {
	for _, c := range []struct {
		shape []int64
		bytes int
	}{{[]int64{2}, 7}, {[]int64{2}, 9}, {[]int64{2}, 12}, {[]int64{-1}, 0}, {[]int64{1 << 62}, 8}, {[]int64{math.MaxInt64, 4}, 16}} {
		if x, err := FromBytes(Float32, c.shape, make([]byte, c.bytes)); err == nil {
			t.Errorf("%d bytes for %v: %v", c.bytes, c.shape, x)
		}
	}
}

func TestStackRefuses(t *testing.T) {
	x := Vector([]float32{1, 2})
	for name, parts := range map[string][]*Tensor{
		"nothing": nil, "two types": {x, Vector([]int64{1, 2})}, "two shapes": {x, Vector([]float32{1})},
	} {
		if got, err := Stack(parts...); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}
