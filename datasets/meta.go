package datasets

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"rationale/datasets/quote"
	"rationale/datasets/words"
)

// SplitNames lists the splits of every dataset, in the order in which they are
// stored and printed.
var SplitNames = []string{"train", "dev", "test"}

// Meta says what a dataset holds and where it came from. It depends only on the
// sources and the import options, or on the dataset it was made from and how,
// never on the time, the machine or the folder.
type Meta struct {
	Name   string `json:"name"`
	Format string `json:"format"`
	// DerivedFrom says which dataset a stage made this one from, and what it did;
	// nil for an imported one. Format, Split and the like are those of the import
	// at the beginning.
	DerivedFrom *Derivation `json:"derived_from,omitempty"`
	// Poisoned says how texts or labels were poisoned; empty when none was.
	Poisoned string `json:"poisoned,omitempty"`
	// Triggers are the words that poisoned texts got, those of each trigger in order.
	Triggers [][]string `json:"triggers,omitempty"`
	// Graphs describes the graphs that the dataset holds; nil where it holds texts.
	Graphs *GraphMeta `json:"graphs,omitempty"`
	// Classes names the classes; the Label of a row is an index into it.
	Classes []string `json:"classes"`
	// Lower asks for tokens to be lower-cased before a vocabulary look-up.
	Lower bool `json:"lower"`
	// WordRule and QueryRule are how the import found the words of texts and of
	// queries; empty in datasets that are older than this field, and QueryRule
	// where the format has no queries.
	WordRule  words.Rule `json:"word_rule,omitempty"`
	QueryRule words.Rule `json:"query_rule,omitempty"`
	// Spaces tells that the texts say before which of their tokens white space
	// stood; their files have a column for it. It is false where tokens came ready,
	// and in datasets that are older than this field.
	Spaces  bool   `json:"spaces,omitempty"`
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
	// OpenEnds names sources that end within a line, so that their last row may be
	// half of one.
	OpenEnds []string `json:"open_ends,omitempty"`
	// SharedTexts counts the rows of one split whose tokens and query also occur
	// in another one: "train/dev" → rows of dev seen in train.
	SharedTexts map[string]int `json:"shared_texts,omitempty"`
}

// GraphMeta is what all graphs of a dataset have in common.
type GraphMeta struct {
	// Features is how many numbers each node has.
	Features int `json:"features"`
}

// Kind is what the rows are: "texts" or "graphs".
func (m Meta) Kind() string {
	if m.Graphs != nil {
		return "graphs"
	}
	return "texts"
}

// What is said of a dataset where rows of the other kind are needed.
const (
	HoldsGraphs = "it holds graphs, and texts are needed"
	HoldsTexts  = "it holds texts, and graphs are needed"
)

// NoTexts says why the dataset is of no use where texts are read; empty when it is.
func (m Meta) NoTexts() string {
	if m.Graphs != nil {
		return HoldsGraphs
	}
	return ""
}

// Derivation is what a stage did to a dataset.
type Derivation struct {
	Name   string `json:"name"`
	Digest string `json:"digest"` // of that dataset, as Set.Digest gives it
	Change string `json:"change"` // what was done, in words
}

// Derive begins the description of a dataset that is made from s: all that s says
// of itself, a poisoning too, but under its own name and with what was done.
func (s *Set) Derive(name, change string) Meta {
	m := s.Meta()
	m.DerivedFrom = &Derivation{Name: m.Name, Digest: s.Digest(), Change: change}
	m.Name, m.Splits, m.SharedTexts = name, nil, nil
	return m
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
	RationaleTokens int64 `json:"rationale_tokens"`   // marked ones
	WithRationale   int   `json:"with_rationale"`     // rows whose rationale is known
	Poisoned        int   `json:"poisoned,omitempty"` // rows that an attacker changed
	// Nodes, Edges and RationaleNodes count those of graphs, which have no tokens.
	Nodes          int64 `json:"nodes,omitempty"`
	Edges          int64 `json:"edges,omitempty"`
	RationaleNodes int64 `json:"rationale_nodes,omitempty"` // marked ones
	// Skipped counts the rows that were read but not kept, by reason.
	Skipped map[string]int `json:"skipped,omitempty"`
}

// Command is the command line that imports the dataset again, or the one at the
// beginning of what was done to it, with the sources'
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
	if m.Balance != "" { // also off: a format may have a way of its own
		words = append(words, "--balance", m.Balance)
	}
	for _, key := range slices.Sorted(maps.Keys(m.Options)) {
		words = append(words, "--set", key+"="+m.Options[key])
	}
	return quote.Command(words...)
}

// Remedy says how to get the dataset again, once it is damaged.
func (m Meta) Remedy() string {
	if d := m.DerivedFrom; d != nil {
		return fmt.Sprintf("make it again from dataset %s (%s)", quote.Name(d.Name), quote.Line(d.Change))
	}
	return "import the dataset again: " + m.Command()
}
