package datasets

import "context"

// StatsCut is the length at which Describe cuts texts: what the models see.
const StatsCut = 256

// Stats describes a dataset split by split, in the order of SplitNames.
type Stats struct {
	Name    string       `json:"name"`
	Digest  string       `json:"digest"`
	Classes []string     `json:"classes"`
	Splits  []SplitStats `json:"splits,omitempty"` // of texts
	// Graphs has one entry for each split of a dataset of graphs.
	Graphs []GraphStats `json:"graphs,omitempty"`
}

// SplitStats describes one split of texts. Lengths are in tokens; means and shares of
// nothing are 0.
type SplitStats struct {
	Name     string `json:"name"`
	Rows     int    `json:"rows"`
	PerClass []int  `json:"per_class"`
	// MeanLength is taken over the whole texts, MeanCut after cutting at StatsCut.
	MeanLength float64 `json:"mean_length"`
	MeanCut    float64 `json:"mean_length_cut"`
	Longest    int     `json:"longest"`
	// CutShare is the share of all tokens that lies beyond StatsCut.
	CutShare float64 `json:"cut_share"`
	// GoldShare is the share of marked tokens among all tokens of the rows whose
	// rationale is known, both after cutting (the papers' micro average).
	GoldShare        float64 `json:"gold_share"`
	WithoutRationale int     `json:"without_rationale"` // rows
	WithSentences    int     `json:"with_sentences"`    // rows
	WithQuery        int     `json:"with_query"`        // rows
}

// Describe reads the whole dataset once, or until ctx ends.
func Describe(ctx context.Context, set *Set) (Stats, error) {
	meta := set.Meta()
	stats := Stats{Name: meta.Name, Digest: set.Digest(), Classes: meta.Classes}
	for _, name := range SplitNames {
		split, err := set.Split(name)
		if err != nil {
			return Stats{}, err
		}
		if meta.Graphs != nil {
			err = stats.addGraphs(ctx, split)
		} else {
			err = stats.addTexts(ctx, split)
		}
		if err != nil {
			return Stats{}, err
		}
	}
	return stats, nil
}

func (stats *Stats) addTexts(ctx context.Context, split *Split) error {
	s := SplitStats{Name: split.Name(), Rows: split.Len(), PerClass: make([]int, len(stats.Classes))}
	var t tally
	for i := range split.Len() {
		if err := ctx.Err(); err != nil {
			return err
		}
		text, err := split.Text(i)
		if err != nil {
			return err
		}
		s.add(&text)
		t.add(&text)
	}
	s.MeanLength, s.MeanCut = Share(t.tokens, s.Rows), Share(t.cut, s.Rows)
	s.CutShare, s.GoldShare = Share(t.tokens-t.cut, t.tokens), Share(t.gold, t.judged)
	stats.Splits = append(stats.Splits, s)
	return nil
}

func (s *SplitStats) add(t *Text) {
	if t.Label >= 0 && t.Label < len(s.PerClass) {
		s.PerClass[t.Label]++
	}
	s.Longest = max(s.Longest, len(t.Tokens))
	if t.Rationale == nil {
		s.WithoutRationale++
	}
	if len(t.Sentences) > 0 {
		s.WithSentences++
	}
	if len(t.Query) > 0 {
		s.WithQuery++
	}
}

// tally counts tokens: all, those before the cut, and of the latter those in rows
// with a rationale and those marked.
type tally struct{ tokens, cut, judged, gold int }

func (t *tally) add(text *Text) {
	kept := min(len(text.Tokens), StatsCut)
	t.tokens += len(text.Tokens)
	t.cut += kept
	if text.Rationale == nil {
		return
	}
	t.judged += kept
	t.gold += marked(text.Rationale[:kept])
}

// Share is part of whole as a fraction, 0 of nothing.
func Share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
