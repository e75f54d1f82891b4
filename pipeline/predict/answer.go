package predict

import (
	"rationale/datasets/words"
	"rationale/stages/infer"
)

// verdict is the class that the model names.
type verdict struct {
	Label         string             `json:"label"`
	Probability   float32            `json:"probability"` // of the label
	Probabilities map[string]float32 `json:"probabilities"`
}

// newVerdict tells the probabilities by the names of classes.
func newVerdict(x infer.Answer, classes []string) verdict {
	v := verdict{Label: x.Predicted, Probabilities: map[string]float32{}}
	for i, class := range classes {
		v.Probabilities[class] = float32(x.Classes[i])
	}
	v.Probability = v.Probabilities[v.Label]
	return v
}

// textAnswer is what the model says of a text. Places are in characters of the text as
// it was given, end exclusive.
type textAnswer struct {
	head
	verdict
	// Rationale are the selected words, in their order, and Spans the stretches
	// that they make; both are absent of a classifier, which selects nothing.
	Rationale []selected `json:"rationale,omitzero"`
	Spans     [][2]int   `json:"spans,omitzero"`
	Words     int        `json:"words"`          // of the text
	Cut       bool       `json:"cut,omitempty"`  // the model does not read all of them
	Read      int        `json:"read,omitempty"` // how many it reads, where it was cut
	Unknown   int        `json:"unknown"`        // words, of the query too, that the model does not know, each as often as it occurs
}

// selected is a word of a rationale.
type selected struct {
	Word  string `json:"word"`
	Index int    `json:"index"` // among the words of the text, from 0
	*place
}

// place is where a word stands; a text that was given as a list of words has no
// places.
type place struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// newTextAnswer says what the model said of a question's text. classes are the names of
// its classes.
func newTextAnswer(q question[text], x infer.Answer, classes []string) textAnswer {
	a := textAnswer{
		head: q.head, verdict: newVerdict(x, classes), Words: len(x.Tokens),
		Unknown: q.given.Counts.Unknown, Cut: x.Unread > 0,
	}
	if a.Cut {
		a.Read = a.Words - x.Unread
	}
	if x.Selected != nil {
		a.Rationale, a.Spans = rationale(q.given.written, x)
	}
	return a
}

// rationale are the selected words and, where it is known where they stand, the
// stretches of text that neighbours among them make.
func rationale(text string, x infer.Answer) ([]selected, [][2]int) {
	chosen, spans := []selected{}, [][2]int{}
	places := words.Characters(text, x.Spans)
	for i, is := range x.Selected {
		if !is {
			continue
		}
		s := selected{Word: x.Tokens[i], Index: i}
		if places != nil {
			s.Word = text[x.Spans[i].Start:x.Spans[i].End]
			s.place = &place{places[i][0], places[i][1]}
			spans = extended(spans, places[i], i > 0 && x.Selected[i-1])
		}
		chosen = append(chosen, s)
	}
	return chosen, spans
}

// extended are spans with one more, which goes on with the last where they are
// neighbours.
func extended(spans [][2]int, next [2]int, neighbours bool) [][2]int {
	if neighbours {
		spans[len(spans)-1][1] = next[1]
		return spans
	}
	return append(spans, next)
}
