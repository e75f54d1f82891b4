package formats

import (
	"regexp"
	"strconv"
	"strings"

	"rationale/datasets/fault"
	"rationale/datasets/words"
)

func init() {
	register(Format{
		Name: "aste",
		Doc: "ASTE triplets: a tokenised sentence, ####, and (aspect, opinion, polarity) triples; sentences whose triples " +
			"are all positive or all negative are kept, and their opinion words are the rationale.",
		Example: "rationale data import aste aste_v2/14res/ --name 14res",
		Licence: "research use (ASTE-Data-V2, from SemEval 2014–2016)",
		Lower:   true,
		Words:   words.Tokens,
		Classes: [][]string{{"negative", "positive"}},
		Folder: func(map[string]string) []string {
			return []string{"train_triplets.txt", "dev_triplets.txt", "test_triplets.txt"}
		},
		Read: readASTE,
	})
}

func readASTE(in *Intake) error {
	for _, file := range in.Files() {
		if err := in.Lines(file, func(_ int, line string) (Example, error) { return parseASTE(line) }); err != nil {
			return err
		}
	}
	return nil
}

// One triple: aspect word numbers, opinion word numbers, polarity.
var (
	asteTriple = regexp.MustCompile(`\(\[[0-9, ]+\], \[([0-9, ]+)\], '(POS|NEG|NEU)'\)`)
	asteList   = regexp.MustCompile(`^\[` + asteTriple.String() + `(, ` + asteTriple.String() + `)*\]$`)
)

var asteClasses = map[string]string{"POS": "positive", "NEG": "negative"}

// parseASTE reads "sentence####[([2], [5], 'NEG'), …]".
func parseASTE(line string) (Example, error) {
	sentence, list, found := strings.Cut(line, "####")
	if !found || !asteList.MatchString(list) {
		return Example{}, fault.New("wrong form", "expected sentence####[([aspect], [opinion], 'POS'), …], found %.80q", line)
	}
	e := Example{}
	e.Tokens, _ = words.Spaced(sentence, nil)
	e.Rationale = make([]bool, len(e.Tokens))
	polarities := map[string]bool{}
	for _, triple := range asteTriple.FindAllStringSubmatch(list, -1) {
		polarities[triple[2]] = true
		if err := markWords(e.Rationale, triple[1]); err != nil {
			return Example{}, err
		}
	}
	for polarity := range polarities {
		e.Class = asteClasses[polarity]
	}
	switch {
	case len(polarities) > 1:
		return Example{}, leftOut("mixed polarity")
	case e.Class == "":
		return Example{}, leftOut("neutral")
	}
	return e, nil
}

// markWords marks the words of a list such as "8, 9".
func markWords(marked []bool, list string) error {
	for _, text := range splitList(list) {
		n, err := strconv.Atoi(text)
		if err != nil || n >= len(marked) {
			return fault.New("span outside text", "opinion word %s of a sentence with %d words", text, len(marked))
		}
		marked[n] = true
	}
	return nil
}
