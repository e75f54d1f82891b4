package formats

import (
	"fmt"
	"path/filepath"
	"strings"

	"rationale/datasets/fault"
	"rationale/datasets/words"
)

func init() {
	register(Format{
		Name: "hotel",
		Doc: "Hotel reviews of the R2A release: oracle/hotel_ASPECT.{train,dev} for training and " +
			"target/hotel_ASPECT.train (or annotations/) with human rationales as the test split.",
		Example: "rationale data import hotel data/ --name hotel-service --set aspect=service",
		Options: []Option{{"aspect", "", "0 or location, 1 or service, 2 or cleanliness; by default what the file names say"}},
		Licence: "research use (R2A release, from TripAdvisor reviews); do not pass on",
		Words:   words.Tokens,
		Classes: [][]string{{"0", "1"}},
		Folder:  hotelFolder,
		Read:    readHotel,
	})
}

var hotelAspects = []string{"Location", "Service", "Cleanliness"}

// hotelFolder lists the files of an aspect, or of all aspects when none is named,
// under both names of the test folder.
func hotelFolder(options map[string]string) []string {
	var files []string
	for _, n := range aspectNumbers(options["aspect"], hotelAspects) {
		stem := "hotel_" + hotelAspects[n]
		files = append(files, "oracle/"+stem+".train", "oracle/"+stem+".dev",
			"target/"+stem+".train", "annotations/"+stem+".train")
	}
	return files
}

func readHotel(in *Intake) error {
	aspect, err := hotelAspect(in)
	if err != nil {
		return err
	}
	in.SetAspect(aspect)
	for _, file := range in.Files() {
		human := file.Split == "test"
		if err := in.Lines(file, func(number int, line string) (Example, error) { return parseHotel(number, line, human) }); err != nil {
			return err
		}
	}
	return nil
}

// hotelAspect holds the option against the file names.
func hotelAspect(in *Intake) (string, error) {
	named := in.Option("aspect")
	for _, file := range in.Files() {
		_, found, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file.Path), filepath.Ext(file.Path)), "_")
		n, err := aspectNumber(found, hotelAspects)
		if err != nil {
			continue
		}
		if named == "" {
			named = found
		}
		if asked, err := aspectNumber(named, hotelAspects); err == nil && asked != n {
			return "", fmt.Errorf("%s holds reviews about %s, but aspect=%s is asked for", file.Path, found, named)
		}
	}
	if named == "" {
		return "", fmt.Errorf("the file names do not tell the aspect; add --set aspect=location, service or cleanliness")
	}
	n, err := aspectNumber(named, hotelAspects)
	return hotelAspects[n], err
}

// parseHotel reads "task<TAB>label<TAB>text<TAB>rationale…", below a header row
// or without one.
// Quotes mean nothing. Only the annotated files hold rationales of people; the
// column of the others holds a machine's guess or nothing, and is not read.
func parseHotel(number int, line string, human bool) (Example, error) {
	fields := strings.Split(line, "\t")
	switch {
	case number == 1 && len(fields) > 1 && fields[1] == "label":
		return Example{}, notARow
	case len(fields) < 3 || human && len(fields) < 4:
		return Example{}, fault.New("wrong field count", "%d fields parted by tabs; expected task, label, text and rationale", len(fields))
	case fields[1] != "0" && fields[1] != "1":
		return Example{}, fault.New("unknown label", "label %q; expected 0 or 1", fields[1])
	}
	e := Example{Class: fields[1]}
	if !human {
		e.Tokens, _ = words.Spaced(fields[2], nil)
		return e, nil
	}
	marked, err := csvValue("rationale", fields[3]).marks()
	if err == nil && marked == nil {
		err = fault.New("rationale mark", "column rationale is empty; expected one 0 or 1 per token")
	}
	if err != nil {
		return Example{}, err
	}
	e.Tokens, e.Rationale = words.Spaced(fields[2], fitMarks(marked, strings.Count(fields[2], " ")+1))
	return e, nil
}

// fitMarks cuts marks to the text or fills them up with zeros, as the release's
// own reader does.
func fitMarks(marked []bool, tokens int) []bool {
	fitted := make([]bool, tokens)
	copy(fitted, marked)
	return fitted
}
