package tokenize

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rationale/datasets"
	"rationale/datasets/words"
	"rationale/stages"
	"rationale/tokenizer"
	"rationale/tokenizer/wordpiece"
)

// Reader prepares a text as those of a tokenized dataset were prepared. It is
// safe for concurrent use.
type Reader struct {
	reading    Exported // its files play no part
	vocabulary *vocabulary
}

// OpenReader reads vocabulary and settings of the tokenized dataset in a folder.
// The caller has checked the files' digests.
func OpenReader(dir string) (*Reader, error) {
	summary, err := ReadSummary(dir)
	if err != nil {
		return nil, err
	}
	v, err := summary.vocabulary(filepath.Join(dir, VocabularyFile))
	if err != nil {
		return nil, err
	}
	return &Reader{summary.exported(), v}, nil
}

// OpenExported reads the vocabulary of an exported model, in a file, that goes with
// its reading. The caller has checked the file's digest.
func OpenExported(reading Exported, path string) (*Reader, error) {
	v, err := readVocabulary(path, reading.Settings)
	if err != nil {
		return nil, err
	}
	if lines := v.list.Len(); lines != reading.VocabularyLines {
		return nil, fmt.Errorf("%s has %d lines; its reading says %d", path, lines, reading.VocabularyLines)
	}
	return &Reader{reading, v}, nil
}

// vocabulary is the tokenizer behind the summary, from its file.
func (s Summary) vocabulary(path string) (v *vocabulary, err error) {
	defer stages.InFile(path, &err)
	if v, err = readVocabulary(path, s.Settings); err == nil && v.Digest() != s.Digest {
		err = fmt.Errorf("%s is not the vocabulary that dataset %s was tokenized with", path, s.Dataset)
	}
	return v, err
}

func readVocabulary(path string, s Settings) (*vocabulary, error) {
	if s.Tokenizer == WordPiece {
		t, err := wordpiece.LoadVocabulary(path, *s.WordPiece)
		if err != nil {
			return nil, err
		}
		return newPieces(t, s), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := tokenizer.ReadWords(f, path, s.Lower)
	if err != nil {
		return nil, err
	}
	return newWords(t, s), nil
}

// Encode reads a text of the dataset, or one that was made of it, as the dataset's
// texts were read.
func (r *Reader) Encode(t datasets.Text) (Text, error) {
	e, err := r.vocabulary.encode(t)
	if err != nil {
		err = fmt.Errorf("text %s: %w", t.ID, err)
	}
	return e.Text, err
}

// Gap is the id that stands in the place of a word which is taken out: of words that
// of the unknown one, whose vector is zero; of pieces [MASK]'s, or [UNK]'s where the
// vocabulary has no [MASK].
func (r *Reader) Gap() int32 { return r.vocabulary.gap }

// Room is how many pieces of a document are read of a text with this query.
func (r *Reader) Room(query []string) int { return r.vocabulary.room(r.vocabulary.beginning(query)) }

// Entries lists the vocabulary's words or pieces in the order of their ids; of words
// the first has id 1.
func (r *Reader) Entries() []string { return r.vocabulary.list.Tokens() }

// Reading says how texts are read.
func (r *Reader) Reading() Exported { return r.reading }

// UserError is a text or query of a user's that cannot be read as it stands, or
// that the dataset's texts do not have.
type UserError struct{ error }

// Unwrap gives the error behind it.
func (e UserError) Unwrap() error { return e.error }

func refuse(format string, args ...any) error { return UserError{fmt.Errorf(format, args...)} }

// Given is a text of a user's as a model reads it, with what was cut off and what
// has no id. It has no identifier, and its label is -1: nobody knows it.
type Given struct {
	Text
	Counts  Counts
	Unknown []string // words of query and document without an id of their own
	// Spans and QuerySpans are where the words stand, in bytes; nil where a JSON
	// list was given.
	Spans, QuerySpans []words.Span
}

// Prepare finds the words of a text and of the query that it is about, by the
// rules of the dataset's import, and reads them as the dataset's own texts were
// read. query is empty when there is none. What a user can mend is a UserError.
func (r *Reader) Prepare(query, text string) (Given, error) {
	if err := r.checkQuery(query); err != nil {
		return Given{}, err
	}
	document, err := find(r.reading.WordRule, text, "text")
	if err != nil {
		return Given{}, err
	}
	var asked words.Found
	if !blank(query) {
		if asked, err = find(r.reading.QueryRule, query, "query"); err != nil {
			return Given{}, err
		}
	}
	g, err := r.Read(datasets.Text{Query: asked.Words, Tokens: document.Words, Spaces: words.Spaces(document.Spans), Sentences: document.Ends})
	g.Spans, g.QuerySpans = document.Spans, asked.Spans
	return g, err
}

// Read reads a text whose words are known, as Prepare reads those that it finds.
// Whether there is to be a query is the caller's to know.
func (r *Reader) Read(t datasets.Text) (Given, error) {
	t.Label = -1
	e, err := r.vocabulary.encode(t)
	if err != nil {
		return Given{}, UserError{err}
	}
	g := Given{Text: e.Text, Unknown: r.vocabulary.unknownWords(t.Query, t.Tokens)}
	g.Counts.add(e, r.reading.MaxLength)
	return g, nil
}

// Vocabulary is what the model knows by an id of its own, in the order of the ids,
// without what was added to the dataset's.
func (r *Reader) Vocabulary() []string {
	all := r.vocabulary.list.Tokens()
	return all[:max(0, len(all)-max(0, r.reading.FromTable))]
}

// checkQuery wants a query where all of the dataset's texts have one, and none
// where none has.
func (r *Reader) checkQuery(query string) error {
	given := !blank(query)
	switch {
	case given && !r.reading.Queries:
		return refuse("the texts of dataset %s have no queries, and the model reads none; leave --query out", r.reading.Dataset)
	case !given && r.reading.QueryNeeded:
		return refuse("each text of dataset %s is about a query, which the model reads first; give yours with --query", r.reading.Dataset)
	}
	return nil
}

func blank(text string) bool { return strings.TrimFunc(text, words.IsSpace) == "" }

func find(rule words.Rule, text, what string) (words.Found, error) {
	if rule == "" {
		return words.Found{}, refuse("the dataset was imported when it was not yet noted how words are found; import it again and train once more")
	}
	found, err := rule.Find(text)
	if err != nil {
		return found, refuse("the %s: %w", what, err)
	}
	if len(found.Words) == 0 {
		return found, refuse("the %s has no words", what)
	}
	return found, nil
}
