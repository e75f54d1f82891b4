package onion

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages"
	"rationale/tokenizer/wordpiece"
)

// ModelFile is the name of the graph in a language model's folder.
const ModelFile = "model.onnx"

// ModelFolder is somebody's causal language model: a folder with its graph in
// model.onnx, inputs input_ids and perhaps attention_mask (int64, [1,T]), output
// logits (float32, [1,T,V]), of which those at a position are about the next one;
// and its WordPiece vocabulary, vocab.txt, whose [CLS] begins a text. It lies in
// memory, where nobody else can change it.
type ModelFolder struct {
	path, digest string
	graph        []byte
	vocabulary   *wordpiece.Tokenizer
}

// OpenModel reads such a folder, for the role LanguageModelRole.
func OpenModel(dir string) (stages.Opened, error) {
	path := filepath.Join(dir, ModelFile)
	data, err := runtime.ReadModel(path)
	if err != nil {
		return nil, err
	}
	vocabulary, err := wordpiece.Load(dir)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte(vocabulary.Digest()), data...))
	return &ModelFolder{path, hex.EncodeToString(sum[:]), data, vocabulary}, nil
}

// Name says which model it is.
func (f *ModelFolder) Name() string {
	return fmt.Sprintf("an ONNX file and its vocabulary of %d pieces, SHA-256 of both %s", f.vocabulary.Size(), f.digest)
}

// Digest is the SHA-256 of graph and vocabulary.
func (f *ModelFolder) Digest() string { return f.digest }

// Verify and Close have nothing to do.
func (*ModelFolder) Verify() error { return nil }

// Close is part of stages.Opened.
func (*ModelFolder) Close() error { return nil }

// opened is such a model in a session.
type opened struct {
	*ModelFolder
	session *runtime.Session
}

func (f *ModelFolder) open(rt *runtime.Runtime) (LanguageModel, error) {
	session, err := rt.NewSession(f.path, f.graph)
	if err != nil {
		return nil, err
	}
	for _, in := range session.Inputs() {
		if known := in.Name == rationalizer.InputIDs || in.Name == rationalizer.InputMask; !known || in.DType != tensor.Int64 {
			return nil, fmt.Errorf("%s: the model has the input %s (%v); expected %s, and perhaps %s (int64, [1, pieces])",
				f.path, in.Name, in.DType, rationalizer.InputIDs, rationalizer.InputMask)
		}
	}
	return opened{f, session}, nil
}

// Perplexities is part of LanguageModel: each shorter text is read anew.
func (m opened) Perplexities(ctx context.Context, words []string) (whole float64, without []float64, err error) {
	if whole, err = m.perplexity(ctx, words); err != nil {
		return 0, nil, err
	}
	for i := range words {
		shorter := whole
		if len(words) > 1 {
			if shorter, err = m.perplexity(ctx, slices.Delete(slices.Clone(words), i, i+1)); err != nil {
				return 0, nil, err
			}
		}
		without = append(without, shorter)
	}
	return whole, without, nil
}

// perplexity is that of the pieces of words, behind the beginning of a text.
func (m opened) perplexity(ctx context.Context, words []string) (float64, error) {
	ids := []int64{int64(m.vocabulary.Specials().Class)}
	for _, id := range m.vocabulary.Encode(words).IDs {
		ids = append(ids, int64(id))
	}
	if len(ids) == 1 {
		return 1, nil // of words that leave no piece
	}
	logits, err := m.logits(ctx, ids)
	if err != nil {
		return 0, err
	}
	sum := 0.
	for i, next := range ids[1:] {
		sum += logSoftmax(logits[i*m.vocabulary.Size():][:m.vocabulary.Size()], int(next))
	}
	if p := perplexity(sum, len(ids)-1); !math.IsNaN(p) && !math.IsInf(p, 0) {
		return p, nil
	}
	return 0, fmt.Errorf("%s: the perplexity of %q is no number", m.path, words)
}

// logits are those at each position, [T·V].
func (m opened) logits(ctx context.Context, ids []int64) (data []float32, err error) {
	defer stages.InFile(m.path, &err)
	out, err := m.session.Run(ctx, m.inputs(ids))
	if err != nil {
		return nil, err
	}
	t, want := out[rationalizer.OutLogits], []int64{1, int64(len(ids)), int64(m.vocabulary.Size())}
	if t == nil || t.DType() != tensor.Float32 || !slices.Equal(t.Shape(), want) {
		return nil, fmt.Errorf("%s: for %d pieces the model returned %v; expected %s (float32, %v: text, pieces, vocabulary)", m.path, len(ids), t, rationalizer.OutLogits, want)
	}
	return tensor.Data[float32](t), nil
}

// inputs are those that the model has.
func (m opened) inputs(ids []int64) map[string]*tensor.Tensor {
	in := map[string]*tensor.Tensor{}
	for _, info := range m.session.Inputs() {
		data := ids
		if info.Name == rationalizer.InputMask {
			data = slices.Repeat([]int64{1}, len(ids))
		}
		in[info.Name], _ = tensor.Of([]int64{1, int64(len(ids))}, data) // the sizes are ours
	}
	return in
}

// logSoftmax is the logarithm of what softmax gives one of the logits.
func logSoftmax(logits []float32, at int) float64 {
	largest, sum := float64(slices.Max(logits)), 0.
	for _, x := range logits {
		sum += math.Exp(float64(x) - largest)
	}
	return float64(logits[at]) - largest - math.Log(sum)
}
