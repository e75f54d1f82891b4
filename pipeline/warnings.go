package main

import (
	"fmt"

	"rationale/stages/tokenize"
)

// Shares from which a run is warned of.
const (
	muchCut     = 0.05 // more of the training words behind the length limit
	hardlyAny   = 0.01 // less of the words chosen by arg-max masks
	argMaxMask  = "argmax"
	sampledMask = "sampled"
)

// warn tells of a run what its numbers do not say by themselves: that much of the
// texts was not read, and that its arg-max masks choose hardly anything.
func (r *trainedRun) warn(a *app) error {
	notes, err := r.readingNotes()
	if err != nil {
		return err
	}
	numbers, err := r.numbers()
	if err != nil {
		return err
	}
	for _, note := range append(notes, emptyNote(numbers)) {
		if note != "" {
			a.log.Warn(note)
		}
	}
	return nil
}

// readingNotes are about how the run reads its texts; graphs are read whole.
func (r *trainedRun) readingNotes() ([]string, error) {
	if r.Graphs.OfGraphs() {
		return nil, nil
	}
	data, err := r.dataFolder()
	if err != nil {
		return nil, err
	}
	summary, err := tokenize.ReadSummary(data)
	return []string{unknownNote(summary), cutNote(summary)}, err
}

// cutNote says that many words of the training texts are not read; else empty.
func cutNote(s tokenize.Summary) string {
	c := s.Splits["train"]
	if float64(c.Cut) <= muchCut*float64(c.Pieces) {
		return ""
	}
	gold := ""
	if c.GoldCut > 0 {
		gold = fmt.Sprintf(", and %d of %d gold words", c.GoldCut, c.Gold+c.GoldCut)
	}
	return fmt.Sprintf("%s of the training words%s are behind the length limit and were not read (max_length is %d; --set max_length=N reads more)",
		percent(float64(c.Cut)/float64(c.Pieces)), gold, s.MaxLength)
}

// emptyNote says that arg-max masks choose hardly any word; else empty.
func emptyNote(numbers []measured) string {
	chosen := map[string]*float64{}
	for _, n := range numbers {
		if n.Metric == "sparsity" {
			chosen[n.Mask] = n.Value
		}
	}
	argmax := chosen[argMaxMask]
	if argmax == nil || *argmax >= hardlyAny {
		return ""
	}
	note := fmt.Sprintf("arg-max masks choose hardly anything, %s of the words", percent(*argmax))
	if sampled := chosen[sampledMask]; sampled != nil {
		note += fmt.Sprintf("; sampled masks choose %s", percent(*sampled))
	}
	return note + ": hardly a word is more likely chosen than not, so explain and the exported model show next to nothing; train longer or raise the sparsity target"
}
