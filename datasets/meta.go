package datasets

import (
	"strconv"
	"strings"

	"rationale/datasets/quote"
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
	ConstantQuery string `json:"constant_query,omitempty"`
	// Given names the files and folders on the import's command line, without
	// the folders they lie in; Sources are the files that were read.
	Given   []string `json:"given,omitempty"`
	Sources []Source `json:"sources"`
	// SkipBad tells that unusable rows were left out; SplitMeta.Skipped counts them.
	SkipBad bool `json:"skip_bad,omitempty"`
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
// names in place of their paths. A shell can be given it as it is.
func (m Meta) Command() string {
	words := []string{"rationale", "data", "import", m.Format}
	for _, source := range m.Given {
		if strings.HasPrefix(source, "-") {
			source = "./" + source // else it would be an option
		}
		words = append(words, source)
	}
	words = append(words, "--name", m.Name)
	if m.Split != "" {
		words = append(words, "--split", m.Split)
	}
	if m.Seed != 0 {
		words = append(words, "--seed", strconv.FormatUint(m.Seed, 10))
	}
	if m.SkipBad {
		words = append(words, "--skip-bad")
	}
	if format, err := FindFormat(m.Format); err == nil && !sameBalance(format.Balance, m.Balance) {
		words = append(words, "--balance", m.Balance)
	}
	for _, key := range sortedKeys(m.Options) {
		words = append(words, "--set", key+"="+m.Options[key])
	}
	return quote.Command(words...)
}

// sameBalance compares two settings; nothing and "off" are the same.
func sameBalance(a, b string) bool {
	return a == b || (a == "" || a == "off") && (b == "" || b == "off")
}
