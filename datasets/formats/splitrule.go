package formats

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"rationale/datasets"
	"rationale/datasets/spelling"
)

// splitRule says how rows are dealt to train, dev and test. As text:
//
//	rule   = clause { "," clause }
//	clause = SPLIT "=" FILE      the rows of that source; may be repeated
//	       | SPLIT "=" SHARE     takes that share of train's rows, 0 < SHARE < 1
//	       | "by=" UNIT          what a share draws: row (default) or document
//	       | "column=" NAME      a column of the source names the split
//	SPLIT  = "train" | "dev" | "test"; shares only for dev and test
//
// FILE is a source's base name or the end of its path ("target/x.train").
type splitRule struct {
	files      []splitFile
	dev, test  float64
	byDocument bool
	column     string
}

type splitFile struct{ split, file string }

// parseSplit reads a rule; the empty text is the empty rule.
func parseSplit(text string) (*splitRule, error) {
	rule := &splitRule{}
	if text == "" {
		return rule, nil
	}
	for _, clause := range strings.Split(text, ",") {
		if err := rule.add(strings.TrimSpace(clause)); err != nil {
			return nil, fmt.Errorf("split rule %q: %w", text, err)
		}
	}
	if rule.dev+rule.test >= 1 {
		return nil, fmt.Errorf("split rule %q: dev and test together take %g of the rows; nothing is left to train on", text, rule.dev+rule.test)
	}
	if rule.column != "" && len(rule.files) > 0 {
		return nil, fmt.Errorf("split rule %q: splits come either from files or from a column, not from both", text)
	}
	if rule.byDocument && rule.dev+rule.test == 0 {
		return nil, fmt.Errorf("split rule %q: by=document needs a share, for example dev=0.1", text)
	}
	return rule, nil
}

func (r *splitRule) add(clause string) error {
	key, value, found := strings.Cut(clause, "=")
	if !found || value == "" {
		return fmt.Errorf("%q is not of the form key=value, for example dev=0.1 or test=test.csv", clause)
	}
	switch {
	case key == "by":
		return r.setUnit(value)
	case key == "column":
		r.column = value
		return nil
	case !slices.Contains(datasets.SplitNames, key):
		return fmt.Errorf("unknown key %q: %s", key, spelling.Hint(key, append(slices.Clone(datasets.SplitNames), "by", "column")))
	}
	if share, err := strconv.ParseFloat(value, 64); err == nil {
		return r.setShare(key, share)
	}
	r.files = append(r.files, splitFile{key, value})
	return nil
}

func (r *splitRule) setUnit(unit string) error {
	switch unit {
	case "row":
		r.byDocument = false
	case "document":
		r.byDocument = true
	default:
		return fmt.Errorf("by=%s: expected row or document", unit)
	}
	return nil
}

func (r *splitRule) setShare(split string, share float64) error {
	place := map[string]*float64{"dev": &r.dev, "test": &r.test}[split]
	switch {
	case place == nil:
		return fmt.Errorf("train=%g: train keeps what dev and test leave; give their shares", share)
	case !(share > 0 && share < 1):
		return fmt.Errorf("%s=%g: a share lies between 0 and 1", split, share)
	case *place != 0:
		return fmt.Errorf("%s has two shares; give one", split)
	}
	*place = share
	return nil
}

type share struct {
	split string
	part  float64
}

// shares lists the random shares in the order in which they are drawn.
func (r *splitRule) shares() []share {
	var list []share
	for _, s := range []share{{"dev", r.dev}, {"test", r.test}} {
		if s.part > 0 {
			list = append(list, s)
		}
	}
	return list
}

// of returns the split that the rule gives to a source, "" when it has no file
// clause for it.
func (r *splitRule) of(path string) (string, error) {
	split := ""
	for _, f := range r.files {
		if !endsWithPath(path, f.file) {
			continue
		}
		if split != "" && split != f.split {
			return "", fmt.Errorf("source %s: the split rule gives it to both %s and %s", path, split, f.split)
		}
		split = f.split
	}
	return split, nil
}

// endsWithPath compares whole path elements from the end.
func endsWithPath(path, end string) bool {
	path, end = filepath.ToSlash(filepath.Clean(path)), filepath.ToSlash(filepath.Clean(end))
	return path == end || strings.HasSuffix(path, "/"+end)
}

// splitWords maps the names that people give to splits to ours.
var splitWords = map[string]string{
	"train": "train", "training": "train",
	"dev": "dev", "development": "dev", "val": "dev", "valid": "dev", "validation": "dev", "heldout": "dev",
	"test": "test", "testing": "test", "annotations": "test", "target": "test",
}

// splitOfName guesses a source's split from a file name, or from the folder when
// that one tells: target/hotel_Service.train is a test set. "" when unsure.
func splitOfName(path string) string {
	folder := filepath.Base(filepath.Dir(path))
	if folder == "target" || folder == "annotations" {
		return "test"
	}
	found := ""
	for _, word := range strings.FieldsFunc(strings.ToLower(filepath.Base(path)), isNoLetter) {
		split := splitWords[word]
		if split != "" && found != "" && split != found {
			return ""
		}
		if split != "" {
			found = split
		}
	}
	return found
}

// isNoLetter separates the words of a file name.
func isNoLetter(r rune) bool { return r < 'a' || r > 'z' }
