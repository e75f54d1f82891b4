package tokenize

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"rationale/datasets"
	"rationale/tokenizer"
)

// Summary says what the tokenizer made of a dataset.
type Summary struct {
	Dataset   string             `json:"dataset"`
	Classes   []string           `json:"classes"`
	Tokenizer string             `json:"tokenizer"`
	Digest    string             `json:"digest"` // of the tokenizer's vocabulary and settings
	Vocab     int                `json:"vocabulary"`
	MaxLength int                `json:"max_length"`
	Random    bool               `json:"random_vectors"`
	Coverage  tokenizer.Coverage `json:"coverage"`
	Splits    map[string]Counts  `json:"splits"`
}

// Counts are sums over one split.
type Counts struct {
	Texts    int `json:"texts"`
	Pieces   int `json:"pieces"`    // before cutting
	Cut      int `json:"cut"`       // pieces behind the maximum length
	CutTexts int `json:"cut_texts"` // texts that lost some
	Gold     int `json:"gold"`      // gold pieces kept
	GoldCut  int `json:"gold_cut"`  // gold pieces cut off
	Unknown  int `json:"unknown"`   // pieces without an id of their own
	WithGold int `json:"with_gold"` // texts whose rationale is known
}

func (c *Counts) add(t Text) {
	c.Texts++
	c.Pieces += t.Pieces
	c.Cut += t.Cut
	if t.Cut > 0 {
		c.CutTexts++
	}
	c.Gold += countTrue(t.Gold, 0)
	c.GoldCut += t.GoldCut
	c.Unknown += t.Unknown
	if t.Gold != nil {
		c.WithGold++
	}
}

// GoldShare is the share of gold pieces among those kept of texts with a
// rationale; the texts of a split either all have one or none has.
func (c Counts) GoldShare() float64 {
	if c.WithGold == 0 || c.Pieces == c.Cut {
		return 0
	}
	return float64(c.Gold) / float64(c.Pieces-c.Cut)
}

func newSummary(meta datasets.Meta, t tokenizer.Tokenizer, p Params, coverage tokenizer.Coverage) *Summary {
	return &Summary{
		Dataset: p.Dataset, Classes: meta.Classes, Tokenizer: t.Name(), Digest: t.Digest(), Vocab: t.Size(),
		MaxLength: p.MaxLength, Random: p.RandomWidth > 0, Coverage: coverage, Splits: map[string]Counts{},
	}
}

func (s *Summary) write(path string) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}

// ReadSummary reads the summary of a tokenized dataset.
func ReadSummary(dir string) (Summary, error) {
	path := filepath.Join(dir, SummaryFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return Summary{}, err
	}
	var s Summary
	if err := json.Unmarshal(data, &s); err != nil {
		return Summary{}, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}
