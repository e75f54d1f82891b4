package wordpiece

import (
	"unicode"
	"unicode/utf8"
)

// kind is what a byte of the original text is to the fast path.
type kind uint8

const (
	other  kind = iota // not ASCII, or an ASCII control: the normaliser's work
	letter             // part of a word
	space              // ends a word
	point              // punctuation: a word by itself
)

// ascii says for each byte what it is and what it is lower-cased to.
type ascii struct {
	kinds [256]kind
	lower [256]byte
}

func newASCII(n normalizer) *ascii {
	var a ascii
	for b := range utf8.RuneSelf {
		r := rune(b)
		a.lower[b] = byte(b)
		if n.lower {
			a.lower[b] = byte(toLower(r))
		}
		switch {
		case n.clean && controls.has(r):
			a.kinds[b] = other
		case unicode.IsSpace(r):
			a.kinds[b] = space
		case punctuation.has(r):
			a.kinds[b] = point
		default:
			a.kinds[b] = letter
		}
	}
	return &a
}

// scratch is the memory that one goroutine needs while it encodes.
type scratch struct {
	chars, spare []char
	runes        []rune
	word         []byte    // the normalised word being gathered
	at           []stretch // where each byte of word comes from
}

// encoder cuts texts into words and words into pieces.
type encoder struct {
	*scratch
	t     *Tokenizer
	out   *Pieces
	words int32 // words met so far
	// whole counts the text's words for EncodeText; else all pieces belong
	// to the word number words, and tokens and offsets are left out.
	whole bool
}

// text encodes one text. Words of ASCII letters, which is what most texts are
// made of, go straight to the cache; the rest goes through the normaliser.
func (e *encoder) text(text string) {
	kinds := &e.t.ascii.kinds
	for i := 0; i < len(text); {
		switch kinds[text[i]] {
		case space:
			i++
		case letter:
			i = e.asciiWord(text, i)
		case point:
			e.word = append(e.word[:0], text[i])
			e.emit(i)
			i++
		default:
			i = e.anyWords(text, i)
		}
	}
}

// asciiWord encodes the word that begins at start and gives the place behind
// it.
func (e *encoder) asciiWord(text string, start int) int {
	a, word, i := e.t.ascii, e.word[:0], start
	for i < len(text) && a.kinds[text[i]] == letter {
		word = append(word, a.lower[text[i]])
		i++
	}
	e.word = word
	if i < len(text) && a.kinds[text[i]] == other {
		return e.anyWords(text, start)
	}
	e.emit(start)
	return i
}

// anyWords encodes what stands between start and the next ASCII space, in any
// script, and gives the place behind it. No rule of the normaliser reaches
// over an ASCII space.
func (e *encoder) anyWords(text string, start int) int {
	end := start
	for end < len(text) && e.t.ascii.kinds[text[end]] != space {
		end++
	}
	e.t.normalizer.run(e.scratch, text[start:end], start)
	e.word, e.at = e.word[:0], e.at[:0]
	for _, c := range e.chars {
		switch {
		case unicode.IsSpace(c.r):
			e.flush()
		case punctuation.has(c.r):
			e.flush()
			e.gather(c)
			e.flush()
		default:
			e.gather(c)
		}
	}
	e.flush()
	return end
}

// gather appends a character to the word.
func (e *encoder) gather(c char) {
	e.word = utf8.AppendRune(e.word, c.r)
	for len(e.at) < len(e.word) {
		e.at = append(e.at, c.stretch)
	}
}

// flush encodes the gathered word, if there is one.
func (e *encoder) flush() {
	if len(e.word) == 0 {
		return
	}
	first := len(e.out.Start)
	e.emit(0)
	if e.whole {
		for i := first; i < len(e.out.Start); i++ {
			e.out.Start[i], e.out.End[i] = e.at[e.out.Start[i]].from, e.at[e.out.End[i]-1].to
		}
	}
	e.word, e.at = e.word[:0], e.at[:0]
}

// emit appends the pieces of the word, whose first byte is byte base of the
// text.
func (e *encoder) emit(base int) {
	s := e.t.cache.get(e.word, e.t.splitWord)
	start := base
	for i, id := range s.ids {
		e.out.IDs = append(e.out.IDs, id)
		e.out.Word = append(e.out.Word, e.words)
		if id == e.t.unknown {
			e.out.Unknown++
		}
		if e.whole {
			end := base + int(s.ends[i])
			e.out.Tokens = append(e.out.Tokens, e.t.vocabulary.Token(int(id)))
			e.out.Start, e.out.End = append(e.out.Start, start), append(e.out.End, end)
			start = end
		}
	}
	if e.whole {
		e.words++
	}
}
