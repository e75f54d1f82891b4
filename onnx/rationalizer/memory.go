package rationalizer

import "maps"

// Memory is about how many bytes a training run takes at least, of a machine that
// computes on its own memory.
type Memory struct {
	Parameters float64 // with all that is kept of them, and the program itself
	Batch      float64 // what a step on a batch adds
}

// Total is all of it.
func (m Memory) Total() float64 { return m.Parameters + m.Batch }

const (
	// process is what the program, the library and their graphs take.
	process = 100e6
	// keptCopies of the parameters lie beside those that a step reads and makes: the
	// best epoch's, and parameters and moments once more when they are saved.
	keptCopies = 4
	// numberBytes is the size of each.
	numberBytes = 4
)

// Memory estimates what training with these steps takes, on batches of a size whose
// words are so many distinct ones of a vocabulary.
func (s *StepGraph) Memory(n Size, distinct, vocabulary int64) Memory {
	numbers := 0
	for _, l := range s.Layouts {
		numbers += l.Size()
	}
	still := map[string]int64{}
	atWork := n.lengths()
	maps.Copy(atWork, map[string]int64{wordsDim.String(): distinct, otherDim.String(): distinct, vocabularyDim.String(): vocabulary})
	parameters := s.Peak(still)
	return Memory{
		Parameters: process + numberBytes*keptCopies*float64(numbers) + parameters,
		Batch:      s.Peak(atWork) - parameters,
	}
}
