// Package pretrained reads BERT encoders that others have trained, from folders in
// Hugging Face's layout:
//
//	config.json        the encoder's size and form
//	model.safetensors  its parameters, by BertModel's names
//
// Names may stand behind "bert.", as in models with a head, and LayerNorm's
// parameters may be called gamma and beta, as in the oldest ones. The vocabulary
// beside them, vocab.txt, is the tokenizer's to read (tokenizer/wordpiece).
package pretrained
