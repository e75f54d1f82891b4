package tensor

import (
	"math"
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
