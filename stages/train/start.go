package train

import (
	"log/slog"
	"time"

	"rationale/stages/memory"
)

// start is what an attempt at a run costs before its first step.
type start struct {
	began, read, opened time.Time // the examples, and then the sessions
	memory              int64     // of the process once the sessions are open, in bytes
	noted               bool
}

// note logs it once the first step is taken.
func (s *start) note(log *slog.Logger) {
	if s.noted {
		return
	}
	s.noted = true
	log.Debug("first step taken", "after", time.Since(s.began), "examples took", s.read.Sub(s.began), "sessions took", s.opened.Sub(s.read),
		"MB before it", s.memory>>20, "and after", memory.Resident()>>20)
}
