package wordpiece

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"os"
	"strconv"
	"sync"
	"testing"
	"unicode/utf8"

	"rationale/tokenizer"
)

func TestVocabularyIsTheGoldenOne(t *testing.T) {
	if got := hashOf(t, vocabularyFile(t, uncasedFile)); got != uncasedHash {
		t.Errorf("SHA-256 of the vocabulary is %s, want %s", got, uncasedHash)
	}
}

// TestGolden compares with Hugging Face's output on hard and random strings
// and on tweets.
func TestGolden(t *testing.T) {
	bert := uncased(t)
	for _, name := range []string{"wordpiece.jsonl", "wordpiece_tweets.jsonl"} {
		t.Run(name, func(t *testing.T) {
			lines := readLines[golden](t, fixture(t, name))
			for i, line := range lines {
				line.compare(t, i, bert)
			}
			t.Logf("%d lines compared", len(lines))
		})
	}
}

// compare fails the test when pieces, ids or places differ from line i.
func (g golden) compare(t *testing.T, i int, bert *Tokenizer) {
	t.Helper()
	if p := bert.EncodeText(g.Text); !g.agrees(p) {
		t.Errorf("line %d: %q\n got %v %q %v %v\nwant %v %q %v", i+1, g.Text,
			p.IDs, p.Tokens, p.Start, p.End, g.IDs, g.Tokens, g.Offsets)
	}
}

// goldenSettings is a line of output under other settings than bert-base-uncased's.
type goldenSettings struct {
	golden
	Settings json.RawMessage `json:"settings"`
}

// TestGoldenSettings compares all combinations of the switches, on a cased and
// an uncased vocabulary.
func TestGoldenSettings(t *testing.T) {
	made := make(map[string]*Tokenizer)
	for i, line := range readLines[goldenSettings](t, fixture(t, "wordpiece_settings.jsonl")) {
		bert := made[string(line.Settings)]
		if bert == nil {
			bert = fromSettings(t, line.Settings)
			made[string(line.Settings)] = bert
		}
		line.compare(t, i, bert)
	}
	if len(made) != 48 {
		t.Errorf("%d combinations compared, want 48", len(made))
	}
}

func fromSettings(t *testing.T, data json.RawMessage) *Tokenizer {
	t.Helper()
	s := Uncased()
	var of struct {
		Vocabulary string `json:"vocabulary"`
	}
	for _, to := range []any{&s, &of} {
		if err := json.Unmarshal(data, to); err != nil {
			t.Fatal(err)
		}
	}
	return bert(t, map[string]string{"uncased": uncasedFile, "cased": casedFile}[of.Vocabulary], s)
}

// TestEveryCharacter compares each of the 1,112,064 code points under each
// switch by itself with what Hugging Face's normaliser and pre-tokeniser
// (0.23) make of it. testdata has a digest for each 4,096 of them.
func TestEveryCharacter(t *testing.T) {
	f, err := os.Open("testdata/characters.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	switches := []normalizer{{clean: true}, {ideographs: true}, {strip: true}, {lower: true}}
	var memory scratch
	blocks := 0
	for scanner := bufio.NewScanner(f); scanner.Scan(); blocks++ {
		var first rune
		var want string
		if _, err := fmt.Sscanf(scanner.Text(), "%x %s", &first, &want); err != nil {
			t.Fatal(err)
		}
		sum := sha256.New()
		for r := first; r < first+0x1000; r++ {
			hashCharacter(sum, &memory, switches, r)
		}
		if got := hex.EncodeToString(sum.Sum(nil)[:8]); got != want {
			t.Errorf("the characters from U+%04X differ: digest %s, want %s", first, got, want)
		}
	}
	if blocks != 272 {
		t.Errorf("%d blocks compared, want 272", blocks)
	}
}

func hashCharacter(sum hash.Hash, s *scratch, switches []normalizer, r rune) {
	if 0xd800 <= r && r < 0xe000 { // surrogates are no characters
		return
	}
	text := "a" + string(r) + "b"
	line := s.word[:0]
	for _, n := range switches {
		n.run(s, text, 0)
		for _, c := range s.chars {
			line = utf8.AppendRune(line, c.r)
		}
		line = append(line, '\t')
	}
	line = strconv.AppendInt(line, int64(preTokens(text)), 10)
	s.word = append(line, '\n')
	sum.Write(s.word)
}

// bare normalises nothing, and each word is one unknown piece.
var bare = sync.OnceValues(func() (*Tokenizer, error) {
	v, err := tokenizer.NewVocabulary([]string{"[PAD]", "[UNK]", "[CLS]", "[SEP]"})
	if err != nil {
		return nil, err
	}
	s := Cased()
	s.CleanText, s.ChineseChars = false, false
	return New(v, s)
})

// preTokens counts the words that a text has when nothing is normalised.
func preTokens(text string) int {
	t, err := bare()
	if err != nil {
		panic(err)
	}
	return t.EncodeText(text).Len()
}
