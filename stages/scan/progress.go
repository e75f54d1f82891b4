package scan

// report tells how far the scan is. A class counts as what it takes as a rule, and
// as that much once it is done.
func (s *scanner) report() {
	if s.Watch == nil {
		return
	}
	usual := s.usual()
	s.Watch(int64(s.class*usual+min(s.asked-s.before, usual)), int64(len(s.classes)*usual))
}

// usual is about how many texts the model is asked about for a class.
func (s *scanner) usual() int {
	const (
		surveys  = 4 * firstTexts // texts that words are put into at first
		attempts = 2              // at making texts hard
		ranks    = 2 * (longest - 1)
		skims    = leaders + 2*(longest-2)*beam // phrases that each word of the shortlist goes with
	)
	words := min(shortlist, len(s.words))
	return surveys*min(mostSurveyed, len(s.words)) + halfTexts*places*(attempts*words+ranks*exactly) + 2*fewTexts*skims*words
}
