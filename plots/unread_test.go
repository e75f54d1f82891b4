package plots

import (
	"bytes"
	"strings"
	"testing"
)

// Words that are not read stand apart, faint, with the gold ones among them
// counted, and are not shown as chosen; spaces stand where the text has them.
func TestUnreadWordsAndSpaces(t *testing.T) {
	h := Highlight{
		Title: "x", Query: "did it die?", Tokens: strings.Fields("dies : ( so it goes"),
		Spaces: []bool{false, true, false, true, true, true}, Unread: 2,
		Gold:       []bool{true, false, false, false, true, false},
		Rationales: []Rationale{{Name: "RNP", Chosen: []bool{true, false, false, false, false, false}}},
	}
	const text = "query: did it die?\nRNP  [_dies_] :( so\n     (not read from here on: 2 words, 1 of them gold)\n     _it_ goes\n"
	var plain, colour bytes.Buffer
	if err := h.WriteTerminal(&plain, Terminal{}); err != nil || !strings.Contains(plain.String(), text) {
		t.Errorf("%v\n%s\nwant\n%s", err, plain.String(), text)
	}
	if err := h.WriteTerminal(&colour, Terminal{Colour: true}); err != nil || !strings.Contains(colour.String(), ansiUnread) {
		t.Errorf("%v: nothing is faint: %q", err, colour.String())
	}
	const html = `<p class="unread"><em>(not read from here on: 2 words, 1 of them gold)</em> <u class="gold">it</u> goes</p>`
	fragment, err := h.HTML()
	if err != nil || !strings.Contains(string(fragment), html) || !strings.Contains(string(fragment), "did it die?") || !strings.Contains(string(fragment), ":( so</p>") {
		t.Errorf("%v\n%s\nwant\n%s", err, fragment, html)
	}
	for _, bad := range []Highlight{{Tokens: []string{"a"}, Unread: 2}, {Tokens: []string{"a"}, Spaces: []bool{}}} {
		if _, err := bad.HTML(); err == nil {
			t.Errorf("%+v is shown", bad)
		}
	}
}
