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

func (v *values) view(t *tensor.Tensor) (ort.Value, error) {
	switch t.DType() {
	case tensor.Float32:
		return viewOf[float32](v, t)
	case tensor.Float64:
		return viewOf[float64](v, t)
	case tensor.Int32:
		return viewOf[int32](v, t)
	case tensor.Int64:
		return viewOf[int64](v, t)
	case tensor.Uint8:
		return viewOf[uint8](v, t)
	case tensor.Bool:
		return viewOf[bool](v, t)
	}
	return nil, fmt.Errorf("runtime: tensors of %v cannot be passed to onnxruntime", t.DType())
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
	switch t := value.(type) {
	case *ort.Tensor[float32]:
		return tensor.Of(t.GetShape(), t.GetData())
	case *ort.Tensor[float64]:
		return tensor.Of(t.GetShape(), t.GetData())
	case *ort.Tensor[int32]:
		return tensor.Of(t.GetShape(), t.GetData())
	case *ort.Tensor[int64]:
		return tensor.Of(t.GetShape(), t.GetData())
	case *ort.Tensor[uint8]:
		return tensor.Of(t.GetShape(), t.GetData())
	case *ort.Tensor[bool]:
		return tensor.Of(t.GetShape(), t.GetData())
	}
	return nil, fmt.Errorf("runtime: onnxruntime returned a %T, which is no supported tensor", value)
}
