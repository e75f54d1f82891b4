package safetensors_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
)

type tensors = map[string]*tensor.Tensor

// file joins a header and data into the bytes of a file.
func file(header, data string) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), data...)
}

func encode(t testing.TB, x tensors, metadata map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Write(&b, x, metadata); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func of[T tensor.Element](t testing.TB, shape []int64, data ...T) *tensor.Tensor {
	t.Helper()
	x, err := tensor.Of(shape, data)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// sameTensors compares bit for bit, not-a-numbers included.
var sameTensors = cmp.Options{
	cmp.AllowUnexported(tensor.Tensor{}),
	cmp.Comparer(func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }),
	cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }),
}

// TestGolden pins the bytes: the header's order and padding, and the data.
func TestGolden(t *testing.T) {
	got := encode(t, tensors{
		"mask": tensor.Vector([]bool{true, false}),
		"b":    of(t, []int64{1, 2}, float32(1), float32(-2)),
		"a":    tensor.Scalar(float32(0.5)),
		"step": tensor.Scalar[int64](3),
	}, map[string]string{"epoch": "7", "author": "<us>"})
	header := `{"__metadata__":{"author":"\u003cus\u003e","epoch":"7"},` +
		`"step":{"dtype":"I64","shape":[],"data_offsets":[0,8]},` +
		`"a":{"dtype":"F32","shape":[],"data_offsets":[8,12]},` +
		`"b":{"dtype":"F32","shape":[1,2],"data_offsets":[12,20]},` +
		`"mask":{"dtype":"BOOL","shape":[2],"data_offsets":[20,22]}}`
	for (8+len(header))%8 != 0 {
		header += " "
	}
	data := "\x03\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00\x00\x3f" + "\x00\x00\x80\x3f\x00\x00\x00\xc0" + "\x01\x00"
	if want := file(header, data); !bytes.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// TestReadForeign reads a file as other writers lay it out: fields in another
// order, no padding, data in no order of names.
func TestReadForeign(t *testing.T) {
	got, metadata, err := safetensors.Read(file(
		`{"z":{"data_offsets":[0,2],"shape":[2],"dtype":"U8"}, "a":{"shape":[1],"dtype":"I32","data_offsets":[2,6]},`+
			` "none":{"dtype":"F64","shape":[0,3],"data_offsets":[6,6]}, "__metadata__":{"format":"pt"}}   `,
		"\x01\xff\xfe\xff\xff\xff"))
	if err != nil {
		t.Fatal(err)
	}
	want := tensors{"z": tensor.Vector([]uint8{1, 255}), "a": tensor.Vector([]int32{-2}), "none": of[float64](t, []int64{0, 3}, []float64{}...)}
	if diff := cmp.Diff(want, got, sameTensors); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"format": "pt"}, metadata); diff != "" {
		t.Error(diff)
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		want := tensors{}
		for _, name := range rapid.SliceOfDistinct(rapid.String().Filter(func(s string) bool { return s != "__metadata__" }), rapid.ID[string]).Draw(r, "names") {
			want[name] = drawTensor(r)
		}
		metadata := rapid.MapOfN(rapid.String(), rapid.String(), 1, -1).Draw(r, "metadata")
		b := encode(t, want, metadata)
		if again := encode(t, want, metadata); !bytes.Equal(b, again) {
			r.Fatal("the same tensors gave other bytes")
		}
		got, gotMetadata, err := safetensors.Read(b)
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(want, got, sameTensors); diff != "" {
			r.Error(diff)
		}
		if diff := cmp.Diff(metadata, gotMetadata); diff != "" {
			r.Error(diff)
		}
	})
}

func drawTensor(r *rapid.T) *tensor.Tensor {
	shape := rapid.SliceOfN(rapid.Int64Range(0, 4), 0, 3).Draw(r, "shape")
	draw := []func() (*tensor.Tensor, error){
		func() (*tensor.Tensor, error) { return tensor.Of(shape, elements(r, shape, rapid.Float32())) },
		func() (*tensor.Tensor, error) { return tensor.Of(shape, elements(r, shape, rapid.Float64())) },
		func() (*tensor.Tensor, error) { return tensor.Of(shape, elements(r, shape, rapid.Int32())) },
		func() (*tensor.Tensor, error) { return tensor.Of(shape, elements(r, shape, rapid.Int64())) },
		func() (*tensor.Tensor, error) { return tensor.Of(shape, elements(r, shape, rapid.Byte())) },
		func() (*tensor.Tensor, error) { return tensor.Of(shape, elements(r, shape, rapid.Bool())) },
	}
	x, err := rapid.SampledFrom(draw).Draw(r, "type")()
	if err != nil {
		r.Fatal(err)
	}
	return x
}

func elements[T any](r *rapid.T, shape []int64, one *rapid.Generator[T]) []T {
	n, err := tensor.Count(shape)
	if err != nil {
		r.Fatal(err)
	}
	return rapid.SliceOfN(one, int(n), int(n)).Draw(r, "elements")
}

// TestEveryTypeHasAName, and comes back under it.
func TestEveryTypeHasAName(t *testing.T) {
	for _, d := range tensor.DTypes() {
		x, err := tensor.FromFloat64(d, []int64{2}, []float64{0, 1})
		if err != nil {
			t.Fatal(err)
		}
		back, _, err := safetensors.Read(encode(t, tensors{"x": x}, nil))
		if err != nil || back["x"].DType() != d || !bytes.Equal(back["x"].Bytes(), x.Bytes()) {
			t.Errorf("%v comes back as %v (%v)", d, back["x"], err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	const four = "\x00\x00\x80\x3f"
	for _, c := range []struct {
		name, header, data, want string
	}{
		{"empty header", "", "", "does not start with '{'"},
		{"leading space", ` {}`, "", "does not start with '{'"},
		{"a list", `[]`, "", "does not start with '{'"},
		{"broken JSON", `{"a":`, "", "header"},
		{"two values", `{}{}`, "", "more than one"},
		{"not UTF-8", "{\"\xff\":1}", "", "not UTF-8"},
		{"nesting bomb", strings.Repeat(`{"a":`, 100000), "", "nested too deep"},
		{"name twice", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four, `"a" occurs twice`},
		{"name twice, escaped", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four, `"a" occurs twice`},
		{"field twice", `{"a":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}}`, four, `"dtype" occurs twice`},
		{"metadata key twice", `{"__metadata__":{"k":"1","k":"2"}}`, "", `"k" occurs twice`},
		{"metadata of numbers", `{"__metadata__":{"k":1}}`, "", "strings to strings"},
		{"metadata null", `{"__metadata__":null}`, "", "strings to strings"},
		{"metadata value null", `{"__metadata__":{"k":null}}`, "", `"k" is null`},
		{"entry a number", `{"a":3}`, "", `tensor "a"`},
		{"entry null", `{"a":null}`, "", `"dtype" is missing`},
		{"no offsets", `{"a":{"dtype":"F32","shape":[1]}}`, four, `"data_offsets" is missing`},
		{"field in other case", `{"a":{"DTYPE":"F32","shape":[1],"data_offsets":[0,4]}}`, four, `"dtype" is missing`},
		{"further field", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, four, "fields other than"},
		{"unknown type", `{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}`, four, `dtype "F8_E4M3" is not one of`},
		{"null type", `{"a":{"dtype":null,"shape":[1],"data_offsets":[0,4]}}`, four, "dtype"},
		{"null shape", `{"a":{"dtype":"F32","shape":null,"data_offsets":[0,4]}}`, four, "shape"},
		{"null dimension", `{"a":{"dtype":"F32","shape":[null],"data_offsets":[0,0]}}`, "", "no natural number"},
		{"negative dimension", `{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, four, "no natural number"},
		{"fractional dimension", `{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}`, four, "shape"},
		{"dimension past int64", `{"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,4]}}`, four, "shape"},
		{"count overflows", `{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,4]}}`, four, "overflows"},
		{"bytes overflow", `{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}`, "", "overflows"},
		{"one offset", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[4]}}`, four, "two natural numbers"},
		{"three offsets", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}`, four, "two natural numbers"},
		{"negative offset", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`, four, "two natural numbers"},
		{"offsets backwards", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, four, "do not hold 4 bytes"},
		{"size against shape", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, four, "do not hold 8 bytes"},
		{"outside", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, four, "cut short"},
		{"hole at the start", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, four + four, "leaves a hole from byte 0"},
		{"hole between", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}`, four + four + four, "leaves a hole from byte 4"},
		{"rest at the end", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four + "PK", "2 bytes after the last tensor"},
		{"data without tensors", `{}`, four, "4 bytes after the last tensor"},
		{"overlap", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, four + four + four, "inside the one before"},
		{"same bytes twice", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four, "inside the one before"},
		{"bool of 2", `{"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}`, "\x02", "neither 0 nor 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := safetensors.Read(file(c.header, c.data))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v and %d tensors, want an error with %q", err, len(got), c.want)
			}
		})
	}
}

func TestReadRefusesLengths(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"nothing", "", "too few"},
		{"half a length", "\x02\x00\x00", "too few"},
		{"header past the end", "\x10\x00\x00\x00\x00\x00\x00\x00{}", "only 2 bytes follow"},
		{"header over the limit", "\x01\xe1\xf5\x05\x00\x00\x00\x00{}", "over the limit"},
		{"length of all ones", "\xff\xff\xff\xff\xff\xff\xff\xff{}", "over the limit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := safetensors.Read([]byte(c.content)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestCutShort removes bytes from the end: no prefix of a file is a file.
func TestCutShort(t *testing.T) {
	b := encode(t, tensors{"a": tensor.Vector([]float32{1, 2}), "b": tensor.Vector([]bool{true})}, map[string]string{"k": "v"})
	for n := range b {
		if _, _, err := safetensors.Read(b[:n]); err == nil {
			t.Errorf("%d of %d bytes were accepted", n, len(b))
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	one := tensor.Scalar[float32](1)
	for _, c := range []struct {
		name     string
		tensors  tensors
		metadata map[string]string
		want     string
	}{
		{"reserved name", tensors{"__metadata__": one}, nil, "reserves"},
		{"name not UTF-8", tensors{"\xff": one}, nil, "not UTF-8"},
		{"metadata not UTF-8", nil, map[string]string{"k": "\xff"}, "not UTF-8"},
		{"nil tensor", tensors{"a": nil}, nil, `tensor "a"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			err := safetensors.Write(&b, c.tensors, c.metadata)
			if err == nil || !strings.Contains(err.Error(), c.want) || b.Len() > 0 {
				t.Errorf("got %v and %d bytes, want an error with %q and none", err, b.Len(), c.want)
			}
		})
	}
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint.safetensors")
	first, second := tensors{"a": tensor.Vector([]float32{1, 2})}, tensors{"a": tensor.Vector([]float32{3, 4})}
	for _, want := range []tensors{first, second} {
		if err := safetensors.WriteFile(path, want, nil); err != nil {
			t.Fatal(err)
		}
		got, metadata, err := safetensors.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, sameTensors); diff != "" || metadata != nil {
			t.Errorf("metadata %v, %s", metadata, diff)
		}
	}
}

// TestFailedWriteKeepsTheFile: an error leaves the earlier file and nothing
// beside it.
func TestFailedWriteKeepsTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "checkpoint.safetensors")
	if err := safetensors.WriteFile(path, tensors{"a": tensor.Scalar[int64](1)}, nil); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := safetensors.WriteFile(path, tensors{"a": nil}, nil); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want the path", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the earlier file changed (%v)", err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v (%v)", entries, err)
	}
}

func TestFileErrorsNameTheFile(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "no", "such.safetensors")
	_, _, err := safetensors.ReadFile(missing)
	if err == nil || !strings.Contains(err.Error(), missing) {
		t.Errorf("reading: %v", err)
	}
	if err := safetensors.WriteFile(missing, nil, nil); err == nil || !strings.Contains(err.Error(), filepath.Dir(missing)) {
		t.Errorf("writing: %v", err)
	}
	damaged := filepath.Join(t.TempDir(), "damaged.safetensors")
	if err := os.WriteFile(damaged, []byte("damaged beyond repair"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := safetensors.ReadFile(damaged); err == nil || !strings.Contains(err.Error(), damaged) {
		t.Errorf("damaged: %v", err)
	}
}

// FuzzRead accepts any bytes without panic; what it accepts can be written
// and read back to the same.
func FuzzRead(f *testing.F) {
	f.Add(encode(f, tensors{"a": tensor.Vector([]float32{1}), "b": tensor.Vector([]bool{true}), "c": tensor.Scalar[int64](1)}, map[string]string{"k": "v"}))
	f.Add(file(`{"a":{"dtype":"U8","shape":[2,0],"data_offsets":[0,0]}}`, ""))
	f.Add(file(`{}`, ""))
	f.Fuzz(func(t *testing.T, b []byte) {
		first, metadata, err := safetensors.Read(b)
		if err != nil {
			return
		}
		second, again, err := safetensors.Read(encode(t, first, metadata))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, second, sameTensors); diff != "" {
			t.Error(diff)
		}
		if len(metadata) > 0 && !cmp.Equal(metadata, again) {
			t.Errorf("metadata %v became %v", metadata, again)
		}
	})
}

func BenchmarkFile(b *testing.B) {
	x := tensors{"a": tensor.Vector(make([]float32, 1<<24))}
	path := filepath.Join(b.TempDir(), "big.safetensors")
	b.Run("WriteFile", func(b *testing.B) {
		b.SetBytes(1 << 26)
		for b.Loop() {
			if err := safetensors.WriteFile(path, x, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("ReadFile", func(b *testing.B) {
		b.SetBytes(1 << 26)
		for b.Loop() {
			if _, _, err := safetensors.ReadFile(path); err != nil {
				b.Fatal(err)
			}
		}
	})
}
