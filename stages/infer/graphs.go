package infer

import (
	"context"
	"path/filepath"

	"rationale/onnx/runtime"
	"rationale/stages/evaluate"
	"rationale/stages/examples"
	"rationale/stages/examples/graphs"
	"rationale/stages/tokenize"
)

// Graphs is the model of an evaluated run that reads graphs, in a session of its own.
type Graphs struct {
	answering
	*graphs.Reader
}

// OpenGraphs opens the model in an evaluation's folder, with what the dataset of graphs
// in the folder data says of how they are read. The caller has checked the digests of
// both.
func OpenGraphs(evaluation, data string, o runtime.Options) (*Graphs, error) {
	reader, err := graphs.OpenReader(data)
	if err != nil {
		return nil, err
	}
	m, err := newGraphs(reader, filepath.Join(evaluation, evaluate.ModelFile), o)
	if err != nil {
		return nil, err
	}
	m.data = func() (examples.Data, error) { return graphs.Open(data) }
	return m, nil
}

func newGraphs(reader *graphs.Reader, path string, o runtime.Options) (*Graphs, error) {
	m, err := load(path, reader.Reading().Classes, o)
	if err != nil {
		return nil, err
	}
	return &Graphs{m, reader}, nil
}

// batchEdges bounds what goes through a model at once: pairs of nodes, padding
// included.
const batchEdges = 1 << 20

// AnswerAll answers for graphs that Prepare has read, in their order. Several goroutines
// may call it at once.
func (m *Graphs) AnswerAll(ctx context.Context, given []graphs.Graph) ([]Answer, error) {
	return m.answerAll(ctx, graphs.Set(given), func(n, nodes int) bool { return n*nodes*nodes <= batchEdges })
}

// ReadsGraphs tells whether the model in a folder that was exported reads graphs; it
// reads texts otherwise.
func ReadsGraphs(dir string) (bool, error) {
	err := regularFiles(dir, tokenize.ReadingFile)
	return err == nil && graphs.InFile(filepath.Join(dir, tokenize.ReadingFile)), err
}

// ExportGraphs is Export for a model that reads graphs, with the features of the nodes
// that it knows in place of a vocabulary.
func ExportGraphs(reading graphs.Exported, model, features []byte) ([]File, error) {
	files := []File{{evaluate.ModelFile, model}, {graphs.FeaturesFile, features}}
	reading.Files = digests(files)
	return withReading(files, reading)
}

// OpenExportedGraphs is OpenExported for a model that reads graphs.
func OpenExportedGraphs(dir string, o runtime.Options) (*Graphs, error) {
	if err := regularFiles(dir, tokenize.ReadingFile); err != nil {
		return nil, err
	}
	reading, err := graphs.ReadExported(filepath.Join(dir, tokenize.ReadingFile))
	if err != nil {
		return nil, err
	}
	if err := unchanged(dir, reading.Files, graphs.FeaturesFile, evaluate.ModelFile); err != nil {
		return nil, err
	}
	reader, err := graphs.OpenExported(dir, reading)
	if err != nil {
		return nil, err
	}
	return newGraphs(reader, filepath.Join(dir, evaluate.ModelFile), o)
}
