package graph_test

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/graph"
	"rationale/onnx/tensor"
)

var update = flag.Bool("update", false, "write the golden files anew")

// everything is a graph with constants of all types, attributes of all kinds,
// every control operator, captured values and metadata.
func everything() *graph.Graph {
	g := graph.New("everything")
	g.Annotate("seed", "7")
	x := g.Input("x", tensor.Float32, graph.Sym("T"), graph.Sym("B"), graph.N(2))
	flag := g.Input("flag", tensor.Bool)
	for name, t := range []*tensor.Tensor{
		tensor.Vector([]float32{1, -2.5}), tensor.Vector([]float64{3, 4e300}), tensor.Vector([]int64{-1, 1 << 40}),
		tensor.Vector([]int32{-7}), tensor.Vector([]uint8{0, 255}), tensor.Vector([]bool{true, false}), tensor.Scalar(float32(.5)),
		tensor.Vector([]int64{}),
	} {
		g.Const("const/"+string(rune('a'+name)), t)
	}
	enc := g.Scope("encoder")
	bias := g.Scope("embedding").Mul(x, g.Like(x, 2))
	state := enc.ReduceSum(bias, false, 0)
	finals, outs := enc.Scan(graph.ScanSpec{States: values{state}, Elems: values{x}, Reverse: true},
		func(b *graph.Graph, s, e []*graph.Value) (next, outs []*graph.Value) {
			h := b.Tanh(b.Add(s[0], b.Add(e[0], state)))
			inner := b.If(flag, func(b *graph.Graph) []*graph.Value { return values{b.Gelu(h, true)} },
				func(b *graph.Graph) []*graph.Value { return values{b.Mul(h, state)} })
			return values{h}, inner
		})
	steps, losses := g.Scope("train").Loop(graph.N(3), values{finals[0]},
		func(b *graph.Graph, i *graph.Value, s []*graph.Value) (next, outs []*graph.Value) {
			h := b.Add(s[0], b.Cast(i, tensor.Float32))
			return values{h}, values{b.ReduceMean(h, false, -1)}
		})
	g.Output("outs", g.Reshape(outs[0], graph.Sym("T").Times(graph.Sym("B")), graph.N(2)))
	g.Output("final", steps[0])
	g.Output("losses", losses[0])
	g.Output("tail", g.Slice(x, 0, 1, graph.SliceEnd))
	return g
}

func mustModel(t testing.TB, g *graph.Graph) []byte {
	t.Helper()
	model, err := g.Model()
	if err != nil {
		t.Fatal(err)
	}
	return model
}

func printed(t testing.TB, g *graph.Graph) string {
	t.Helper()
	var b strings.Builder
	if err := g.Print(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWriteReadWriteGivesTheSameBytes(t *testing.T) {
	first := mustModel(t, everything())
	read, err := graph.Read(first)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, mustModel(t, read)) {
		t.Error("the model changed on the way through Read")
	}
	if a, b := printed(t, everything()), printed(t, read); a != b {
		t.Errorf("prints as\n%s\nread back as\n%s", a, b)
	}
}

func TestEveryOperatorSurvivesTheFile(t *testing.T) {
	for _, c := range opCases() {
		g, ys := c.graph()
		for i, y := range ys {
			g.Output(string(rune('a'+i)), y)
		}
		first := mustModel(t, g)
		read, err := graph.Read(first)
		if err != nil {
			t.Fatalf("%s: %v", c.op, err)
		}
		if !bytes.Equal(first, mustModel(t, read)) {
			t.Errorf("%s changed on the way through Read", c.op)
		}
	}
}

func TestSameGraphSameBytes(t *testing.T) {
	if !bytes.Equal(mustModel(t, everything()), mustModel(t, everything())) {
		t.Error("two builds differ")
	}
}

func TestPrint(t *testing.T) {
	got := printed(t, everything())
	golden := filepath.Join("testdata", "everything.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("prints\n%s\nwant (go test -update writes it anew)\n%s", got, want)
	}
}

// TestReadGraphsGrow: what was read can be built upon; symbols are known and
// new names avoid old ones.
func TestReadGraphsGrow(t *testing.T) {
	g := graph.New("small")
	x := g.Input("x", tensor.Float32, graph.Sym("T"), graph.N(2))
	g.Output("y", g.Exp(g.Exp(x)))
	read, err := graph.Read(mustModel(t, g))
	if err != nil {
		t.Fatal(err)
	}
	in := read.Inputs()[0]
	read.Output("z", read.Expand(read.Exp(in), graph.N(3), graph.Sym("T"), graph.N(2)))
	if err := read.Check(); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, n := range read.Nodes() {
		if names[n.Name] {
			t.Errorf("two nodes are called %q", n.Name)
		}
		names[n.Name] = true
	}
}

func TestDamagedFilesAreErrors(t *testing.T) {
	model := mustModel(t, everything())
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "no graph in it"},
		{"text", []byte("<html>not a model</html>"), "not a readable ONNX model"},
		{"cut in half", model[:len(model)/2], "not a readable ONNX model"},
		{"an input renamed", bytes.Replace(model, []byte("encoder/ReduceSum.out"), []byte("encoder/ReduceSum.oxt"), 1), "is not computed before it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := graph.Read(c.data); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
		})
	}
}

// TestTruncationIsNoticedOrHarmless cuts the file everywhere: nothing panics,
// and what is still readable is whole fields.
func TestTruncationIsNoticedOrHarmless(t *testing.T) {
	for _, model := range someModels(t) {
		for n := range model {
			readAgain(t, model[:n])
		}
	}
}

// someModels are a model of the builder's and foreign ones.
func someModels(t testing.TB) [][]byte {
	return slices.AppendSeq([][]byte{mustModel(t, everything())}, maps.Values(foreignModels()))
}

// TestFlippedBitsNeverPanic flips one bit of each byte of the file in turn.
func TestFlippedBitsNeverPanic(t *testing.T) {
	for _, model := range someModels(t) {
		for i := range model {
			model[i] ^= 1 << (i % 8)
			readAgain(t, model)
			model[i] ^= 1 << (i % 8)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(mustModel(f, everything()))
	for _, c := range opCases() {
		g, ys := c.graph()
		g.Output("y", ys[0])
		f.Add(mustModel(f, g))
	}
	for _, model := range foreignModels() {
		f.Add(model)
	}
	f.Fuzz(func(t *testing.T, data []byte) { readAgain(t, data) })
}

// readAgain reads data; what can be read and written once more must be the
// same model, and the same bytes from then on.
func readAgain(t *testing.T, data []byte) {
	g, err := graph.Read(data)
	if err != nil {
		return
	}
	printed(t, g)
	first, err := g.Model()
	if err != nil {
		return
	}
	if !sameModel(t, data, first) {
		t.Fatalf("the model\n%x\nis written as\n%x", data, first)
	}
	again, err := graph.Read(first)
	if err != nil {
		t.Fatalf("written, but not readable: %v", err)
	}
	if !bytes.Equal(first, mustModel(t, again)) {
		t.Fatal("a second round changes the file")
	}
}
