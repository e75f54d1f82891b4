package runtime

import (
	"errors"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"rationale/onnx/tensor"
	"rationale/onnx/wire"
)

// Info describes one input or output as the model declares it.
type Info struct {
	Name  string
	DType tensor.DType
	// Shape has -1 for each dimension without a fixed size. It is empty for
	// rank 0 and nil when the model declares no shape.
	Shape []int64
	// Symbols names the dimensions that Shape leaves open; an entry is empty
	// for fixed and for unnamed dimensions.
	Symbols []string
}

// String reads like "float32 [batch,4]".
func (i Info) String() string {
	if i.Shape == nil {
		return i.DType.String() + " of any shape"
	}
	dims := make([]string, len(i.Shape))
	for d, size := range i.Shape {
		switch {
		case size >= 0:
			dims[d] = strconv.FormatInt(size, 10)
		case i.Symbols[d] != "":
			dims[d] = i.Symbols[d]
		default:
			dims[d] = "?"
		}
	}
	return i.DType.String() + " [" + strings.Join(dims, ",") + "]"
}

// signature is a model's interface: the inputs a caller must give and the
// outputs it gets. It is read from the protobuf bytes because the binding can
// tell them only by loading the whole model a second time.
type signature struct {
	inputs, outputs []Info
}

// Field numbers of onnx.proto used here.
const (
	modelGraph = 7

	graphInitializer       = 5
	graphInput             = 11
	graphOutput            = 12
	graphSparseInitializer = 15

	tensorName         = 8
	sparseTensorValues = 1

	valueInfoName = 1
	valueInfoType = 2

	typeTensor      = 1
	tensorElemType  = 1
	tensorTypeShape = 2

	shapeDim = 1
	dimValue = 1
	dimParam = 2
)

// readSignature finds the inputs and outputs of a serialized ModelProto.
// Inputs that have an initializer may be left out of a run, as in
// onnxruntime, and are not listed.
func readSignature(model []byte) (signature, error) {
	var sig signature
	initialized := map[string]bool{}
	graphs := 0
	err := wire.Fields(model, func(f wire.Field) error {
		if f.Tag != modelGraph {
			return nil
		}
		graphs++
		return sig.readGraph(f.Bytes, initialized)
	})
	if err != nil {
		return signature{}, err
	}
	if graphs == 0 || len(sig.outputs) == 0 {
		return signature{}, errors.New("it holds no graph with outputs")
	}
	required := sig.inputs[:0]
	for _, in := range sig.inputs {
		if !initialized[in.Name] {
			required = append(required, in)
		}
	}
	sig.inputs = required
	return sig, nil
}

func (sig *signature) readGraph(b []byte, initialized map[string]bool) error {
	return wire.Fields(b, func(f wire.Field) (err error) {
		var info Info
		switch f.Tag {
		case graphInput:
			info, err = readInfo(f.Bytes)
			sig.inputs = append(sig.inputs, info)
		case graphOutput:
			info, err = readInfo(f.Bytes)
			sig.outputs = append(sig.outputs, info)
		case graphInitializer:
			return readTensorName(f.Bytes, initialized)
		case graphSparseInitializer:
			return wire.Fields(f.Bytes, func(f wire.Field) error {
				if f.Tag != sparseTensorValues {
					return nil
				}
				return readTensorName(f.Bytes, initialized)
			})
		}
		return err
	})
}

func readTensorName(b []byte, names map[string]bool) error {
	return wire.Fields(b, func(f wire.Field) error {
		if f.Tag == tensorName {
			names[string(f.Bytes)] = true
		}
		return nil
	})
}

func readInfo(b []byte) (Info, error) {
	var info Info
	err := wire.Fields(b, func(f wire.Field) error {
		switch f.Tag {
		case valueInfoName:
			info.Name = string(f.Bytes)
		case valueInfoType:
			return wire.Fields(f.Bytes, func(f wire.Field) error {
				if f.Tag != typeTensor {
					return nil
				}
				return info.readTensorType(f.Bytes)
			})
		}
		return nil
	})
	return info, err
}

func (i *Info) readTensorType(b []byte) error {
	return wire.Fields(b, func(f wire.Field) error {
		switch f.Tag {
		case tensorElemType:
			i.DType = tensor.DType(f.Number)
		case tensorTypeShape:
			i.Shape, i.Symbols = []int64{}, []string{}
			return wire.Fields(f.Bytes, func(f wire.Field) error {
				if f.Tag != shapeDim {
					return nil
				}
				return i.readDim(f.Bytes)
			})
		}
		return nil
	})
}

func (i *Info) readDim(b []byte) error {
	size, symbol := int64(-1), ""
	err := wire.Fields(b, func(f wire.Field) error {
		switch f.Tag {
		case dimValue:
			size = int64(f.Number)
		case dimParam:
			symbol = string(f.Bytes)
		}
		return nil
	})
	i.Shape = append(i.Shape, max(size, -1))
	i.Symbols = append(i.Symbols, symbol)
	return err
}

// hiddenInput is added to graphs without inputs, which the binding cannot run.
const hiddenInput = "__no_input__"

// withHiddenInput declares a float32 [1] input that no node reads. Appending
// suffices: protobuf merges a message field that occurs twice.
func withHiddenInput(model []byte) []byte {
	dim := protowire.AppendVarint(protowire.AppendTag(nil, dimValue, protowire.VarintType), 1)
	elem := protowire.AppendVarint(protowire.AppendTag(nil, tensorElemType, protowire.VarintType), uint64(tensor.Float32))
	info := appendMessage(nil, valueInfoName, []byte(hiddenInput))
	info = appendMessage(info, valueInfoType,
		appendMessage(nil, typeTensor, appendMessage(elem, tensorTypeShape, appendMessage(nil, shapeDim, dim))))
	return appendMessage(model[:len(model):len(model)], modelGraph, appendMessage(nil, graphInput, info))
}

func appendMessage(b []byte, number protowire.Number, message []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, number, protowire.BytesType), message)
}
