package main

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path/filepath"

	"rationale/datasets"
	"rationale/tokenizer"
	"rationale/tokenizer/embeddings"
)

// mostUnknown is the share of words without a vector above which a dataset and
// the word vectors do not belong together.
const mostUnknown = 0.5

// coverages counts for each split the words of texts and queries that the table
// of word vectors in the folder dir lacks. It gives nil when there is no table, and for a dataset without
// words.
func coverages(dir string, set *datasets.Set) (map[string]tokenizer.Coverage, error) {
	if set.Meta().NoTexts() != "" {
		return nil, nil
	}
	table, err := embeddings.Open(filepath.Join(dir, embeddings.FileName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer table.Close()
	out := map[string]tokenizer.Coverage{}
	for _, name := range datasets.SplitNames {
		split, err := set.Split(name)
		if err != nil {
			return nil, err
		}
		_, out[name] = tokenizer.CountWords(splitWords(split, &err), set.Meta().Lower, table.Contains)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// splitWords yields texts and queries of a split, until one cannot be read.
func splitWords(split *datasets.Split, failed *error) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for i := range split.Len() {
			text, err := split.Text(i)
			if err != nil {
				*failed = err
				return
			}
			if !yield(text.Tokens) || !yield(text.Query) {
				return
			}
		}
	}
}

// unknownWarning says that most words have no vector, or nothing.
func unknownWarning(splits map[string]tokenizer.Coverage) []string {
	var all tokenizer.Coverage
	for _, c := range splits {
		all.Tokens += c.Tokens
		all.UnknownTokens += c.UnknownTokens
	}
	if all.UnknownShare() <= mostUnknown {
		return nil
	}
	return []string{fmt.Sprintf("%d of %d words have no vector, and a model reads them all alike; look at the tokens (--set words=…, lower=true) and at the language of the word vectors",
		all.UnknownTokens, all.Tokens)}
}
