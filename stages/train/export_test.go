package train

import "time"

// KeepEvery sets how often the state is saved within an epoch.
func (s *Stage) KeepEvery(d time.Duration) *Stage {
	s.keepEvery = d
	return s
}
