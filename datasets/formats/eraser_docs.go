package formats

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rationale/datasets"
	"rationale/datasets/fault"
	"rationale/datasets/regular"
	"rationale/datasets/words"
)

// maxDocument bounds one document, and cachedDocuments those kept in memory.
const (
	maxDocument     = 16 << 20
	cachedDocuments = 8192
)

// library gives access to the documents of an ERASER task by name.
type library struct {
	folder string
	root   *os.Root          // docs/: one file a document
	texts  map[string]string // docs.jsonl: all of them at once
	packed datasets.Source   // identity of docs.jsonl
	cache  map[string]*document
	read   map[string]string // name → SHA-256 of the documents used
	bytes  int64             // of the documents used
}

// document is a text with sentence marks.
type document struct {
	tokens    []string
	sentences []int32
}

// openLibrary finds docs/ or docs.jsonl in the task's folder. Documents are
// opened below docs/ only, whatever their names say.
func openLibrary(folder string) (*library, error) {
	l := &library{folder: folder, cache: map[string]*document{}, read: map[string]string{}}
	root, err := regular.OpenFolder(filepath.Join(folder, "docs"))
	if err == nil {
		l.root = root
		return l, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	path := filepath.Join(folder, "docs.jsonl")
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%s holds neither docs/ nor docs.jsonl: the documents of the examples are missing", folder)
	}
	return l, l.unpack(path)
}

// unpack reads docs.jsonl: {"docid": …, "document": …} a line.
func (l *library) unpack(path string) error {
	s, err := openSource(path, func(int64) {})
	if err != nil {
		return err
	}
	defer s.file.Close()
	l.texts = map[string]string{}
	for number := 1; ; number++ {
		line, err := s.line()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		var entry libraryEntry
		if err := readEntry(line, &entry); err != nil {
			return fmt.Errorf("%s:%d: %w", path, number, err)
		}
		if first, again := l.texts[entry.DocID]; again && first != *entry.Document {
			return fmt.Errorf("%s:%d: document %q stands there a second time, with another text", path, number, entry.DocID)
		}
		l.texts[entry.DocID] = *entry.Document
	}
	l.packed, err = s.finish()
	return err
}

// libraryEntry is one line of docs.jsonl.
type libraryEntry struct {
	DocID    string
	Document *string
}

func readEntry(line string, entry *libraryEntry) error {
	const expected = `{"docid": …, "document": …}`
	if err := checkText(line); err != nil {
		return err
	}
	if err := readFields(line, entry, expected); err != nil {
		return err
	}
	if entry.DocID == "" || entry.Document == nil {
		return fmt.Errorf("expected %s", expected)
	}
	return nil
}

// join puts documents behind each other. places says which tokens are whose.
func (l *library) join(ids []string) (all *document, places map[string]words.Span, err error) {
	all, places = &document{}, map[string]words.Span{}
	for _, id := range ids {
		doc, err := l.get(id)
		if err != nil {
			return nil, nil, err
		}
		before := len(all.tokens)
		all.tokens = append(all.tokens, doc.tokens...)
		for _, end := range doc.sentences {
			all.sentences = append(all.sentences, int32(before)+end)
		}
		if before == len(all.tokens) {
			return nil, nil, fault.New("empty text", "document %q has no words", id)
		}
		places[id] = words.Span{Start: before, End: len(all.tokens)}
	}
	return all, places, nil
}

// get returns a document by its name.
func (l *library) get(id string) (*document, error) {
	if doc, ok := l.cache[id]; ok {
		return doc, nil
	}
	text, err := l.text(id)
	if err != nil {
		return nil, err
	}
	if err := checkText(text); err != nil {
		return nil, fault.New(err.Reason, "document %q: %s", id, err.Detail)
	}
	if len(l.cache) == cachedDocuments {
		clear(l.cache)
	}
	doc := &document{}
	doc.tokens, doc.sentences = words.Lines(text)
	l.cache[id] = doc
	return doc, nil
}

func (l *library) text(id string) (string, error) {
	if l.root == nil {
		text, ok := l.texts[id]
		if !ok {
			return "", fault.New("missing document", "docs.jsonl has no document %q", id)
		}
		return text, nil
	}
	file, err := regular.Open(l.root, id, id)
	if err != nil {
		return "", fault.New("missing document", "document %q in %s: %v", id, filepath.Join(l.folder, "docs"), err)
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, maxDocument+1))
	if err != nil {
		return "", fault.New("missing document", "document %q in %s: %v", id, filepath.Join(l.folder, "docs"), err)
	}
	if len(raw) > maxDocument {
		return "", fault.New("long document", "document %q is longer than %d MiB", id, maxDocument>>20)
	}
	if _, seen := l.read[id]; !seen {
		l.read[id] = fmt.Sprintf("%x", sha256.Sum256(raw))
		l.bytes += int64(len(raw))
	}
	return strings.TrimPrefix(string(raw), byteOrderMark), nil
}

// identity stands for all documents used: the digest of a list of their digests
// and names, sorted by name, in the form of sha256sum.
func (l *library) identity() datasets.Source {
	if l.root == nil {
		return l.packed
	}
	hash := sha256.New()
	for _, id := range slices.Sorted(maps.Keys(l.read)) {
		fmt.Fprintf(hash, "%s  %s\n", l.read[id], id)
	}
	return datasets.Source{Base: "docs", SHA256: hex.EncodeToString(hash.Sum(nil)), Bytes: l.bytes}
}

func (l *library) close() {
	if l.root != nil {
		l.root.Close()
	}
}
