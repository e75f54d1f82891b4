package suspect

import (
	"cmp"
	"slices"

	"rationale/datasets"
)

// suspect is a text with a suspicious phrase and its class as label.
type suspect struct {
	text   int
	odds   float64 // of the label, by the words outside the phrase
	phrase finding
}

// addRows adds the texts with a suspicious phrase, those first that read least like
// their label.
func (r *Report) addRows(f *finder, train datasets.Rows, found []finding, most int) error {
	all := suspects(f, found)
	r.Suspicious, r.Rows = len(all), []Row{}
	for _, s := range all[:min(most, len(all))] {
		row, err := f.row(s, train, r.Classes)
		if err != nil {
			return err
		}
		r.Rows = append(r.Rows, row)
	}
	return nil
}

// suspects are the texts of all suspicious phrases, each with its most suspicious one.
func suspects(f *finder, found []finding) []suspect {
	var out []suspect
	taken := map[int]bool{}
	for _, one := range found {
		if one.certainty() == None {
			continue
		}
		for k, i := range one.texts {
			if one.seen[k].with && !taken[i] {
				taken[i] = true
				out = append(out, suspect{i, one.seen[k].odds, one})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b suspect) int {
		return cmp.Or(cmp.Compare(a.odds, b.odds), cmp.Compare(f.texts[a.text].row, f.texts[b.text].row))
	})
	return out
}

// row shows a text.
func (f *finder) row(s suspect, train datasets.Rows, classes []string) (Row, error) {
	t := &f.texts[s.text]
	whole, err := train.Text(t.row)
	return Row{
		Row: t.row, ID: t.id, Class: classes[t.label], Reads: classes[f.reader.class(s.text, s.phrase.run)],
		Chance: sigmoid(s.odds), Query: whole.Query, Tokens: whole.Tokens, Spaces: whole.Spaces,
		Marked: t.marked(s.phrase.run),
	}, err
}

// marked tells of each token whether it is part of a phrase.
func (t *text) marked(run []int32) []bool {
	inside := 0 // words and edges of the phrase that are still to come
	var out []bool
	for at, w := range t.stream {
		if at+len(run) <= len(t.stream) && slices.Equal(t.stream[at:at+len(run)], run) {
			inside = len(run)
		}
		if w != edge {
			out = append(out, inside > 0)
		}
		inside--
	}
	return out
}
