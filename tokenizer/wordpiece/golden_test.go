package wordpiece

import (
	"testing"
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
			wrong := 0
			lines := readLines[golden](t, fixture(t, name))
			for i, line := range lines {
				if p := bert.EncodeText(line.Text); !line.agrees(p) {
					wrong++
					t.Errorf("line %d: %q\n got %v %q %v %v\nwant %v %q %v", i+1, line.Text,
						p.IDs, p.Tokens, p.Start, p.End, line.IDs, line.Tokens, line.Offsets)
				}
			}
			t.Logf("%d of %d lines agree", len(lines)-wrong, len(lines))
		})
	}
}
