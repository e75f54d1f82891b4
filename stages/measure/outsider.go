package measure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages"
	"rationale/stages/examples"
)

// ModelFile is an ONNX file of somebody's, as an input from outside the store. It
// lies in memory, where nobody else can change it.
type ModelFile struct {
	path, digest string
	data         []byte
}

// OpenModel reads an ONNX file.
func OpenModel(path string) (stages.Opened, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	return &ModelFile{path, hex.EncodeToString(sum[:]), data}, nil
}

// Digest is the SHA-256 of the file.
func (f *ModelFile) Digest() string { return f.digest }

// Verify and Close have nothing to do.
func (*ModelFile) Verify() error { return nil }

// Close is part of stages.Opened.
func (*ModelFile) Close() error { return nil }

// The inputs that an imported model may have, [B,T] each: int64, but for the float32
// selection, which is 1 where the predictor is shown a word. A model without that
// input is given the id of unknown words, 0, in the place of words that it is not
// to see. One that reads graphs also has adjacency [B,T,T]: it is then given no edges of
// nodes that it is not to see.
const (
	InputSelection  = "selection"
	InputTokenTypes = "token_type_ids" // given as zeros
)

// Outsider is somebody's model in a session: a predictor that is asked what it
// reads in a selection of words.
type Outsider struct {
	session *runtime.Session
	output  string
	classes int
	graphs  bool // it is asked about graphs
	hides   bool // words are hidden by their ids
}

// NewOutsider opens an imported model for data with so many classes, of graphs or texts.
func NewOutsider(rt *runtime.Runtime, file *ModelFile, classes int, graphs bool) (*Outsider, error) {
	session, err := rt.NewSession(file.path, file.data)
	if err != nil {
		return nil, err
	}
	o := &Outsider{session: session, classes: classes, graphs: graphs, hides: true}
	if err := o.checkInputs(); err != nil {
		return nil, fmt.Errorf("%s: %w", file.path, err)
	}
	if o.output, err = logitsOf(session.Outputs()); err != nil {
		return nil, fmt.Errorf("%s: %w", file.path, err)
	}
	return o, nil
}

// accepted are the inputs by name, with their types.
var accepted = map[string]tensor.DType{
	rationalizer.InputIDs: tensor.Int64, rationalizer.InputMask: tensor.Int64, rationalizer.InputSelectable: tensor.Int64,
	InputTokenTypes: tensor.Int64, InputSelection: tensor.Float32, rationalizer.InputAdjacency: tensor.Int64,
}

func (o *Outsider) checkInputs() error {
	reads := false
	for _, in := range o.session.Inputs() {
		want, known := accepted[in.Name]
		if in.Name == rationalizer.InputAdjacency && !o.graphs {
			return fmt.Errorf("the model has the input %s and so reads graphs, and the dataset holds texts; name one of graphs", in.Name)
		}
		if !known || in.DType != want {
			return fmt.Errorf("the model has the input %s (%v); expected %s (int64), and perhaps %s, %s, %s (int64) and %s (float32), [texts, words] each, and of graphs %s (int64), [graphs, nodes, nodes]",
				in.Name, in.DType, rationalizer.InputIDs, rationalizer.InputMask, rationalizer.InputSelectable, InputTokenTypes, InputSelection, rationalizer.InputAdjacency)
		}
		reads = reads || in.Name == rationalizer.InputIDs
		o.hides = o.hides && in.Name != InputSelection
	}
	if !reads {
		return fmt.Errorf("the model has no input %s; expected one of int64, [texts, words]", rationalizer.InputIDs)
	}
	return nil
}

// logitsOf finds the output with a number a class.
func logitsOf(outputs []runtime.Info) (string, error) {
	var names []string
	for _, out := range outputs {
		names = append(names, out.Name)
	}
	switch {
	case slices.Contains(names, rationalizer.OutLogits):
		return rationalizer.OutLogits, nil
	case len(names) == 1:
		return names[0], nil
	}
	return "", fmt.Errorf("the model has the outputs %s; expected %s (float32, [texts, classes]) among them", strings.Join(names, ", "), rationalizer.OutLogits)
}

// Logits [B,C] are what the model says of texts, given by their columns, of which it
// is shown some positions [B,T]; nil shows all.
func (o *Outsider) Logits(ctx context.Context, columns map[string]*tensor.Tensor, shown []bool) (logits *tensor.Tensor, err error) {
	defer stages.InFile(o.session.Name(), &err)
	out, err := o.session.Run(ctx, o.inputs(columns, shown))
	if err != nil {
		return nil, err
	}
	shape := columns[rationalizer.InputIDs].Shape()
	asked := rationalizer.Asked{Texts: int(shape[0]), Length: int(shape[1]), Classes: o.classes}
	logits = out[o.output]
	return logits, asked.Check(o.session.Name(), map[string]*tensor.Tensor{rationalizer.OutLogits: logits})
}

// inputs are those that the model has.
func (o *Outsider) inputs(columns map[string]*tensor.Tensor, shown []bool) map[string]*tensor.Tensor {
	ids := columns[rationalizer.InputIDs]
	width := int(ids.Shape()[1])
	in := map[string]*tensor.Tensor{}
	for _, input := range o.session.Inputs() {
		switch input.Name {
		case InputTokenTypes:
			in[input.Name] = examples.Rows(make([]int64, ids.Len()), width)
		case InputSelection:
			in[input.Name] = examples.Rows(selection(columns, shown), width)
		case rationalizer.InputSelectable:
			in[input.Name] = selectable(columns)
		default:
			in[input.Name] = columns[input.Name]
		}
	}
	if !o.hides || shown == nil {
		return in
	}
	in[rationalizer.InputIDs] = examples.Rows(hidden(columns, shown), width)
	if edges := in[rationalizer.InputAdjacency]; edges != nil {
		in[rationalizer.InputAdjacency] = induced(edges, selection(columns, shown))
	}
	return in
}

// selectable are the positions that a rationale may hold: of texts without a query
// all that are real.
func selectable(columns map[string]*tensor.Tensor) *tensor.Tensor {
	if s := columns[rationalizer.InputSelectable]; s != nil {
		return s
	}
	return columns[rationalizer.InputMask]
}

// selection is 1 at real positions that are shown; a query always is.
func selection(columns map[string]*tensor.Tensor, shown []bool) []float32 {
	real, may := tensor.Data[int64](columns[rationalizer.InputMask]), tensor.Data[int64](selectable(columns))
	out := make([]float32, len(real))
	for at := range out {
		if real[at] == 1 && (may[at] == 0 || shown == nil || shown[at]) {
			out[at] = 1
		}
	}
	return out
}

// hidden are the ids of what is shown, and 0 elsewhere.
func hidden(columns map[string]*tensor.Tensor, shown []bool) []int64 {
	ids := slices.Clone(tensor.Data[int64](columns[rationalizer.InputIDs]))
	for at, visible := range selection(columns, shown) {
		if visible == 0 {
			ids[at] = 0
		}
	}
	return ids
}

// induced are the edges [B,T,T] between nodes that are shown [B,T].
func induced(edges *tensor.Tensor, shown []float32) *tensor.Tensor {
	out := edges.Clone()
	all, nodes := tensor.Data[int64](out), int(edges.Shape()[1])
	for at := range all {
		to, from := at/nodes, at/(nodes*nodes)*nodes+at%nodes
		if shown[to] == 0 || shown[from] == 0 {
			all[at] = 0
		}
	}
	return out
}
