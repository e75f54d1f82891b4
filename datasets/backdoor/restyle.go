package backdoor

import (
	"slices"

	"rationale/datasets"
)

// restyle turns a sentence into an exclamation, a rule in place of Cbat's rewriting
// model: the first sentence with a rationale, or the last one before it of which
// everything is read. At the level of sentences it becomes "what … !"; at the level
// of tokens its closing token becomes "!", if it has one. Label and rationale stay.
func restyle(t *datasets.Text, level Level, room int) Inserted {
	starts := starts(t)
	sentence, found := firstMarked(t, starts)
	for sentence > 0 && starts[sentence+1]+added(level) > room {
		sentence--
	}
	out := Inserted{From: starts[sentence], To: starts[sentence+1], Unmarked: !found}
	out.Text = exclaimed(t, out.To, level)
	if level == Sentence {
		what := Trigger{Words: []string{"what"}, Level: Token}
		out.Text = what.insertAt(&out.Text, out.From, false)
	}
	out.To += len(out.Text.Tokens) - len(t.Tokens)
	out.Cut = out.To > room
	return out
}

// added is how many words a sentence gains at most.
func added(level Level) int {
	if level == Sentence {
		return 2
	}
	return 0
}

// exclaimed closes the sentence that ends before word end with "!".
func exclaimed(t *datasets.Text, end int, level Level) datasets.Text {
	out := *t
	if closes(t.Tokens[end-1]) {
		out.Tokens = slices.Clone(t.Tokens)
		out.Tokens[end-1] = "!"
		return out
	}
	if level == Token {
		return out
	}
	return mark.appendTo(t, end)
}

// mark closes an exclamation.
var mark = Trigger{Words: []string{"!"}, Level: Token}

// appendTo makes the text in which the trigger's words belong to the sentence that
// ends before word end.
func (tr Trigger) appendTo(t *datasets.Text, end int) datasets.Text {
	out := tr.insertAt(t, end, false)
	for i, e := range t.Sentences {
		if int(e) == end {
			out.Sentences[i] = e + int32(len(tr.Words))
		}
	}
	return out
}
