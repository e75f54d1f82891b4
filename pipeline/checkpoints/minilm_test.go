package checkpoints

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/onnx/grad"
	"rationale/onnx/graph"
	"rationale/onnx/nn"
	"rationale/onnx/runtime/runtimetest"
	"rationale/onnx/tensor"
	"rationale/stages/checkpoint"
)

// numbers are PyTorch's of MiniLM on four texts: B texts of L pieces and W numbers
// each. Its loss is the mean of h·upstream over all B·L·W, h being 0 at padding.
type numbers struct {
	Texts []string
	IDs   [][]int64 `json:"input_ids"`
	Mask  [][]int64 `json:"attention_mask"`
	H     struct {
		Shape []int64
		Data  []float64
	}
	Loss  float64
	Grads map[string]struct {
		Norm  float64
		First []float64 // elements
	}
}

// fetched is MiniLM where it was fetched, with PyTorch's numbers.
func fetched(t *testing.T) (*checkpoint.Folder, numbers) {
	t.Helper()
	dir, err := Dir()
	if err != nil {
		t.Fatal(err)
	}
	folder, err := MiniLM.Find(dir)
	if errors.Is(err, ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	opened, err := checkpoint.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	from := os.Getenv("FIXTURES")
	if from == "" {
		from = "testdata"
	}
	data, err := os.ReadFile(filepath.Join(from, "minilm_l6.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want numbers
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	return opened.(*checkpoint.Folder), want
}

// TestMiniLMReadsPieces: its tokenizer gives Hugging Face's ids.
func TestMiniLMReadsPieces(t *testing.T) {
	m, want := fetched(t)
	marks := m.Tokenizer.Specials()
	for i, text := range want.Texts {
		ids := []int64{int64(marks.Class)}
		for _, p := range m.Tokenizer.EncodeText(text).IDs {
			ids = append(ids, int64(p))
		}
		ids = append(ids, int64(marks.Separator))
		if whole := want.IDs[i][:len(ids)]; !slices.Equal(ids, whole) {
			t.Errorf("%q is %v, want %v", text, ids, whole)
		}
	}
}

// TestMiniLMAgreesWithPyTorch: states to 1e-4, the loss and the norms of all
// gradients to 1e-3 of their size.
func TestMiniLMAgreesWithPyTorch(t *testing.T) {
	m, want := fetched(t)
	out := want.run(t, m)
	for i, h := range out["h"].Float64s() {
		if off := math.Abs(h - want.H.Data[i]); !(off <= 1e-4) {
			t.Fatalf("state %d is %v, want %v", i, h, want.H.Data[i])
		}
	}
	if loss := out["loss"].Float64s()[0]; !(math.Abs(loss-want.Loss) <= 1e-3*math.Abs(want.Loss)) {
		t.Errorf("the loss is %v, want %v", loss, want.Loss)
	}
	for name, of := range want.Grads {
		got := out["d/"+name].Float64s()
		tolerance := 1e-3 * of.Norm
		if strings.HasSuffix(name, "key.bias") { // it adds the same to every score of a position
			tolerance = 1e-8
		}
		if !(math.Abs(norm(got)-of.Norm) <= tolerance) {
			t.Errorf("the gradient of %s has the norm %v, want %v", name, norm(got), of.Norm)
		}
		for i, d := range of.First {
			if !(math.Abs(got[i]-d) <= tolerance) {
				t.Errorf("element %d of the gradient of %s is %v, want %v", i, name, got[i], d)
			}
		}
	}
	if len(want.Grads) != len(m.Encoder.Params) {
		t.Errorf("%d gradients of %d parameters", len(want.Grads), len(m.Encoder.Params))
	}
}

func norm(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum)
}

// run computes states h [B,L,W], the loss, and the gradient of every parameter.
func (n numbers) run(t *testing.T, m *checkpoint.Folder) map[string]*tensor.Tensor {
	t.Helper()
	g := graph.New("minilm")
	texts := graph.Shape{graph.N(len(n.IDs[0])), graph.N(len(n.IDs))}
	ids, mask := g.Input("ids", tensor.Int64, texts...), g.Input("mask", tensor.Float32, texts...)
	up := g.Input("upstream", tensor.Float32, fixed(n.H.Shape)...)
	in, x, wrt := n.batch(t), map[string]*graph.Value{}, []*graph.Value(nil)
	params := m.Encoder.BERT.Params("")
	for _, p := range params {
		x[p.Name] = g.Input(p.Name, tensor.Float32, fixed(p.Shape)...)
		in[p.Name], wrt = m.Encoder.Params[p.Name], append(wrt, x[p.Name])
	}
	embedded := m.Encoder.Embed(g, x, "", g.Gather(x[nn.WordTable], ids, 0), nil, nil)
	h := g.Mul(m.Encoder.Encode(g, x, "", embedded, mask, nn.Training{}), g.Unsqueeze(mask, 2))
	h = g.Transpose(h, 1, 0, 2)
	loss := g.ReduceMean(g.Mul(h, up), false)
	ds, err := grad.Of(g, loss, wrt)
	if err != nil {
		t.Fatal(err)
	}
	g.Output("h", h)
	g.Output("loss", loss)
	for i, p := range params {
		g.Output("d/"+p.Name, ds[i])
	}
	model, err := g.Model()
	if err != nil {
		t.Fatal(err)
	}
	out, err := runtimetest.NewSession(t, "minilm", model).Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func fixed(dims []int64) graph.Shape {
	var out graph.Shape
	for _, d := range dims {
		out = append(out, graph.N(int(d)))
	}
	return out
}

// batch is the texts, their pieces one after another, and the states' gradient.
func (n numbers) batch(t *testing.T) map[string]*tensor.Tensor {
	t.Helper()
	var ids []int64
	var mask, up []float32
	for l := range n.IDs[0] {
		for b := range n.IDs {
			ids, mask = append(ids, n.IDs[b][l]), append(mask, float32(n.Mask[b][l]))
		}
	}
	for i := range n.H.Data {
		up = append(up, float32(math.Sin(.7*float64(i)+.3)))
	}
	shape := []int64{int64(len(n.IDs[0])), int64(len(n.IDs))}
	return map[string]*tensor.Tensor{"ids": shaped(t, shape, ids), "mask": shaped(t, shape, mask), "upstream": shaped(t, n.H.Shape, up)}
}

func shaped[E tensor.Element](t *testing.T, shape []int64, data []E) *tensor.Tensor {
	t.Helper()
	x, err := tensor.Of(shape, data)
	if err != nil {
		t.Fatal(err)
	}
	return x
}
