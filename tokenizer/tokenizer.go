// Package tokenizer turns the words of a text into the ids that a model
// reads, and carries rationales from words, sentences and stretches of text
// to the model's pieces and back.
//
// There are two tokenizers: Words, one id a word, for frozen word vectors
// (package embeddings holds those), and the WordPiece tokenizer of BERT in
// package wordpiece. Everything about rationales is said once, on Encoding,
// and holds for both.
package tokenizer

// Tokenizer turns an example's words into model pieces. It is safe for
// concurrent use.
type Tokenizer interface {
	// Name is the kind of tokenizer: "words" or "wordpiece".
	Name() string
	// Digest identifies the vocabulary and every setting that can change an
	// encoding: a SHA-256 in hexadecimal.
	Digest() string
	// Size is the number of ids; each id is at least 0 and below Size.
	Size() int
	// Encode reads the words one by one. It adds no special pieces and cuts
	// nothing off.
	Encode(words []string) Encoding
}

// Encoding is one text as pieces.
type Encoding struct {
	// IDs holds one id a piece, in reading order.
	IDs []int32
	// Word[i] is the index of the word that piece i belongs to. It never
	// falls from one piece to the next.
	Word []int32
	// Unknown counts the pieces that have no id of their own: words outside
	// a word list, or [UNK].
	Unknown int
}

// Len is the number of pieces.
func (e Encoding) Len() int { return len(e.IDs) }

// Truncate keeps the first n pieces and says how many it cut off. Unknown
// goes on counting the whole text, since a prefix cannot know which of the
// ids meant "unknown". The result shares memory with e.
func (e Encoding) Truncate(n int) (short Encoding, cut int) {
	n = max(n, 0)
	if n >= len(e.IDs) {
		return e, 0
	}
	return Encoding{IDs: e.IDs[:n:n], Word: e.Word[:n:n], Unknown: e.Unknown}, len(e.IDs) - n
}
