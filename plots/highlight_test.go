package plots

import (
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"rationale/plots/internal/golden"
)

func join(tokens ...string) string {
	return Terminal{}.marked(Highlight{Tokens: tokens}.spans(nil, spaced(tokens), 0, len(tokens)))
}

func TestTokensReadAsText(t *testing.T) {
	for _, test := range []struct{ tokens, want string }{
		{"pours a dark brown , with a thin head .", "pours a dark brown, with a thin head."},
		{"really ? ! yes ; no : maybe", "really?! yes; no: maybe"},
		{"a smell ( of malt ) and [ hops ]", "a smell (of malt) and [hops]"},
		{"don ' t , it ' s , we ' ll", "don't, it's, we'll"},
		{"do n't , it 's , we 're", "don't, it's, we're"},
		{`he said " very good " twice`, `he said "very good" twice`},
		{"the ' best ' of all", "the 'best' of all"},
		{"3 . 5 % for $ 10 , 000", "3.5% for $10,000"},
		{"in 2010 . 5 stars", "in 2010.5 stars"},
		{"no . 5 stars", "no. 5 stars"},
		{"thanks @ you # happy", "thanks @you #happy"},
		{"wait . . . what", "wait... what"},
		{"“ quoted ” text", "“quoted” text"},
		{", first", ", first"},
		{"% of", "% of"},
		{"'", "'"},
	} {
		if got := join(strings.Fields(test.tokens)...); got != test.want {
			t.Errorf("%q reads %q, want %q", test.tokens, got, test.want)
		}
	}
	if got := join("a", "", " ", "\x1b[2J", "\u202e", "b"); got != "a ␣ ␣ �[2J � b" {
		t.Errorf("unprintable tokens read %q", got)
	}
}

// sampleHighlight is a made-up review with the choices of two methods.
func sampleHighlight() Highlight {
	tokens := strings.Fields("pours a clear gold . the aroma is wonderful , full of citrus and honey ( really ) . it ' s a bit thin <b> though & cheap")
	mask := func(words string) []bool {
		m := make([]bool, len(tokens))
		for i, token := range tokens {
			for _, w := range strings.Fields(words) {
				m[i] = m[i] || token == w
			}
		}
		return m
	}
	return Highlight{
		Title: "generated-aroma, test text 17, label positive", Tokens: tokens,
		Gold: mask("aroma is wonderful , full of citrus honey and"),
		Rationales: []Rationale{
			{Name: "RNP", Note: "positive, 0.93", Chosen: mask(". gold thin <b>")},
			{Name: "RNP+A2I", Note: "positive, 0.88", Chosen: mask("aroma is wonderful , (")},
		},
	}
}

func TestGoldenHighlights(t *testing.T) {
	plain, colour := new(bytes.Buffer), new(bytes.Buffer)
	if err := sampleHighlight().WriteTerminal(plain, Terminal{Width: 72}); err != nil {
		t.Fatal(err)
	}
	if err := sampleHighlight().WriteTerminal(colour, Terminal{Colour: true, Width: 72}); err != nil {
		t.Fatal(err)
	}
	fragment, err := sampleHighlight().HTML()
	if err != nil {
		t.Fatal(err)
	}
	golden.Text(t, "highlight.txt", plain.Bytes())
	golden.Text(t, "highlight.ansi", colour.Bytes())
	golden.Text(t, "highlight.html", []byte(fragment))
}

var ansiCode = regexp.MustCompile("\x1b\\[[0-9;]*m")

// drawHighlight makes texts of awkward tokens with any choice of words.
var drawHighlight = rapid.Custom(func(t *rapid.T) Highlight {
	token := rapid.SampledFrom([]string{"a", "word", "longer-word", ".", ",", "(", ")", "'", `"`, "s", "<i>", "&", "啤酒", "é", "\x1b", "5"})
	h := Highlight{Tokens: rapid.SliceOf(token).Draw(t, "tokens")}
	mask := rapid.SliceOfN(rapid.Bool(), len(h.Tokens), len(h.Tokens))
	h.Gold = mask.Draw(t, "gold")
	h.Rationales = []Rationale{{Name: "RNP", Chosen: mask.Draw(t, "chosen")}}
	return h
})

func TestWrappingKeepsTextAndWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHighlight.Draw(t, "text")
		width := rapid.IntRange(20, 60).Draw(t, "width")
		bare := join(h.Tokens...)
		for _, term := range []Terminal{{}, {Colour: true}} {
			lines := term.lines(h, h.Rationales[0].Chosen, width)
			text := strings.Join(lines, " ")
			if term.Colour {
				text = ansiCode.ReplaceAllString(text, "")
				if text != bare {
					t.Fatalf("wrapped text reads %q, want %q", text, bare)
				}
			}
			for _, line := range lines {
				line = ansiCode.ReplaceAllString(line, "")
				if uniseg.StringWidth(line) > width && strings.Contains(line, " ") && !strings.Contains(line, "_") {
					t.Fatalf("%q is wider than %d", line, width)
				}
			}
		}
	})
}

// The marks survive: the words inside <mark> and <u> are those of the masks.
func TestHTMLMarksTheChosenWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHighlight.Draw(t, "text")
		fragment, err := h.HTML()
		if err != nil {
			t.Fatal(err)
		}
		var chosen, gold []string
		for i, token := range h.Tokens {
			if h.Rationales[0].Chosen[i] {
				chosen = append(chosen, visible(token))
			}
			if h.Gold[i] {
				gold = append(gold, visible(token))
			}
		}
		marked, underlined := textInside(t, string(fragment))
		squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if squeeze(marked) != strings.Join(chosen, "") || squeeze(underlined) != strings.Join(gold, "") {
			t.Fatalf("marked %q, want %q; underlined %q, want %q", marked, chosen, underlined, gold)
		}
	})
}

// textInside reads the fragment as XML and collects the text in <mark> and in
// <u>, the legend left out.
func textInside(t *rapid.T, fragment string) (marked, underlined string) {
	depth := map[string]int{}
	legend := false
	for d := xml.NewDecoder(strings.NewReader(fragment)); ; {
		token, err := d.Token()
		if err == io.EOF {
			return marked, underlined
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, fragment)
		}
		switch token := token.(type) {
		case xml.StartElement:
			depth[token.Name.Local]++
			for _, a := range token.Attr {
				legend = legend || a.Value == "highlight-legend"
			}
		case xml.EndElement:
			depth[token.Name.Local]--
		case xml.CharData:
			if depth["mark"] > 0 && !legend {
				marked += string(token)
			}
			if depth["u"] > 0 && !legend {
				underlined += string(token)
			}
		}
	}
}

func TestHighlightWithoutMarks(t *testing.T) {
	for _, test := range []struct {
		name string
		h    Highlight
		want string
	}{
		{"nothing", Highlight{Tokens: []string{"a", "."}}, "  a.\n(no rationale)\n"},
		{"gold alone", Highlight{Tokens: []string{"a", "."}, Gold: []bool{true, false}}, "  _a_.\n(_gold_)\n"},
		{"no gold", Highlight{Tokens: []string{"a", "."}, Rationales: []Rationale{{Name: "R", Chosen: []bool{true, true}}}}, "R  [a.]\n([chosen])\n"},
		{"hostile names", Highlight{Title: "\x1b]0;x\a", Tokens: []string{"a"}, Rationales: []Rationale{{Name: "\x1b[2J", Chosen: []bool{false}}}}, "�]0;x�\n�[2J  a\n([chosen])\n"},
	} {
		var out bytes.Buffer
		if err := test.h.WriteTerminal(&out, Terminal{}); err != nil {
			t.Fatal(err)
		}
		if out.String() != test.want {
			t.Errorf("%s: %q, want %q", test.name, out.String(), test.want)
		}
	}
}

func TestMasksMustFitTheText(t *testing.T) {
	for _, test := range []struct {
		h    Highlight
		want string
	}{
		{Highlight{Title: "t", Tokens: []string{"a"}, Gold: []bool{}}, `text "t" has 1 tokens, but gold marks for 0`},
		{Highlight{Title: "t", Tokens: []string{"a"}, Rationales: []Rationale{{Name: "RNP", Chosen: []bool{true, false}}}}, `text "t" has 1 tokens, but "RNP" chose among 2`},
	} {
		_, err := test.h.HTML()
		if err == nil || err.Error() != test.want {
			t.Errorf("HTML: %v, want %q", err, test.want)
		}
		if err := test.h.WriteTerminal(io.Discard, Terminal{}); err == nil || err.Error() != test.want {
			t.Errorf("terminal: %v, want %q", err, test.want)
		}
	}
}
