package wordpiece

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"rationale/tokenizer"
)

// The vocabularies come with the module that the WordPiece model is from.
const (
	uncasedFile = "bert-base-uncased-vocab.txt"
	casedFile   = "bert-large-cased-whole-word-masking-finetuned-squad-vocab.txt"
	uncasedHash = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
)

var moduleFolder = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/sugarme/tokenizer").Output()
	return filepath.Join(strings.TrimSpace(string(out)), "pretrained", "model"), err
})

func vocabularyFile(t testing.TB, name string) string {
	t.Helper()
	dir, err := moduleFolder()
	if err != nil {
		t.Fatalf("looking for the vocabularies: %v", err)
	}
	return filepath.Join(dir, name)
}

func bert(t testing.TB, file string, s Settings) *Tokenizer {
	t.Helper()
	bert, err := LoadVocabulary(vocabularyFile(t, file), s)
	if err != nil {
		t.Fatal(err)
	}
	return bert
}

func uncased(t testing.TB) *Tokenizer { return bert(t, uncasedFile, Uncased()) }

// tiny makes a tokenizer of few tokens behind the special ones.
func tiny(t testing.TB, s Settings, tokens ...string) *Tokenizer {
	t.Helper()
	v, err := tokenizer.NewVocabulary(append([]string{"[PAD]", "[UNK]", "[CLS]", "[SEP]"}, tokens...))
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(v, s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// beside gives a path in a folder that lies beside the repository, the empty
// string if there is none.
func beside(elem ...string) string {
	path := filepath.Join(append([]string{"..", "..", "..", "shared"}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// fixture finds a file of golden output: in the folder FIXTURES if that is
// set and has it, else in testdata, else beside the repository.
func fixture(t testing.TB, name string) string {
	t.Helper()
	candidates := []string{filepath.Join("testdata", name), beside("fixtures", name)}
	if dir := os.Getenv("FIXTURES"); dir != "" {
		candidates = append([]string{filepath.Join(dir, name)}, candidates...)
	}
	for _, path := range candidates {
		if path != "" && exists(path) {
			return path
		}
	}
	t.Skipf("no %s: set FIXTURES to the folder that has it", name)
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// dataFile finds a file of real data in the folder RATIONALE_DATA, else beside
// the repository.
func dataFile(t testing.TB, elem ...string) string {
	t.Helper()
	path := beside(append([]string{"data"}, elem...)...)
	if dir := os.Getenv("RATIONALE_DATA"); dir != "" {
		path = filepath.Join(append([]string{dir}, elem...)...)
	}
	if path == "" || !exists(path) {
		t.Skipf("no %s: set RATIONALE_DATA to the folder that has it", filepath.Join(elem...))
	}
	return path
}

// golden is one line of Hugging Face's output.
type golden struct {
	Text    string   `json:"text"`
	IDs     []int32  `json:"ids"`
	Tokens  []string `json:"tokens"`
	Offsets [][2]int `json:"offsets"`
}

// readLines decodes one JSON value a line.
func readLines[T any](t testing.TB, path string) []T {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var lines []T
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 1<<24)
	for scanner.Scan() {
		var line T
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			t.Fatalf("%s:%d: %v", path, len(lines)+1, err)
		}
		lines = append(lines, line)
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// agrees compares pieces with Hugging Face's.
func (g golden) agrees(p Pieces) bool {
	if !slices.Equal(p.IDs, g.IDs) || !slices.Equal(p.Tokens, g.Tokens) {
		return false
	}
	for i, o := range g.Offsets {
		if p.Start[i] != o[0] || p.End[i] != o[1] {
			return false
		}
	}
	return len(g.Offsets) == len(p.Start)
}

func hashOf(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
