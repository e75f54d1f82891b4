package pretrained

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"rationale/onnx/nn"
)

// ConfigFile holds an encoder's size and form.
const ConfigFile = "config.json"

// maxConfig bounds it, in bytes; published ones have less than a thousandth.
const maxConfig = 1 << 20

// config is what counts in config.json. What is missing has the value that the
// Transformers library gives it; sizes have none.
type config struct {
	nn.BERT
	ModelType      string `json:"model_type"`
	PositionType   string `json:"position_embedding_type"`
	Decoder        bool   `json:"is_decoder"`
	CrossAttention bool   `json:"add_cross_attention"`
}

// ReadConfig reads the configuration in a folder.
func ReadConfig(dir string) (nn.BERT, error) {
	path := filepath.Join(dir, ConfigFile)
	data, err := readConfig(path)
	if err != nil {
		return nn.BERT{}, fmt.Errorf("pretrained: %w", err)
	}
	c, err := parseConfig(data)
	if err != nil {
		return nn.BERT{}, fmt.Errorf("pretrained: %s: %w", path, err)
	}
	return c, nil
}

// readConfig reads a regular file that is not too large to be the right one.
func readConfig(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%w; a model's folder holds %s, model.safetensors and vocab.txt as they were published", err, ConfigFile)
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file (%v)", path, info.Mode().Type())
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if len(data) > maxConfig {
		err = fmt.Errorf("%s has more than %d bytes; is it a model's configuration?", path, maxConfig)
	}
	return data, err
}

func parseConfig(data []byte) (nn.BERT, error) {
	c := config{
		BERT: nn.BERT{
			Activation: "gelu", Types: 2, Epsilon: 1e-12, Deviation: .02, Dropout: .1, AttentionDropout: .1,
		},
		ModelType: "bert", PositionType: "absolute",
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return nn.BERT{}, err
	}
	switch {
	case c.ModelType != "bert":
		return nn.BERT{}, fmt.Errorf("model_type is %q; only %q can be read", c.ModelType, "bert")
	case c.PositionType != "absolute":
		return nn.BERT{}, fmt.Errorf("position_embedding_type is %q; only %q can be read", c.PositionType, "absolute")
	case c.Decoder || c.CrossAttention:
		return nn.BERT{}, errors.New("it is a decoder (is_decoder, add_cross_attention); only encoders can be read")
	}
	return c.BERT, c.Check()
}
