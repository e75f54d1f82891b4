package pretrained_test

import (
	"strings"
	"testing"

	"rationale/onnx/nn"
	"rationale/onnx/pretrained"
)

const sizes = `"vocab_size":30522,"hidden_size":384,"num_hidden_layers":6,"num_attention_heads":12,"intermediate_size":1536,"max_position_embeddings":512`

// TestReadConfig: what a file leaves out has the Transformers library's value.
func TestReadConfig(t *testing.T) {
	got, err := pretrained.ReadConfig(configured(t, `{`+sizes+`,"pad_token_id":0,"architectures":["BertForMaskedLM"]}`))
	want := nn.BERT{
		Vocabulary: 30522, Width: 384, Layers: 6, Heads: 12, Inner: 1536, Positions: 512,
		Activation: "gelu", Types: 2, Epsilon: 1e-12, Deviation: .02, Dropout: .1, AttentionDropout: .1,
	}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestReadConfigRefuses(t *testing.T) {
	for text, want := range map[string]string{
		``:                            "unexpected end",
		`[]`:                          "cannot unmarshal array",
		`{"hidden_size":"384"}`:       "hidden_size",
		`{}`:                          "vocab_size is 0",
		`{"model_type":"distilbert"}`: `model_type is "distilbert"; only "bert"`,
		`{` + sizes + `,"position_embedding_type":"relative_key"}`: `position_embedding_type is "relative_key"`,
		`{` + sizes + `,"is_decoder":true}`:                        "it is a decoder",
		`{` + sizes + `,"hidden_act":"silu"}`:                      `hidden_act is "silu"; expected one of ["gelu" "gelu_new" "gelu_pytorch_tanh"]`,
		strings.Repeat(" ", 2<<20):                                 "more than 1048576 bytes",
	} {
		_, err := pretrained.ReadConfig(configured(t, text))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "config.json") {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
}
