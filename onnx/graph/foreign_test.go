package graph_test

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"rationale/onnx/graph"
	"rationale/onnx/wire"
)

// The models below are written field by field, as other programs write them:
// with parts that a Graph has no place for.

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

func number(tag protowire.Number, n int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, tag, protowire.VarintType), uint64(n))
}

func words(tag protowire.Number, texts ...string) (out []byte) {
	for _, s := range texts {
		out = append(out, within(tag, []byte(s))...)
	}
	return out
}

func within(tag protowire.Number, parts ...[]byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, tag, protowire.BytesType), join(parts...))
}

// imports is an opset of a domain.
func imports(domain string, version int64) []byte {
	return within(8, words(1, domain), number(2, version))
}

// extents are lengths: a number, a symbol, or nil for one that is left open.
func extents(axes ...any) (shape []byte) {
	for _, d := range axes {
		switch d := d.(type) {
		case int:
			shape = append(shape, within(1, number(1, int64(d)))...)
		case string:
			shape = append(shape, within(1, words(2, d))...)
		default:
			shape = append(shape, within(1)...)
		}
	}
	return within(2, shape)
}

func tensorType(elem int64, shape []byte) []byte { return within(1, number(1, elem), shape) }

// declared is a value's declaration in a field of the graph.
func declared(tag protowire.Number, name string, parts ...[]byte) []byte {
	return within(tag, words(1, name), within(2, parts...))
}

func call(op string, in, out []string, more ...[]byte) []byte {
	return within(1, join(words(1, in...), words(2, out...), words(4, op), join(more...)))
}

// attribute has a name, a type and the fields of its value.
func attribute(name string, kind int64, value ...[]byte) []byte {
	return within(5, words(1, name), join(value...), number(20, kind))
}

const graphIn, graphOut, graphInfo = 11, 12, 13

var (
	floatPair = tensorType(1, extents(2))
	open      = tensorType(1, extents("N", nil))
	ir        = number(1, 8)
)

type names = []string

// foreignModels are models in which something is not as the builder makes it.
func foreignModels() map[string][]byte {
	x, y := declared(graphIn, "x", open), declared(graphOut, "y", open)
	plain := join(words(2, "g"), x, y)
	relu := call("Relu", names{"x"}, names{"y"})
	return map[string][]byte{
		"everything around the graph": join(ir, words(2, "someone"), words(3, "1.2"), words(4, "org.example"), number(5, 7), words(6, "what it does"),
			within(7, relu, plain, words(10, "about the graph"), within(14, words(1, "x")), within(16, words(1, "k"), words(2, "v"))),
			imports("", 17), imports("com.example", 3), within(14, words(1, "author"), words(2, "me")), within(14, words(1, "no value")),
			within(20, within(2, words(2, "update"))), within(26, words(1, "devices")), number(999, 5)),
		"no opset, no names": join(number(1, 3), within(7, call("Relu", names{"x"}, names{"y"}), x, y)),
		"another domain": join(ir, within(7, call("Twist", names{"x", "", "x"}, names{"", "y"}, words(7, "com.example"), words(8, "v2"), words(6, "doc"),
			within(9, words(1, "k"), words(2, "v"))), plain), imports("com.example", 1)),
		"a local function": join(ir, within(7, call("Twice", names{"x"}, names{"y"}, words(7, "local"), attribute("k", 1, protowire.AppendFixed32(protowire.AppendTag(nil, 2, protowire.Fixed32Type), 1))), plain),
			imports("", 18), imports("local", 1),
			within(25, words(1, "Twice"), words(4, "a"), words(5, "b"), call2("Add", names{"a", "a"}, names{"b"}), within(9, number(2, 18)), words(10, "local"))),
		"types that are no tensors": join(ir, within(7, call("SequenceConstruct", names{"x", "x"}, names{"s"}), call("SequenceAt", names{"s", "i"}, names{"y"}), words(2, "g"), x,
			declared(graphIn, "i", tensorType(7, extents())),
			declared(graphIn, "o", within(9, within(1, within(4, within(1, open))))), declared(graphIn, "m", within(5, number(1, 7), within(2, floatPair))),
			declared(graphIn, "sparse", within(8, number(1, 1), extents(3))), within(graphIn, words(1, "untyped")),
			declared(graphInfo, "s", within(4, within(1, open)), words(6, "DENOTED")), y), imports("", 18)),
		"types left out": join(ir, within(7, call("Relu", names{"x"}, names{"h"}), call("Relu", names{"h"}, names{"k"}), call("Relu", names{"k"}, names{"y"}), words(2, "g"), x, y,
			declared(graphInfo, "k", tensorType(1, nil)), within(graphInfo, words(1, "nothing"), words(3, "doc"))), imports("", 18)),
		"attributes of all kinds": join(ir, within(7, call("Odd", names{"x"}, names{"y"}, words(7, "com.example"),
			attribute("floats", 6, words(7, "\x00\x00\x80\x3f")), attribute("ints", 7, words(8, "\x01\x02")), attribute("none", 7), attribute("strings", 8, words(9, "a", "\xff")),
			attribute("documented", 2, number(3, 1), words(13, "why")), attribute("type", 13, within(14, floatPair)), attribute("types", 14, within(15, floatPair)),
			attribute("tensors", 9, within(10, number(1, 1), number(2, 7), words(9, "\x01\x00\x00\x00\x00\x00\x00\x00"))),
			attribute("half", 4, within(5, number(1, 1), number(2, 10), words(9, "\x00\x3c"))), attribute("text", 4, within(5, number(2, 8), words(6, "s"))),
			attribute("sparse", 11, within(22, within(1, number(1, 1), number(2, 1), words(9, "abcd")), number(3, 4))),
			within(5, words(1, "old style"), number(3, 4)), attribute("zero", 1),
			attribute("graphs", 10, within(11, call("Relu", names{"x"}, names{"a"}), words(2, "one"), declared(graphOut, "a", open)), within(11, words(2, "two"))),
		), plain), imports("com.example", 1)),
		"constants as they came": join(ir, within(7, call("Sum", names{"raw", "typed", "x"}, names{"y"}), plain,
			within(5, number(1, 2), number(2, 1), words(8, "raw"), words(9, "\x00\x00\x80\x3f\x00\x00\x00\x40"), words(12, "doc")),
			within(5, number(1, 2), number(2, 1), words(8, "typed"), words(4, "\x00\x00\x80\x3f\x00\x00\x00\x40")),
			within(5, number(1, 2), number(2, 1), words(8, "one by one"), protowire.AppendFixed32(protowire.AppendTag(nil, 4, protowire.Fixed32Type), 1), protowire.AppendFixed32(protowire.AppendTag(nil, 4, protowire.Fixed32Type), 2)),
			within(5, words(1, "\x02"), number(2, 10), words(8, "half"), words(5, "\x80\x78\x00")), within(5, number(1, 1), number(2, 8), words(8, "words"), words(6, "w")),
			within(5, number(1, 1), number(2, 12), words(8, "unsigned"), words(11, "\x05")), within(15, within(1, number(1, 1), number(2, 1), words(8, "few"), words(9, "abcd")), within(2, number(1, 1), number(2, 7), words(7, "\x02")), number(3, 4))),
			imports("", 13)),
		"an input with a default": join(number(1, 3), within(7, call("Add", names{"x", "w"}, names{"y"}), plain, declared(graphIn, "w", floatPair),
			within(5, number(1, 2), number(2, 1), words(8, "w"), words(9, "\x00\x00\x80\x3f\x00\x00\x00\x40"))), imports("", 13)),
		"branches that use the same names": join(ir, within(7, call("If", names{"c"}, names{"y"},
			attribute("then_branch", 5, within(6, call("Relu", names{"x"}, names{"r"}), words(2, "t"), words(10, "doc"), declared(graphOut, "r", open)), words(13, "doc")),
			within(5, words(1, "else_branch"), within(6, call("Neg", names{"x"}, names{"r"}), words(2, "e"), within(graphOut, words(1, "r"))))), plain, declared(graphIn, "c", tensorType(9, extents()))), imports("", 16)),
		"the graph in two parts": join(ir, within(7, relu, plain), imports("", 18), within(7, words(10, "doc"))),
	}
}

// call2 is call in a function, where nodes have another field number.
func call2(op string, in, out []string) []byte {
	return within(7, words(1, in...), words(2, out...), words(4, op))
}

// nested says which fields of a message are messages that can be written in
// another order of fields, by the name of the message.
var nested = map[string]map[protowire.Number]string{
	"model":     {7: "graph"},
	"graph":     {1: "node"},
	"node":      {5: "attribute"},
	"attribute": {6: "graph", 11: "graph"},
}

// canonical is a message with its fields in the order of their numbers, which
// is all that may differ between two encodings of one message here: the parts
// of a graph put together, fields of one number in the order that they had.
func canonical(t testing.TB, kind string, b []byte) []byte {
	var fields []wire.Field
	err := wire.Fields(b, func(f wire.Field) error {
		at := slices.IndexFunc(fields, func(have wire.Field) bool { return have.Tag == f.Tag })
		if at >= 0 && nested[kind][f.Tag] == "graph" && (kind == "model" || f.Tag == 6) {
			fields[at].Bytes = join(fields[at].Bytes, f.Bytes)
			return nil
		}
		fields = append(fields, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(fields, func(a, b wire.Field) int { return cmp.Compare(a.Tag, b.Tag) })
	var out []byte
	for _, f := range fields {
		if inner := nested[kind][f.Tag]; inner != "" {
			out = append(out, within(f.Tag, canonical(t, inner, f.Bytes))...)
			continue
		}
		out = append(out, f.Raw...)
	}
	return out
}

func sameModel(t testing.TB, a, b []byte) bool {
	return bytes.Equal(canonical(t, "model", a), canonical(t, "model", b))
}

func mustRead(t testing.TB, model []byte) *graph.Graph {
	t.Helper()
	g, err := graph.Read(model)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestReadThenWriteIsTheSameModel: whatever the file holds is written again.
func TestReadThenWriteIsTheSameModel(t *testing.T) {
	for name, model := range foreignModels() {
		t.Run(name, func(t *testing.T) {
			g := mustRead(t, model)
			printed(t, g)
			if again := mustModel(t, g); !sameModel(t, model, again) {
				t.Errorf("the model\n%x\nis written as\n%x", canonical(t, "model", model), canonical(t, "model", again))
			}
		})
	}
}

// TestWhatCannotBeKeptIsRefused: the error says what is not supported.
func TestWhatCannotBeKeptIsRefused(t *testing.T) {
	outside := join(number(1, 1), number(2, 1), words(8, "w"), within(13, words(1, "location"), words(2, "w.bin")), number(14, 1))
	nest := call("Relu", names{"x"}, names{"y"})
	for range 20 {
		nest = call("If", nil, names{"y"}, attribute("then_branch", 5, within(6, nest)))
	}
	x := declared(graphIn, "x", open)
	for name, c := range map[string]struct {
		graph []byte
		want  string
	}{
		"a constant in another file":  {within(5, outside), "external data"},
		"an attribute so":             {call("Constant", nil, names{"y"}, attribute("value", 4, within(5, outside))), "external data"},
		"a sparse constant so":        {within(15, within(1, outside)), "external data"},
		"deep nesting":                {nest, "nest deeper than"},
		"nodes in no order":           {join(call("Relu", names{"a"}, names{"y"}), call("Relu", names{"x"}, names{"a"}), x), `"a" is not computed before it`},
		"an output of nothing":        {declared(graphOut, "y", open), "never computed"},
		"an attribute twice":          {call("Odd", nil, names{"y"}, attribute("k", 2), attribute("k", 2)), "twice"},
		"an operator twice":           {within(1, words(4, "Relu", "Neg")), "twice"},
		"an input twice":              {join(x, x), "two inputs"},
		"a constant twice":            {join(within(5, words(8, "c")), within(5, words(8, "c"))), "two constants"},
		"a value twice":               {join(x, call("Relu", names{"x"}, names{"x"})), "two values"},
		"a name that a body hides":    {join(x, call("If", names{"x"}, names{"y"}, attribute("then_branch", 5, within(6, call("Relu", nil, names{"x"}))))), "two values"},
		"too few bytes in a constant": {within(5, number(1, 3), number(2, 1), words(8, "c"), words(9, "abcd")), "4 bytes of data"},
		"a number where a node is":    {number(1, 4), "field 1 is a number"},
	} {
		t.Run(name, func(t *testing.T) {
			g, err := graph.Read(within(7, c.graph))
			if err == nil {
				_, err = g.Model()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
		})
	}
	inFunction := within(25, within(7, within(5, within(5, outside))))
	if _, err := graph.Read(join(within(7), inFunction)); err == nil || !strings.Contains(err.Error(), "external data") {
		t.Errorf("a function with a tensor in another file: %v", err)
	}
}
