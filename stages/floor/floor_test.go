package floor

import "testing"

// TestBag: a word seen in one class alone speaks for it, one seen in both says nothing,
// and where nothing speaks the larger class wins.
func TestBag(t *testing.T) {
	b := newBag(2)
	b.learn([]string{"The", "earth", "is", "flat"}, 0)
	b.learn([]string{"the", "earth", "is", "round"}, 1)
	b.learn([]string{"the", "moon", "is", "round"}, 1)
	for query, want := range map[string]int{"flat": 0, "Round": 1, "unheard": 1} {
		if got := b.class([]string{query}); got != want {
			t.Errorf("%q is of class %d, want %d", query, got, want)
		}
	}
	if p := b.likelihood(nil, 0); p != 0 {
		t.Errorf("without words the log-likelihood of one text's class is %v, want log 1", p)
	}
}
