package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"rationale/onnx/rationalizer"
	"rationale/onnx/rationalizer/metric"
	"rationale/onnx/runtime"
	"rationale/onnx/tensor"
	"rationale/stages/evaluate"
	"rationale/stages/tokenize"
	"rationale/tokenizer"
)

// wordPattern finds the words of a text as the generic formats do: runs of
// letters, digits and marks, and every other character that is not a space.
var wordPattern = regexp.MustCompile(`[\pL\pN\pM]+|[^\s\pZ\pL\pN\pM]`)

// explainText runs the evaluated model on a text of the user's. dir is the
// checked folder of the evaluation.
func explainText(ctx context.Context, a *app, r *trainedRun, dir, text string) (evaluate.Example, error) {
	data, err := r.dataFolder()
	if err != nil {
		return evaluate.Example{}, err
	}
	summary, err := tokenize.ReadSummary(data)
	if err != nil {
		return evaluate.Example{}, err
	}
	words, err := readVocabulary(data, summary)
	if err != nil {
		return evaluate.Example{}, err
	}
	x := evaluate.Example{ID: "your text", Tokens: wordPattern.FindAllString(text, -1)}
	if len(x.Tokens) == 0 {
		return x, usagef("the text has no words")
	}
	pieces, cut := words.Encode(x.Tokens).Truncate(summary.MaxLength)
	if cut > 0 {
		a.say("the model reads the first %d of %d words", summary.MaxLength, len(x.Tokens))
	}
	a.say("%d of %d words have no vector", pieces.Unknown, len(x.Tokens))
	model := filepath.Join(dir, evaluate.ModelFile)
	out, err := answer(ctx, a, model, pieces.IDs, len(summary.Classes))
	if err != nil {
		return x, err
	}
	err = complete(&x, pieces, out, summary.Classes)
	return x, err
}

// readVocabulary reads the run's word list. Whether words are lower-cased is
// in no file of its own: the digest tells.
func readVocabulary(dir string, summary tokenize.Summary) (*tokenizer.Words, error) {
	path := filepath.Join(dir, tokenize.VocabularyFile)
	for _, lower := range []bool{true, false} {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		words, err := tokenizer.ReadWords(f, path, lower)
		f.Close()
		if err != nil {
			return nil, err
		}
		if words.Digest() == summary.Digest {
			return words, nil
		}
	}
	return nil, fmt.Errorf("%s is not the vocabulary that the run was trained with", path)
}

// answer runs a model on one text and checks what it returns.
func answer(ctx context.Context, a *app, path string, ids []int32, classes int) (map[string]*tensor.Tensor, error) {
	model, err := runtime.ReadModel(path)
	if err != nil {
		return nil, err
	}
	lib, err := runtime.Locate()
	if err != nil {
		return nil, err
	}
	rt, err := runtime.Open(lib, a.computing())
	if err != nil {
		return nil, err
	}
	defer rt.Close()
	session, err := rt.NewSession(path, model)
	if err != nil {
		return nil, err
	}
	in, err := oneText(ids)
	if err != nil {
		return nil, err
	}
	out, err := session.Run(ctx, in)
	if err != nil {
		return nil, err
	}
	return out, rationalizer.Asked{Texts: 1, Length: len(ids), Classes: classes}.Check(path, out)
}

// oneText is a batch of one text without padding.
func oneText(ids []int32) (map[string]*tensor.Tensor, error) {
	wide, mask := make([]int64, len(ids)), make([]int64, len(ids))
	for i, id := range ids {
		wide[i], mask[i] = int64(id), 1
	}
	shape := []int64{1, int64(len(ids))}
	idTensor, err := tensor.Of(shape, wide)
	if err != nil {
		return nil, err
	}
	maskTensor, err := tensor.Of(shape, mask)
	return map[string]*tensor.Tensor{rationalizer.InputIDs: idTensor, rationalizer.InputMask: maskTensor}, err
}

// complete fills in what the model answered, which is of the shapes asked for.
func complete(x *evaluate.Example, pieces tokenizer.Encoding, out map[string]*tensor.Tensor, classes []string) error {
	predicted, err := metric.ArgMax(tensor.Data[float32](out[rationalizer.OutLogits]), len(classes))
	if err != nil {
		return err
	}
	x.Predicted = classes[predicted[0]]
	z, ok := out[rationalizer.OutRationale]
	if !ok {
		return nil
	}
	selected, err := metric.Selected(tensor.Data[float32](z))
	if err != nil {
		return err
	}
	x.Selected = pieces.ToWords(selected, len(x.Tokens))
	return nil
}
