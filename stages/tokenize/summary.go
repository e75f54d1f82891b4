package tokenize

import (
	"fmt"
	"path/filepath"

	"rationale/datasets"
	"rationale/stages"
	"rationale/tokenizer"
)

// Summary says what the tokenizer made of a dataset.
type Summary struct {
	Dataset string   `json:"dataset"`
	Classes []string `json:"classes"`
	// Poisoned says how texts were poisoned; empty when none was.
	Poisoned string `json:"poisoned,omitempty"`
	Settings `json:"settings"`
	Digest   string `json:"digest"` // of the tokenizer's vocabulary and settings
	Vocab    int    `json:"vocabulary"`
	Random   bool   `json:"random_vectors"`
	// Source is where the word vectors came from, and Width how many numbers
	// each has; empty and 0 without any.
	Source   string             `json:"vectors,omitempty"`
	Width    int                `json:"vector_width,omitempty"`
	Coverage tokenizer.Coverage `json:"coverage,omitzero"` // of word vectors
	Splits   map[string]Counts  `json:"splits"`
}

// Queries tells that some texts have queries.
func (s Summary) Queries() bool {
	for _, counts := range s.Splits {
		if counts.Queries > 0 {
			return true
		}
	}
	return false
}

// allQueried tells that every text has a query.
func (s Summary) allQueried() bool {
	texts, queries := 0, 0
	for _, counts := range s.Splits {
		texts, queries = texts+counts.Texts, queries+counts.Queries
	}
	return texts > 0 && texts == queries
}

// Counts are sums over one split. Pieces are those of documents and of what
// is read of their queries; separators and special pieces count towards the
// maximum length and nowhere else.
type Counts struct {
	Texts    int `json:"texts"`
	Queries  int `json:"queries,omitempty"` // texts with a query
	Pieces   int `json:"pieces"`            // before cutting
	Cut      int `json:"cut"`               // pieces behind the maximum length
	CutTexts int `json:"cut_texts"`         // texts that lost some
	// CutAt256 and CutAt512 are what maximum lengths of 256 and 512 cut off,
	// whatever the one in use is.
	CutAt256  int `json:"cut_at_256"`
	CutAt512  int `json:"cut_at_512"`
	Gold      int `json:"gold"`      // gold pieces kept
	GoldCut   int `json:"gold_cut"`  // gold pieces cut off
	Unknown   int `json:"unknown"`   // pieces without an id of their own, before cutting
	WithGold  int `json:"with_gold"` // texts whose rationale is known
	Annotated int `json:"annotated"` // their document pieces kept
	// GoldSentences are sentences with a gold piece that was kept;
	// GoldSentencesCut lost all that was gold in them.
	GoldSentences    int    `json:"gold_sentences"`
	GoldSentencesCut int    `json:"gold_sentences_cut"`
	Shares           Shares `json:"shares"`
}

// Shares are fractions of all pieces before cutting; 0 of none.
type Shares struct {
	CutAt256 float64 `json:"cut_at_256"`
	CutAt512 float64 `json:"cut_at_512"`
	Unknown  float64 `json:"unknown"`
}

func (c *Counts) add(e encoded, limit int) {
	c.Texts++
	if e.Lead > 0 {
		c.Queries++
	}
	c.Pieces += e.pieces
	c.Unknown += e.unknown
	c.CutAt256 += e.cut(256)
	c.CutAt512 += e.cut(512)
	if cut := e.cut(limit); cut > 0 {
		c.Cut += cut
		c.CutTexts++
	}
	if e.Gold != nil {
		kept := countTrue(e.Gold)
		c.WithGold++
		c.Annotated += e.kept
		c.Gold += kept
		c.GoldCut += e.gold - kept
		c.GoldSentences += e.goldKept
		c.GoldSentencesCut += e.goldSentences - e.goldKept
	}
}

func (c Counts) shares() Shares {
	return Shares{CutAt256: datasets.Share(c.CutAt256, c.Pieces), CutAt512: datasets.Share(c.CutAt512, c.Pieces), Unknown: datasets.Share(c.Unknown, c.Pieces)}
}

// GoldShare is the share of gold pieces among the document pieces kept of
// texts whose rationale is known; 0 without any.
func (c Counts) GoldShare() float64 { return datasets.Share(c.Gold, c.Annotated) }

func newSummary(dataset string, meta datasets.Meta, v *vocabulary) *Summary {
	return &Summary{
		Dataset: dataset, Classes: meta.Classes, Poisoned: meta.Poisoned, Settings: v.settings, Digest: v.Digest(), Vocab: v.Size(),
		Random: v.random, Source: v.source, Width: v.width(), Coverage: v.coverage, Splits: map[string]Counts{},
	}
}

// ReadSummary reads the summary of a tokenized dataset.
func ReadSummary(dir string) (s Summary, err error) {
	path := filepath.Join(dir, SummaryFile)
	if err := stages.ReadJSON(path, &s); err != nil {
		return s, err
	}
	defer stages.InFile(path, &err)
	if err := s.Settings.check(); err != nil {
		return s, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}
