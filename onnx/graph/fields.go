package graph

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	"rationale/onnx/wire"
)

// Field numbers of onnx.proto, by message.
const (
	modelIRVersion, modelProducer, modelGraph, modelOpset, modelMetadata, modelTraining, modelFunction     = 1, 2, 7, 8, 14, 20, 25
	graphNode, graphName, graphInitializer, graphInput, graphOutput, graphValueInfo, graphSparse           = 1, 2, 5, 11, 12, 13, 15
	nodeInput, nodeOutput, nodeName, nodeOp, nodeAttribute, nodeDomain                                     = 1, 2, 3, 4, 5, 7
	attrName, attrFloat, attrInt, attrString, attrTensor, attrGraph, attrInts, attrType                    = 1, 2, 3, 4, 5, 6, 8, 20
	attrFloats, attrStrings, attrTensors, attrGraphs, attrSparse, attrSparses                              = 7, 9, 10, 11, 22, 23
	tensorDims, tensorType, tensorFloats, tensorInt32s, tensorInt64s, tensorName, tensorRaw, tensorDoubles = 1, 2, 4, 5, 7, 8, 9, 10
	tensorExternal, tensorLocation                                                                         = 13, 14
	sparseValues, sparseIndices, sparseDims                                                                = 1, 2, 3
	valueName, valueType, typeTensor, typeElem, typeShape, shapeDim, dimValue, dimParam                    = 1, 2, 1, 1, 2, 1, 1, 2
	opsetDomain, opsetVersion, entryK, entryV                                                              = 1, 2, 1, 2
	functionName, functionNode, functionDomain, functionAttribute                                          = 1, 7, 10, 11
	trainingInit, trainingStep                                                                             = 1, 2
)

// Attribute types of onnx.proto.
const (
	kindFloat, kindInt, kindString, kindTensor, kindGraph, kindInts, kindGraphs = 1, 2, 3, 4, 5, 7, 10
)

// kind is a kind of message that is looked into. Others are text: strings, and
// messages of which only the outside matters. A label is text that is there
// once at most.
type kind int

const (
	text kind = iota
	label
	aModel
	aGraph
	aNode
	anAttribute
	aTensor
	aSparseTensor
	aFunction
	aTraining
)

// within says which fields of a message must be text or messages, and of what
// kind these are.
var within = map[kind]map[protowire.Number]kind{
	aModel: {modelGraph: aGraph, modelOpset: text, modelMetadata: text, modelTraining: aTraining, modelFunction: aFunction},
	aGraph: {graphNode: aNode, graphName: label, graphInitializer: aTensor, graphSparse: aSparseTensor,
		graphInput: text, graphOutput: text, graphValueInfo: text},
	aNode: {nodeInput: text, nodeOutput: text, nodeName: label, nodeOp: label, nodeDomain: label, nodeAttribute: anAttribute},
	anAttribute: {attrName: label, attrTensor: aTensor, attrTensors: aTensor, attrGraph: aGraph, attrGraphs: aGraph,
		attrSparse: aSparseTensor, attrSparses: aSparseTensor},
	aTensor:       {tensorName: text, tensorRaw: text},
	aSparseTensor: {sparseValues: aTensor, sparseIndices: aTensor},
	aFunction:     {functionName: text, functionDomain: text, functionNode: aNode, functionAttribute: anAttribute},
	aTraining:     {trainingInit: aGraph, trainingStep: aGraph},
}

// maxDepth bounds how deeply subgraphs may nest in a file that is read.
const maxDepth = 16

// inspect walks all of a message, also the parts that a Graph keeps without
// looking into them, and refuses what could not be kept: damage, and tensors
// whose numbers are in another file, which nobody has read.
func inspect(k kind, b []byte, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("subgraphs nest deeper than %d", maxDepth)
	}
	labels := map[protowire.Number]bool{}
	return wire.Fields(b, func(f wire.Field) error {
		if k == aTensor && outside(f) {
			return fmt.Errorf("a tensor's numbers are in another file (external data), which is not supported: save the model as one file")
		}
		inner, listed := within[k][f.Tag]
		switch {
		case !listed:
			return nil
		case f.Kind != protowire.BytesType:
			return fmt.Errorf("damaged or not ONNX: field %d is a number", f.Tag)
		case inner == text:
			return nil
		case inner == label && labels[f.Tag]:
			return fmt.Errorf("damaged or not ONNX: field %d is there twice", f.Tag)
		case inner == label:
			labels[f.Tag] = true
			return nil
		case inner == aGraph:
			return inspect(inner, f.Bytes, depth+1)
		}
		return inspect(inner, f.Bytes, depth)
	})
}

// outside reports whether a field of a tensor says that it lies in a file.
func outside(f wire.Field) bool {
	return f.Tag == tensorExternal || f.Tag == tensorLocation && f.Number != 0
}
