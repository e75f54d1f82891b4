package predict

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/datasets/words"
	"rationale/stages/evaluate"
	"rationale/stages/infer"
	"rationale/stages/tokenize"
)

// longWords selects words of more than three letters, reads six words, and names the
// class "long" when it selects any. It knows no word with a z.
type longWords struct{ rule words.Rule }

func (longWords) Reading() tokenize.Reading {
	return tokenize.Reading{Classes: []string{"short", "long"}}
}

func (m longWords) Prepare(_, text string) (tokenize.Given, error) {
	found, err := m.rule.Find(text)
	if err == nil && len(found.Words) == 0 {
		err = errors.New("the text has no words")
	}
	g := tokenize.Given{Text: tokenize.Text{Tokens: found.Words}, Spans: found.Spans}
	for _, word := range found.Words {
		g.Counts.Unknown += strings.Count(word, "z")
	}
	return g, err
}

func (longWords) AnswerAll(_ context.Context, given []tokenize.Given) ([]infer.Answer, error) {
	answers := make([]infer.Answer, len(given))
	for i, g := range given {
		x := evaluate.Example{Tokens: g.Tokens, Predicted: "short", Unread: max(0, len(g.Tokens)-6), Selected: make([]bool, len(g.Tokens))}
		classes := []float64{.75, .25}
		for k, word := range g.Tokens[:len(g.Tokens)-x.Unread] {
			if x.Selected[k] = len(word) > 3; x.Selected[k] {
				x.Predicted, classes = "long", []float64{.25, .75}
			}
		}
		answers[i] = infer.Answer{Example: x, Classes: classes, Spans: g.Spans}
	}
	return answers, nil
}

// answersTo runs the model on an input.
func answersTo(t testing.TB, m Model, o Options, input string) (output string, refused []Refused, advice string) {
	t.Helper()
	o.Workers = 3
	lines := 0
	err := Texts(t.Context(), m, o, strings.NewReader(input), func(x Answered) error {
		lines += x.Lines
		output, refused, advice = output+string(x.Output), append(refused, x.Refused...), advice+x.Advice
		return nil
	})
	if err != nil || lines != strings.Count(output, "\n") {
		t.Fatalf("%d lines, error %v:\n%s", lines, err, output)
	}
	return output, refused, advice
}

// TestAnswers shows whole lines of output.
func TestAnswers(t *testing.T) {
	const long, short = `"label":"long","probability":0.75,"probabilities":{"long":0.75,"short":0.25}`, `"label":"short","probability":0.75,"probabilities":{"long":0.25,"short":0.75}`
	for _, c := range []struct {
		name, input, want string
		rule              words.Rule
		options           Options
	}{
		{name: "places are characters", input: "Ünïts, größe zz", rule: words.Unicode,
			want: `{"line":1,` + long + `,"rationale":[{"word":"Ünïts","index":0,"start":0,"end":5},{"word":"größe","index":2,"start":7,"end":12}],"spans":[[0,5],[7,12]],"words":4,"unknown":2}`},
		{name: "neighbours make a stretch", input: "a very good  Tea day", rule: words.ASCII,
			want: `{"line":1,` + long + `,"rationale":[{"word":"very","index":1,"start":2,"end":6},{"word":"good","index":2,"start":7,"end":11}],"spans":[[2,11]],"words":5,"unknown":0}`},
		{name: "words as they were written", input: "GREAT", rule: words.ASCII,
			want: `{"line":1,` + long + `,"rationale":[{"word":"GREAT","index":0,"start":0,"end":5}],"spans":[[0,5]],"words":1,"unknown":0}`},
		{name: "nothing selected", input: "a b", rule: words.Unicode,
			want: `{"line":1,` + short + `,"rationale":[],"spans":[],"words":2,"unknown":0}`},
		{name: "cut", input: "a b c d e f long", rule: words.Unicode,
			want: `{"line":1,` + short + `,"rationale":[],"spans":[],"words":7,"cut":true,"read":6,"unknown":0}`},
		{name: "a list of words", input: `["a", "New York"]`, rule: words.Tokens,
			want: `{"line":1,` + long + `,"rationale":[{"word":"New York","index":1}],"spans":[],"words":2,"unknown":0}`},
		{name: "JSON with ids", input: `{"id": 7.0, "text": "a\nb", "label": "x"}` + "\r\n" + `{"id":"x<y","text":"b"}`, rule: words.Unicode, options: Options{JSONL: true},
			want: `{"line":1,"id":7.0,` + short + `,"rationale":[],"spans":[],"words":2,"unknown":0}` + "\n" +
				`{"line":2,"id":"x<y",` + short + `,"rationale":[],"spans":[],"words":1,"unknown":0}`},
		{name: "a refused line in its place", input: "a\n\nb", rule: words.Unicode,
			want: `{"line":1,` + short + `,"rationale":[],"spans":[],"words":1,"unknown":0}` + "\n" +
				`{"line":2,"error":"the text has no words"}` + "\n" +
				`{"line":3,` + short + `,"rationale":[],"spans":[],"words":1,"unknown":0}`},
		{name: "nothing at all", rule: words.Unicode, want: ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, _ := answersTo(t, longWords{c.rule}, c.options, c.input)
			if d := cmp.Diff(c.want, strings.TrimSuffix(got, "\n")); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// TestClassifierSelectsNothing: it has no rationale, not an empty one.
func TestClassifierSelectsNothing(t *testing.T) {
	x := infer.Answer{Example: evaluate.Example{Tokens: []string{"a"}, Predicted: "b"}, Classes: []float64{0, 1}}
	raw, err := json.Marshal(newTextAnswer(question[text]{}, x, []string{"a", "b"}))
	if err != nil || strings.Contains(string(raw), "rationale") || strings.Contains(string(raw), "spans") {
		t.Errorf("%s, error %v", raw, err)
	}
}

// TestRefusedLines: what is wrong with a line is told with its number, and the lines
// around it are answered.
func TestRefusedLines(t *testing.T) {
	huge := `{"text": "` + strings.Repeat("x", maxLine) + `"}`
	for _, c := range []struct {
		name, line, want string
		text             bool // not JSON
	}{
		{"invalid UTF-8", "so \xff sad", "not valid UTF-8", true},
		{"NUL", "a\x00b", "NUL bytes", true},
		{"white space", " \t ", "the text has no words", true},
		{"huge", huge, "more than 16 MB", true},
		{"invalid UTF-8 in JSON", `{"text": "` + "\xff" + `"}`, "not valid UTF-8", false},
		{"empty", "", expected, false},
		{"no object", `"a text"`, expected, false},
		{"half", `{"text": "a`, expected, false},
		{"two", `{"text": "a"} {"text": "b"}`, expected, false},
		{"no text", `{"id": 1}`, `no "text"`, false},
		{"null", `{"text": null}`, `no "text"`, false},
		{"a number", `{"text": 3}`, expected, false},
		{"text twice", `{"text": "a", "text": "b"}`, `"text" stands twice`, false},
		{"half a character", `{"text": "a \ud83d"}`, "half of a character", false},
		{"other query", `{"text": "a", "query": 3}`, expected, false},
		{"id", `{"text": "a", "id": [1]}`, `"id" is [1]`, false},
		{"no words", `{"text": "", "id": "e"}`, "no words", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			around := `{"text": "b"}`
			output, refused, _ := answersTo(t, longWords{words.Unicode}, Options{JSONL: !c.text}, around+"\n"+c.line+"\n"+around+"\n")
			if len(refused) != 1 || refused[0].Line != 2 || !strings.Contains(refused[0].Err.Error(), c.want) {
				t.Fatalf("refused %v; want %q", refused, c.want)
			}
			lines := strings.Split(output, "\n")
			if !strings.Contains(lines[0], `"label"`) || !strings.Contains(lines[1], `{"line":2,`) || !strings.Contains(lines[1], `"error":`) || !strings.Contains(lines[2], `"label"`) {
				t.Errorf("%s", output)
			}
		})
	}
}

// TestManyLinesKeepTheirOrder through windows that are worked on side by side.
func TestManyLinesKeepTheirOrder(t *testing.T) {
	var input strings.Builder
	const n = 5*windowLines + 3
	for i := range n {
		fmt.Fprintf(&input, `{"id": %d, "text": "%s"}`+"\n", i, strings.Repeat("tea ", i%7))
	}
	output, refused, _ := answersTo(t, longWords{words.Space}, Options{JSONL: true}, input.String())
	decoder := json.NewDecoder(strings.NewReader(output))
	for i := range n {
		var got struct{ Line, ID, Words int }
		if err := decoder.Decode(&got); err != nil || got.Line != i+1 || got.ID != i || got.Words != i%7 {
			t.Fatalf("answer %d is %+v, error %v", i, got, err)
		}
	}
	if want := (n + 6) / 7; len(refused) != want {
		t.Errorf("%d lines without words were refused, want %d", len(refused), want)
	}
}

// TestAdvice: JSON that is read as text is noticed.
func TestAdvice(t *testing.T) {
	for input, want := range map[string]bool{`{"text": "a"}`: true, "{ a": false, "a text": false} {
		if _, _, advice := answersTo(t, longWords{words.Unicode}, Options{}, input); (advice != "") != want {
			t.Errorf("%s: advice %q", input, advice)
		}
	}
	if _, _, advice := answersTo(t, longWords{words.Unicode}, Options{JSONL: true}, `{"text": "a"}`); advice != "" {
		t.Errorf("advice %q", advice)
	}
}
