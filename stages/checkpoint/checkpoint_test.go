package checkpoint_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/stages/checkpoint"
)

// tiny is the checkpoint of onnx/pretrained.
var tiny = filepath.Join("..", "..", "onnx", "pretrained", "testdata", "bert_tiny")

func open(t *testing.T, dir string) *checkpoint.Folder {
	t.Helper()
	opened, err := checkpoint.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return opened.(*checkpoint.Folder)
}

// copied is the tiny checkpoint with another vocabulary; without one where it is
// empty.
func copied(t *testing.T, vocabulary string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(tiny)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "vocab.txt")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if vocabulary == "" {
		return dir
	}
	if err := os.WriteFile(path, []byte(vocabulary), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOpen(t *testing.T) {
	f := open(t, tiny)
	if rows := f.Words().Shape()[0]; int(rows) != f.Encoder.Vocabulary || f.Tokenizer.Size() > int(rows) {
		t.Errorf("%d vectors of %d pieces, a vocabulary of %d", rows, f.Encoder.Vocabulary, f.Tokenizer.Size())
	}
	data, err := os.ReadFile(filepath.Join(tiny, "vocab.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if same := open(t, copied(t, string(data))); same.Digest() != f.Digest() {
		t.Error("a copy has another digest")
	}
	if other := open(t, copied(t, strings.Replace(string(data), "beer", "wine", 1))); other.Digest() == f.Digest() {
		t.Error("another vocabulary has the same digest")
	}
}

// TestOpenRefuses vocabularies that are missing, ambiguous, or of another encoder.
func TestOpenRefuses(t *testing.T) {
	const pieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n"
	for want, vocabulary := range map[string]string{
		"holds neither vocab.txt nor tokenizer.json": "",
		`line 6: "a" again, first on line 5`:         pieces + "a\na\n",
		"has 28 pieces and the encoder 23":           pieces + strings.Join(strings.Split("abcdefghijklmnopqrstuvwx", ""), "\n"),
		`"[UNK]"`:                                    "[PAD]\n[CLS]\n[SEP]\n",
	} {
		dir := copied(t, vocabulary)
		if _, err := checkpoint.Open(dir); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), dir) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
