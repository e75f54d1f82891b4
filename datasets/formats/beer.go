package formats

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"rationale/datasets"
	"rationale/datasets/fault"
	"rationale/datasets/words"
)

func init() {
	register(Format{
		Name: "beer",
		Doc: "Beer reviews of Lei et al. (2016), the de-correlated subsets: reviews.aspectN.{train,heldout}.txt.gz and the " +
			"sentence-wise annotations.json; scores up to 0.4 are negative, from 0.6 positive.",
		Example: "rationale data import beer beer/ --name beer-appearance --set aspect=0",
		Options: []Option{{"aspect", "", "0 or appearance, 1 or aroma, 2 or palate; by default what the file names say"}},
		Licence: "BeerAdvocate reviews: ask the authors for permission; do not pass on",
		Words:   words.Tokens,
		Classes: [][]string{{"negative", "positive"}},
		Balance: "20226666",
		Folder:  beerFolder,
		Read:    readBeer,
	})
}

var beerAspects = []string{"Appearance", "Aroma", "Palate"}

// aspectNumber reads a number or a name out of the list of aspects.
func aspectNumber(text string, aspects []string) (int, error) {
	for i, name := range aspects {
		if text == strconv.Itoa(i) || strings.EqualFold(text, name) {
			return i, nil
		}
	}
	return 0, fmt.Errorf("aspect=%s: expected a number from 0 to %d or one of %s", text, len(aspects)-1, strings.Join(aspects, ", "))
}

// beerFolder lists the files of an aspect, or of all aspects when none is named.
func beerFolder(options map[string]string) []string {
	var files []string
	for _, n := range aspectNumbers(options["aspect"], beerAspects) {
		stem := fmt.Sprintf("reviews.aspect%d", n)
		files = append(files, stem+".train.txt.gz", stem+".heldout.txt.gz")
	}
	return append(files, "annotations.json")
}

// aspectNumbers is the one asked for, or all: readers of several find out then
// that they do not belong together.
func aspectNumbers(text string, aspects []string) []int {
	if n, err := aspectNumber(text, aspects); err == nil {
		return []int{n}
	}
	var all []int
	for n := range aspects {
		all = append(all, n)
	}
	return all
}

func readBeer(in *Intake) error {
	aspect, err := beerAspect(in)
	if err != nil {
		return err
	}
	in.SetAspect(beerAspects[aspect])
	for _, file := range in.Files() {
		parse := func(_ int, line string) (Example, error) { return parseBeer(line, aspect) }
		if strings.HasSuffix(strings.TrimSuffix(file.Path, ".gz"), ".json") {
			parse = func(_ int, line string) (Example, error) { return parseBeerAnnotation(line, aspect) }
		}
		if err := in.Lines(file, parse); err != nil {
			return err
		}
	}
	return nil
}

var beerAspectInName = regexp.MustCompile(`aspect([0-9])`)

// beerAspect takes the aspect from the option and holds it against the file
// names: the reviews of each aspect were chosen so that its score does not follow
// the others, so labels of another aspect would undo the choice.
func beerAspect(in *Intake) (int, error) {
	named := in.Option("aspect")
	for _, file := range in.Files() {
		base := filepath.Base(file.Path)
		if strings.Contains(base, "260k") {
			return 0, fmt.Errorf("%s holds the correlated reviews, whose aspects cannot be told apart; import reviews.aspectN.* instead", file.Path)
		}
		found := beerAspectInName.FindStringSubmatch(base)
		if found == nil {
			continue
		}
		if named == "" {
			named = found[1]
		}
		if n, err := aspectNumber(named, beerAspects); err == nil && strconv.Itoa(n) != found[1] {
			return 0, fmt.Errorf("%s holds reviews for aspect %s, but aspect=%s is asked for", file.Path, found[1], named)
		}
	}
	if named == "" {
		return 0, fmt.Errorf("the file names do not tell the aspect; add --set aspect=0 (appearance), 1 (aroma) or 2 (palate)")
	}
	return aspectNumber(named, beerAspects)
}

// parseBeer reads "score score score score score<TAB>text".
func parseBeer(line string, aspect int) (Example, error) {
	head, text, found := strings.Cut(line, "\t")
	scores := strings.Fields(head)
	if !found || len(scores) != 5 {
		return Example{}, fault.New("wrong field count", "expected five scores, a tab and the text, found %.60q", line)
	}
	score, err := strconv.ParseFloat(scores[aspect], 64)
	if err != nil {
		return Example{}, fault.New("wrong score", "score %d is %q; expected a number between 0 and 1", aspect, scores[aspect])
	}
	e := Example{}
	e.Tokens, _ = words.Spaced(text, nil)
	e.Class, err = beerClass(score)
	return e, err
}

// beerClass applies the thresholds of the papers to a score in [0, 1].
func beerClass(score float64) (string, error) {
	switch {
	case !(score >= 0 && score <= 1):
		return "", fault.New("wrong score", "score %g; expected a number between 0 and 1", score)
	case score <= 0.4:
		return "negative", nil
	case score >= 0.6:
		return "positive", nil
	}
	return "", leftOut("ambiguous score")
}

// beerAnnotation is one line of annotations.json.
type beerAnnotation struct {
	X      []string    `json:"x"`
	Y      []float64   `json:"y"`
	Spans0 [][]int     `json:"0"`
	Spans1 [][]int     `json:"1"`
	Spans2 [][]int     `json:"2"`
	RID    json.Number `json:"rid"`
}

// parseBeerAnnotation reads a review whose [start, end) token spans people marked.
func parseBeerAnnotation(line string, aspect int) (Example, error) {
	var a beerAnnotation
	if err := readFields(line, &a, "one annotated review a line"); err != nil {
		return Example{}, err
	}
	if len(a.Y) != 5 {
		return Example{}, fault.New("wrong field count", "%d scores in y; expected five", len(a.Y))
	}
	spans := [][][]int{a.Spans0, a.Spans1, a.Spans2}[aspect]
	class, err := beerClass(a.Y[aspect])
	switch {
	case err != nil:
		return Example{}, err
	case len(spans) == 0:
		return Example{}, leftOut("no rationale for this aspect")
	}
	e := Example{Class: class, Text: datasets.Text{ID: a.RID.String(), Tokens: slices.Clone(a.X), Rationale: make([]bool, len(a.X))}}
	return e, markTokens(e.Rationale, spans)
}

// markTokens marks [start, end) ranges of tokens.
func markTokens(marked []bool, spans [][]int) error {
	for _, s := range spans {
		if len(s) != 2 || s[0] < 0 || s[0] > s[1] || s[1] > len(marked) {
			return fault.New("span outside text", "span %v of a text with %d tokens", s, len(marked))
		}
		for i := s[0]; i < s[1]; i++ {
			marked[i] = true
		}
	}
	return nil
}
