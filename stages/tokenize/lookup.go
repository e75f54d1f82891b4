package tokenize

import (
	"slices"

	"rationale/tokenizer"
	"rationale/tokenizer/embeddings"
)

// LookUp gives words of a text that the vocabulary lacks, but for which the table
// has a vector, ids of their own, the first behind the vocabulary's. It gives these
// words in the order of their ids, as the table has them; they are no longer
// among those unknown. Pieces are never looked up: nobody has vectors of them.
func (r *Reader) LookUp(g *Given, table *embeddings.Table) []string {
	list, ok := r.vocabulary.Tokenizer.(*tokenizer.Words)
	if !ok {
		return nil
	}
	var added []string
	for i, word := range g.Word {
		if g.Roles[i] == MarkPiece || g.IDs[i] != tokenizer.UnknownWord {
			continue
		}
		folded := list.Fold(g.word(int(word)))
		if !oneWord(folded) || !table.Contains(folded) {
			continue
		}
		if !slices.Contains(added, folded) {
			added = append(added, folded)
		}
		g.IDs[i] = int32(r.vocabulary.Size() + slices.Index(added, folded))
	}
	g.Unknown = slices.DeleteFunc(g.Unknown, func(word string) bool { return table.Contains(list.Fold(word)) })
	return added
}

// word is the word of query or document that a piece's Word names.
func (t Text) word(number int) string {
	if number < t.Lead {
		return t.Query[number]
	}
	return t.Tokens[number-t.Lead]
}
