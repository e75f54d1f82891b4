package runtime

import (
	"fmt"
	goruntime "runtime"
	"unsafe"

	ort "github.com/yalue/onnxruntime_go"

	"rationale/onnx/tensor"
)

// values are the onnxruntime views of the tensors of one run. They share the
// tensors' memory, which stays pinned until release.
type values struct {
	pins    goruntime.Pinner
	bound   []ort.Value
	collect []func() // copy rank-0 results back into their tensors
}

// bind gives views of the tensors, nil where the tensor is nil.
func (v *values) bind(tensors []*tensor.Tensor) ([]ort.Value, error) {
	views := make([]ort.Value, len(tensors))
	for i, t := range tensors {
		if t == nil {
			continue
		}
		view, err := v.view(t)
		if err != nil {
			return nil, err
		}
		views[i] = view
		v.bound = append(v.bound, view)
	}
	return views, nil
}

// carrier passes tensors of one element type to onnxruntime and takes them
// from it.
type carrier struct {
	view func(v *values, t *tensor.Tensor) (ort.Value, error)
	take func(value ort.Value) (t *tensor.Tensor, is bool, err error)
}

func carrierOf[T tensor.Element]() carrier { return carrier{viewOf[T], taken[T]} }

// carriers are what the binding has for each element type that tensors hold.
var carriers = map[tensor.DType]carrier{
	tensor.Float32: carrierOf[float32](),
	tensor.Float64: carrierOf[float64](),
	tensor.Int32:   carrierOf[int32](),
	tensor.Int64:   carrierOf[int64](),
	tensor.Uint8:   carrierOf[uint8](),
	tensor.Bool:    carrierOf[bool](),
}

func (v *values) view(t *tensor.Tensor) (ort.Value, error) {
	c, ok := carriers[t.DType()]
	if !ok {
		return nil, fmt.Errorf("runtime: tensors of %v cannot be passed to onnxruntime", t.DType())
	}
	return c.view(v, t)
}

func viewOf[T tensor.Element](v *values, t *tensor.Tensor) (ort.Value, error) {
	data := tensor.Data[T](t)
	if len(t.Shape()) == 0 {
		return scalarOf(v, data)
	}
	if len(data) > 0 {
		v.pins.Pin(unsafe.Pointer(&data[0]))
	}
	return ort.NewTensor(ort.Shape(t.Shape()), data)
}

// scalarOf views one element. The binding keeps rank-0 values in a slice of
// its own, so what a run writes there is copied back afterwards.
func scalarOf[T tensor.Element](v *values, data []T) (ort.Value, error) {
	scalar, err := ort.NewScalar(data[0])
	if err != nil {
		return nil, err
	}
	v.collect = append(v.collect, func() { data[0] = scalar.GetData() })
	return scalar, nil
}

// release frees the views; the tensors stay.
func (v *values) release() {
	for _, view := range v.bound {
		view.Destroy()
	}
	v.pins.Unpin()
}

// takeTensor turns an output that onnxruntime allocated into a tensor. The
// binding has already copied its elements into Go memory.
func takeTensor(value ort.Value) (*tensor.Tensor, error) {
	defer value.Destroy()
	for _, c := range carriers {
		if t, is, err := c.take(value); is {
			return t, err
		}
	}
	return nil, fmt.Errorf("runtime: onnxruntime returned a %T, which is no supported tensor", value)
}

// taken is the tensor in a value of the element type; is tells whether it is
// one.
func taken[T tensor.Element](value ort.Value) (t *tensor.Tensor, is bool, err error) {
	v, is := value.(*ort.Tensor[T])
	if is {
		t, err = tensor.Of(v.GetShape(), v.GetData())
	}
	return t, is, err
}
