package pretrained

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"rationale/onnx/nn"
	"rationale/onnx/safetensors"
	"rationale/onnx/tensor"
)

// WeightsFile holds an encoder's parameters.
const WeightsFile = "model.safetensors"

// Checkpoint is an encoder with its parameters. It lies in memory, where nobody
// else can change it.
type Checkpoint struct {
	nn.BERT
	// Params are float32, by BertModel's names, such as
	// "embeddings.word_embeddings.weight".
	Params map[string]*tensor.Tensor
	// Unused are the names of the file's other tensors: of heads, for example.
	Unused []string
	// Digest is the SHA-256 of form and parameters, however the files spell them.
	Digest string
}

// Open reads the checkpoint in a folder. Errors name the file, and what is wrong
// with which tensor.
func Open(dir string) (*Checkpoint, error) {
	form, err := ReadConfig(dir)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, WeightsFile)
	file, err := safetensors.Open(path)
	if err != nil {
		return nil, fmt.Errorf("pretrained: %w", err)
	}
	defer file.Close()
	c := &Checkpoint{BERT: form, Params: map[string]*tensor.Tensor{}}
	if err := c.read(file); err != nil {
		return nil, fmt.Errorf("pretrained: %s: %w", path, err)
	}
	if c.Digest, err = c.digest(); err != nil {
		return nil, fmt.Errorf("pretrained: %s: %w", path, err)
	}
	return c, nil
}

// read takes the encoder's tensors out of a file.
func (c *Checkpoint) read(file *safetensors.File) error {
	inFile, err := c.find(file.Names())
	if err != nil {
		return err
	}
	for _, p := range c.BERT.Params("") {
		from, ok := inFile[p.Name]
		if !ok {
			return fmt.Errorf("tensor %s is missing; %s describes an encoder of %d layers", p.Name, ConfigFile, c.Layers)
		}
		if c.Params[p.Name], err = readParam(file, from, p); err != nil {
			return err
		}
	}
	return nil
}

// find says which of the file's tensors each parameter is, and lists those that are
// none.
func (c *Checkpoint) find(names []string) (map[string]string, error) {
	wanted, found := map[string]bool{}, map[string]string{}
	for _, p := range c.BERT.Params("") {
		wanted[p.Name] = true
	}
	for _, from := range names {
		name := canonical(from)
		switch {
		case wanted[name] && found[name] != "":
			return nil, fmt.Errorf("tensors %s and %s are the same parameter", found[name], from)
		case wanted[name]:
			found[name] = from
		case strings.HasPrefix(name, "encoder."):
			return nil, fmt.Errorf("tensor %s has no place in an encoder of %d layers, which %s describes", from, c.Layers, ConfigFile)
		default:
			c.Unused = append(c.Unused, from)
		}
	}
	slices.Sort(c.Unused)
	return found, nil
}

// canonical is the name that BertModel has today for a tensor.
func canonical(name string) string {
	name = strings.TrimPrefix(name, "bert.")
	for old, today := range map[string]string{".LayerNorm.gamma": ".LayerNorm.weight", ".LayerNorm.beta": ".LayerNorm.bias"} {
		if before, ok := strings.CutSuffix(name, old); ok {
			return before + today
		}
	}
	return name
}

// readParam reads a tensor that should fit a parameter.
func readParam(file *safetensors.File, name string, p nn.Param) (*tensor.Tensor, error) {
	t, err := file.Tensor(name)
	switch {
	case err != nil:
		return nil, err
	case t.DType() != tensor.Float32 || !slices.Equal(t.Shape(), p.Shape):
		return nil, fmt.Errorf("tensor %s is %v%v; by %s it should be float32%v", name, t.DType(), t.Shape(), ConfigFile, p.Shape)
	case !t.Finite():
		return nil, fmt.Errorf("tensor %s holds NaN or infinity; expected finite numbers", name)
	}
	return t, nil
}

func (c *Checkpoint) digest() (string, error) {
	sum := sha256.New()
	if err := json.NewEncoder(sum).Encode(c.BERT); err != nil {
		return "", err
	}
	err := safetensors.Write(sum, c.Params, nil)
	return hex.EncodeToString(sum.Sum(nil)), err
}
