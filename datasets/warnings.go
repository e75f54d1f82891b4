package datasets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"rationale/datasets/quote"
)

// Warnings says what the manifest tells about the use of the dataset, and which
// option helps: splits without rows, classes without rows, class names that look
// alike, a source that may have been cut. None of it keeps an import from being
// right, but training or measuring will miss it.
func (m Meta) Warnings() []string {
	out := m.missingSplits()
	if len(m.Classes) == 1 {
		out = append(out, fmt.Sprintf("all rows are of one class, %s: there is nothing to tell apart; is %s the column of the classes (--set label=COLUMN), and are all files named?",
			quote.Name(m.Classes[0]), m.labelColumn()))
	} else {
		out = append(out, m.missingClasses()...)
	}
	for _, group := range lookAlikes(m.Classes) {
		out = append(out, fmt.Sprintf("the class names %s look alike and count as different classes; if they are one, spell them alike in the source", strings.Join(group, " and ")))
	}
	for _, file := range m.OpenEnds {
		out = append(out, fmt.Sprintf("%s ends without a line end: if it was cut off, its last row is half of one", quote.Name(file)))
	}
	return out
}

func (m Meta) labelColumn() string {
	if label := m.Options["label"]; label != "" {
		return quote.Name(label)
	}
	return "label"
}

// missingSplits says in one line which splits have no row.
func (m Meta) missingSplits() []string {
	var missing []string
	for _, split := range SplitNames {
		if m.Splits[split].Rows == 0 {
			missing = append(missing, split)
		}
	}
	if missing == nil {
		return nil
	}
	use := map[string]string{"train": "to train on", "dev": "to choose the epoch by", "test": "to measure on"}
	var parts []string
	for _, split := range missing {
		parts = append(parts, fmt.Sprintf("no row in %s, %s", split, use[split]))
	}
	return []string{strings.Join(parts, "; ") + ": import it again with " + m.splitRemedy(missing)}
}

// splitRemedy is the option that fills the splits.
func (m Meta) splitRemedy(missing []string) string {
	if m.Split == "" { // nothing was dealt: the rows are made up
		return "--set " + strings.Join(missing, "=500 --set ") + "=500"
	}
	rows := m.Splits["train"].Rows
	switch {
	case slices.Contains(missing, "train"), strings.HasPrefix(m.Split, "column="):
		return "a --split that gives it rows, such as train=FILE,dev=0.1,test=0.1"
	case rows <= len(missing):
		return fmt.Sprintf("more rows: %d are too few to share", rows)
	}
	share := "0.1"
	if rows < 5 { // of which a tenth is no row
		share = "0.3"
	}
	return m.withShares(missing, share)
}

// withShares is the split rule with a share for each split that is missing.
func (m Meta) withShares(missing []string, share string) string {
	var rule []string
	for _, clause := range strings.Split(m.Split, ",") {
		split, value, _ := strings.Cut(clause, "=")
		_, err := strconv.ParseFloat(value, 64)
		if isMissing := slices.Contains(missing, split); isMissing && err != nil {
			return fmt.Sprintf("another file than %s for %s, which gives it no row", quote.Name(value), split)
		} else if !isMissing {
			rule = append(rule, clause)
		}
	}
	for _, split := range missing {
		rule = append(rule, split+"="+share)
	}
	return "--split " + quote.Shell(strings.Join(rule, ","))
}

// missingClasses names splits whose rows are all of one class, and classes that
// training never sees.
func (m Meta) missingClasses() []string {
	var out []string
	for _, split := range SplitNames {
		s := m.Splits[split]
		var has, lacks []string
		for i, n := range s.PerClass {
			if n > 0 {
				has = append(has, m.Classes[i])
			} else {
				lacks = append(lacks, m.Classes[i])
			}
		}
		const remedy = "import it again with larger shares or another --seed, or with other files"
		switch {
		case len(has) == 1:
			out = append(out, fmt.Sprintf("all %d rows of %s are of one class, %s; %s", s.Rows, split, quote.Name(has[0]), remedy))
		case split == "train" && s.Rows > 0 && len(lacks) > 0:
			out = append(out, fmt.Sprintf("no row of train is of class %s, so that no model learns it; %s", quote.Names(lacks), remedy))
		}
	}
	return out
}

// distinct shows a name so that it differs from those that look like it.
func distinct(name string) string {
	if ascii := strconv.QuoteToASCII(name); len(ascii) != len(name)+2 {
		return ascii
	}
	return quote.Name(name)
}

// lookAlikes groups names that people would take for one.
func lookAlikes(names []string) [][]string {
	groups := map[string][]string{}
	var order []string
	for _, name := range names {
		key := look(name)
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], distinct(name))
	}
	var out [][]string
	for _, key := range order {
		if len(groups[key]) > 1 {
			out = append(out, groups[key])
		}
	}
	return out
}

// look is what a name looks like: numbers by their value, letters whatever their
// size and however accents are composed, without what has no width.
func look(name string) string {
	visible := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKC.String(name))
	visible = norm.NFKC.String(strings.ToLower(strings.ToUpper(visible)))
	visible = strings.Join(strings.Fields(visible), " ")
	if n, err := strconv.ParseFloat(visible, 64); err == nil {
		return strconv.FormatFloat(n+0, 'g', -1, 64)
	}
	return visible
}
