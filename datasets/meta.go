package datasets

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// SplitNames lists the splits of every dataset, in the order in which they are
// stored and printed.
var SplitNames = []string{"train", "dev", "test"}

// Meta says what a dataset holds and where it came from. It depends only on the
// sources and the import options, never on the time, the machine or the folder.
type Meta struct {
	Name   string `json:"name"`
	Format string `json:"format"`
	// Classes names the classes; Text.Label is an index into it.
	Classes []string `json:"classes"`
	// Lower asks for tokens to be lower-cased before a vocabulary look-up.
	Lower   bool   `json:"lower"`
	Aspect  string `json:"aspect,omitempty"`
	Licence string `json:"licence"`
	// Split is the rule that dealt the rows to the splits, spelled out.
	Split string `json:"split"`
	// Seed is the seed of the random shares of Split and of generated text.
	Seed uint64 `json:"seed"`
	// Balance is "off" or the seed with which the training rows were balanced.
	Balance string            `json:"balance"`
	Options map[string]string `json:"options,omitempty"`
	// ConstantQuery is a query that all rows had in common; it says nothing about
	// a row and was dropped.
	ConstantQuery string   `json:"constant_query,omitempty"`
	Sources       []Source `json:"sources"`
	// Splits is keyed by the names of SplitNames.
	Splits map[string]SplitMeta `json:"splits"`
	// SharedTexts counts the rows of one split whose tokens and query also occur
	// in another one: "train/dev" → rows of dev seen in train.
	SharedTexts map[string]int `json:"shared_texts,omitempty"`
}

// Source identifies one raw file that was read.
type Source struct {
	Base   string `json:"base"` // name without its folder
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

// SplitMeta counts what one split holds.
type SplitMeta struct {
	Rows            int   `json:"rows"`
	PerClass        []int `json:"per_class"` // by class number
	Tokens          int64 `json:"tokens"`
	RationaleTokens int64 `json:"rationale_tokens"` // marked ones
	WithRationale   int   `json:"with_rationale"`   // rows whose rationale is known
	// Skipped counts the rows that were read but not kept, by reason.
	Skipped map[string]int `json:"skipped,omitempty"`
}

// add counts one stored text.
func (m *SplitMeta) add(t *Text) {
	m.Rows++
	m.PerClass[t.Label]++
	m.Tokens += int64(len(t.Tokens))
	if t.Rationale == nil {
		return
	}
	m.WithRationale++
	for _, marked := range t.Rationale {
		if marked {
			m.RationaleTokens++
		}
	}
}

// Command is the command line that imports the dataset again, with the sources'
// names in place of their paths.
func (m Meta) Command() string {
	words := []string{"rationale", "data", "import", m.Format}
	seen := map[string]bool{}
	for _, s := range m.Sources {
		if !seen[s.Base] {
			words = append(words, s.Base)
		}
		seen[s.Base] = true
	}
	words = append(words, "--name", m.Name)
	if m.Split != "" {
		words = append(words, "--split", m.Split)
	}
	for _, key := range slices.Sorted(maps.Keys(m.Options)) {
		words = append(words, "--set", fmt.Sprintf("%s=%s", key, m.Options[key]))
	}
	return strings.Join(words, " ")
}
