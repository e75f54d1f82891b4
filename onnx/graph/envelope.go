package graph

import (
	"fmt"
	"slices"

	"rationale/onnx/wire"
)

// envelope is a model without its graph: the fields before and behind it, as
// the file has them, and of these what the graph must know.
type envelope struct {
	head, tail message
	meta       []entry
	ir, opset  int64 // of the file format and of ONNX's own operators
	redefined  string
}

// entry is a key of the metadata with its encoded message.
type entry struct {
	key  string
	body message
}

// ownEnvelope is that of the models that are built here.
func ownEnvelope() envelope {
	var head, opset, tail message
	head.varint(modelIRVersion, irVersion)
	head.text(modelProducer, "rationale")
	opset.varint(opsetVersion, Opset)
	tail.bytes(modelOpset, opset)
	return envelope{head: head, tail: tail, ir: irVersion, opset: Opset}
}

// seal puts the graph's encoding into the envelope.
func (e *envelope) seal(body []byte) []byte {
	m := slices.Clone(e.head)
	m.bytes(modelGraph, body)
	m = append(m, e.tail...)
	for _, entry := range e.meta {
		m.bytes(modelMetadata, entry.body)
	}
	return m
}

// annotate sets a key of the metadata.
func (e *envelope) annotate(key string, body message) {
	at := slices.IndexFunc(e.meta, func(have entry) bool { return have.key == key })
	if at < 0 {
		e.meta = append(e.meta, entry{key, body})
		return
	}
	e.meta[at].body = body
}

// open reads a model's fields and returns the graph's. A message that comes
// in several parts is their concatenation.
func (e *envelope) open(data []byte) (body []byte, err error) {
	found := false
	err = wire.Fields(data, func(f wire.Field) error {
		switch {
		case f.Tag == modelGraph:
			found = true
			body = slices.Concat(body, f.Bytes)
			return nil
		case f.Tag == modelMetadata:
			key, err := textField(f.Bytes, entryK)
			e.meta = append(e.meta, entry{key, f.Bytes})
			return err
		case found:
			e.tail = append(e.tail, f.Raw...)
		default:
			e.head = append(e.head, f.Raw...)
		}
		return e.learn(f)
	})
	if err == nil && !found {
		err = fmt.Errorf("no graph in it")
	}
	return body, err
}

// learn notes what matters for nodes that are built or differentiated later.
func (e *envelope) learn(f wire.Field) error {
	switch f.Tag {
	case modelIRVersion:
		e.ir = int64(f.Number)
	case modelOpset:
		return e.learnOpset(f.Bytes)
	case modelFunction:
		name, err := textField(f.Bytes, functionName)
		if err != nil {
			return err
		}
		domain, err := textField(f.Bytes, functionDomain)
		if standard(domain) {
			e.redefined = name
		}
		return err
	}
	return nil
}

func (e *envelope) learnOpset(b []byte) error {
	var version int64
	err := wire.Fields(b, func(f wire.Field) error {
		if f.Tag == opsetVersion {
			version = int64(f.Number)
		}
		return nil
	})
	domain, problem := textField(b, opsetDomain)
	if standard(domain) && (e.opset == 0 || version != Opset) {
		e.opset = version
	}
	if err == nil {
		err = problem
	}
	return err
}

// standard reports whether a domain is that of ONNX's own operators.
func standard(domain string) bool { return domain == "" || domain == "ai.onnx" }

// textField is the text in one field of a message; empty when it is not there.
func textField(b []byte, tag int) (s string, err error) {
	err = wire.Fields(b, func(f wire.Field) error {
		if int(f.Tag) == tag {
			s = string(f.Bytes)
		}
		return nil
	})
	return s, err
}

// speaks is an error when the model's operators are not those of the builder,
// whose nodes and gradients would then mean something else.
func (e *envelope) speaks() error {
	switch {
	case e.opset != Opset:
		return fmt.Errorf("the model imports version %d of ONNX's operators, and nodes can only be added in version %d", e.opset, Opset)
	case e.redefined != "":
		return fmt.Errorf("the model defines ONNX's operator %s anew, so no nodes can be added", e.redefined)
	}
	return nil
}
