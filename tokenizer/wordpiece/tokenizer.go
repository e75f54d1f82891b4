// Package wordpiece is BERT's tokenizer: exactly what Hugging Face's
// BertNormalizer, BertPreTokenizer and WordPiece do together, with the place
// of every piece in the original text.
//
// User text never becomes a special token: [CLS] in a text is three words.
// Special tokens are added by explicit calls, Single and Pair.
package wordpiece

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
	"unicode/utf8"

	"github.com/sugarme/tokenizer/model"
	"github.com/sugarme/tokenizer/model/wordpiece"

	"rationale/tokenizer"
)

// Settings are the switches of a Hugging Face tokenizer, under its names. The
// zero value is of no use; begin with Uncased or Cased.
type Settings struct {
	// Lower lower-cases the text.
	Lower bool `json:"do_lower_case"`
	// StripAccents drops accents ("café" is read as "cafe"). nil follows
	// Lower.
	StripAccents *bool `json:"strip_accents"`
	// ChineseChars makes every Chinese ideograph a word.
	ChineseChars bool `json:"tokenize_chinese_chars"`
	// CleanText drops control characters.
	CleanText bool `json:"clean_text"`
	// Prefix marks the pieces that continue a word.
	Prefix string `json:"continuing_subword_prefix"`
	// MaxChars is the length in characters up to which a word is split; a
	// longer one is Unknown.
	MaxChars int `json:"max_input_chars_per_word"`
	// The special tokens. All but Mask must be in the vocabulary.
	Unknown   string `json:"unk_token"`
	Pad       string `json:"pad_token"`
	Class     string `json:"cls_token"`
	Separator string `json:"sep_token"`
	Mask      string `json:"mask_token"`
}

// Uncased gives the settings of bert-base-uncased.
func Uncased() Settings {
	return Settings{
		Lower: true, ChineseChars: true, CleanText: true, Prefix: "##", MaxChars: 100,
		Unknown: "[UNK]", Pad: "[PAD]", Class: "[CLS]", Separator: "[SEP]", Mask: "[MASK]",
	}
}

// Cased gives the settings of bert-base-cased: case and accents are kept.
func Cased() Settings {
	s := Uncased()
	s.Lower = false
	return s
}

func (s Settings) normalizer() normalizer {
	strip := s.Lower
	if s.StripAccents != nil {
		strip = *s.StripAccents
	}
	return normalizer{clean: s.CleanText, ideographs: s.ChineseChars, strip: strip, lower: s.Lower}
}

// Tokenizer implements tokenizer.Tokenizer. It is safe for concurrent use.
type Tokenizer struct {
	vocabulary *tokenizer.Vocabulary
	settings   Settings
	specials   Specials
	unknown    int32
	digest     string
	normalizer normalizer
	ascii      *ascii
	model      wordpiece.WordPiece
	cache      *cache
	pool       sync.Pool // of *scratch
}

var _ tokenizer.Tokenizer = (*Tokenizer)(nil)

// New makes the tokenizer of a vocabulary. A special token that is missing is
// an error.
func New(v *tokenizer.Vocabulary, s Settings) (*Tokenizer, error) {
	t, err := build(v, s)
	if err != nil {
		return nil, fmt.Errorf("wordpiece: %w", err)
	}
	return t, nil
}

func build(v *tokenizer.Vocabulary, s Settings) (*Tokenizer, error) {
	if s.MaxChars < 1 {
		return nil, fmt.Errorf("max_input_chars_per_word is %d, want at least 1", s.MaxChars)
	}
	specials, err := findSpecials(v, s)
	if err != nil {
		return nil, err
	}
	digest, err := digest(v, s)
	if err != nil {
		return nil, err
	}
	n := s.normalizer()
	return &Tokenizer{
		vocabulary: v, settings: s, specials: specials, unknown: specials.Unknown, digest: digest,
		normalizer: n, ascii: newASCII(n), model: newModel(v, s), cache: newCache(),
		pool: sync.Pool{New: func() any { return new(scratch) }},
	}, nil
}

// newModel gives the WordPiece model all tokens but the special ones, so that
// no text can spell one; [UNK] it needs for what it cannot split.
func newModel(v *tokenizer.Vocabulary, s Settings) wordpiece.WordPiece {
	ids := make(model.Vocab, v.Len())
	for id, token := range v.Tokens() {
		ids[token] = id
	}
	for _, special := range []string{s.Pad, s.Class, s.Separator, s.Mask} {
		delete(ids, special)
	}
	return wordpiece.NewWordPieceBuilder().Vocab(&ids).UnkToken(s.Unknown).
		ContinuingSubwordPrefix(s.Prefix).MaxInputCharsPerWord(s.MaxChars).Build()
}

func digest(v *tokenizer.Vocabulary, s Settings) (string, error) {
	settings, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	fmt.Fprintf(hash, "wordpiece 1 %s\n", settings)
	if err := v.Write(hash); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// Name is "wordpiece".
func (t *Tokenizer) Name() string { return "wordpiece" }

// Digest identifies the vocabulary and the settings.
func (t *Tokenizer) Digest() string { return t.digest }

// Size is the number of tokens in the vocabulary.
func (t *Tokenizer) Size() int { return t.vocabulary.Len() }

// Settings gives the settings that the tokenizer was made with.
func (t *Tokenizer) Settings() Settings { return t.settings }

// Vocabulary is the token list; an id is a token's index in it.
func (t *Tokenizer) Vocabulary() *tokenizer.Vocabulary { return t.vocabulary }

// Pieces is a text cut into pieces. Its Encoding counts the words as BERT
// sees them: what stands between spaces, with punctuation and ideographs
// apart.
type Pieces struct {
	tokenizer.Encoding
	// Tokens holds the vocabulary's entry for each piece, "##" and all.
	Tokens []string
	// Piece i comes from the bytes [Start[i], End[i]) of the original text.
	Start, End []int
}

// Spans gives where each piece stands, for tokenizer.Touched and
// tokenizer.Join.
func (p Pieces) Spans() []tokenizer.Span {
	spans := make([]tokenizer.Span, len(p.Start))
	for i := range spans {
		spans[i] = tokenizer.Span{Start: p.Start[i], End: p.End[i]}
	}
	return spans
}

// EncodeText cuts a text into words and pieces. It adds no special pieces.
// Bytes that are not UTF-8 are dropped like control characters.
func (t *Tokenizer) EncodeText(text string) Pieces {
	guess := len(text)/4 + 4 // English has about one piece in 4.5 bytes
	p := Pieces{
		Encoding: newEncoding(guess),
		Tokens:   make([]string, 0, guess), Start: make([]int, 0, guess), End: make([]int, 0, guess),
	}
	e := encoder{scratch: t.pool.Get().(*scratch), t: t, out: &p, whole: true}
	defer t.pool.Put(e.scratch)
	e.text(text)
	return p
}

// Encode cuts each word into pieces, as if it were a text of its own. The
// pieces belong to that word even where BERT would see several words in it.
func (t *Tokenizer) Encode(words []string) tokenizer.Encoding {
	p := Pieces{Encoding: newEncoding(len(words) + len(words)/4 + 4)}
	e := encoder{scratch: t.pool.Get().(*scratch), t: t, out: &p}
	defer t.pool.Put(e.scratch)
	for i, word := range words {
		e.words = int32(i)
		e.text(word)
	}
	return p.Encoding
}

func newEncoding(pieces int) tokenizer.Encoding {
	return tokenizer.Encoding{IDs: make([]int32, 0, pieces), Word: make([]int32, 0, pieces)}
}

// splitWord has the model cut a normalised word. The model counts characters;
// what is kept counts bytes.
func (t *Tokenizer) splitWord(word string) *split {
	tokens, err := t.model.Tokenize(word)
	if err != nil { // only a vocabulary without [UNK] gives one, and New refuses that
		return &split{word: word, ids: []int32{t.unknown}, ends: []int32{int32(len(word))}}
	}
	s := &split{word: word, ids: make([]int32, len(tokens)), ends: make([]int32, len(tokens))}
	chars, bytes := 0, 0
	for i, token := range tokens {
		for ; chars < token.Offsets[1]; chars++ {
			_, size := utf8.DecodeRuneInString(word[bytes:])
			bytes += size
		}
		s.ids[i], s.ends[i] = int32(token.Id), int32(bytes)
	}
	return s
}
