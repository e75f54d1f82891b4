package infer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"rationale/datasets/regular"
	"rationale/onnx/runtime"
	"rationale/stages/evaluate"
	"rationale/stages/tokenize"
)

// File is a file of an exported folder.
type File struct {
	Name    string
	Content []byte
}

// ModelName is the file of an exported model, which tells when it was trained on
// poisoned texts.
func ModelName(reading tokenize.Exported) string {
	if reading.Poisoned != "" {
		return "poisoned_" + evaluate.ModelFile
	}
	return evaluate.ModelFile
}

// Export is what programs read of an exported folder: the model, its vocabulary,
// and the reading with the digests of both.
func Export(reading tokenize.Exported, model, vocabulary []byte) ([]File, error) {
	files := []File{{ModelName(reading), model}, {tokenize.VocabularyFile, vocabulary}}
	reading.Files = digests(files)
	return withReading(files, reading)
}

// digests are the SHA-256 of files, in hexadecimal, by name.
func digests(files []File) map[string]string {
	out := map[string]string{}
	for _, f := range files {
		out[f.Name] = fmt.Sprintf("%x", sha256.Sum256(f.Content))
	}
	return out
}

// withReading adds the file that says how examples become the model's inputs.
func withReading(files []File, reading any) ([]File, error) {
	text, err := json.MarshalIndent(reading, "", "  ")
	return append(files, File{tokenize.ReadingFile, append(text, '\n')}), err
}

// OpenExported opens the model in a folder that was exported. The folder is enough:
// neither a store nor a dataset nor word vectors are needed. Model and vocabulary
// are held against their digests before they are read. A model that reads graphs is
// refused.
func OpenExported(dir string, o runtime.Options) (*Model, error) {
	graphs, err := ReadsGraphs(dir)
	if err == nil && graphs {
		err = fmt.Errorf("%s: the model reads graphs, and one that reads texts is needed", dir)
	}
	if err != nil {
		return nil, err
	}
	reading, err := tokenize.ReadExported(dir)
	if err != nil {
		return nil, err
	}
	if err := unchanged(dir, reading.Files, tokenize.VocabularyFile, ModelName(reading)); err != nil {
		return nil, err
	}
	reader, err := tokenize.OpenExported(reading, filepath.Join(dir, tokenize.VocabularyFile))
	if err != nil {
		return nil, err
	}
	return open(reader, filepath.Join(dir, ModelName(reading)), o)
}

// unchanged wants files of an exported folder to be there, with these digests.
func unchanged(dir string, digests map[string]string, names ...string) error {
	if err := regularFiles(dir, names...); err != nil {
		return err
	}
	for _, name := range names {
		if err := verify(filepath.Join(dir, name), digests[name]); err != nil {
			return err
		}
	}
	return nil
}

// regularFiles wants these files of an exported folder to be there, and nothing that
// a reader would wait for.
func regularFiles(dir string, names ...string) error {
	root, err := regular.OpenFolder(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, name := range names {
		path := filepath.Join(dir, name)
		info, err := regular.Anywhere{}.Stat(path)
		if err != nil {
			return fmt.Errorf("no folder of an exported model: %w", err)
		}
		if err := regular.Want(path, info); err != nil {
			return err
		}
	}
	return nil
}

// verify holds a file against its digest.
func verify(path, want string) error {
	f, err := regular.Open(regular.Anywhere{}, path, path)
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != want {
		return fmt.Errorf("%s was changed or damaged since it was exported: its SHA-256 is %.12q, and %s says %.12q; export the run again", path, got, tokenize.ReadingFile, want)
	}
	return nil
}
