package progress

import (
	"fmt"
	"time"
)

// run is the state of all stages together.
type run struct {
	finished, total int
	left            float64 // estimated seconds of all stages, at the beginning
	made            float64 // estimated seconds of the stages completed since
	given           float64 // the part of made that earlier attempts had done
	begun           time.Time
	tasks           []*Task // running, in the order of their start
}

// prior is how many seconds of work the estimates are trusted for: the speed
// seen counts for more the longer the run goes on.
const prior = 20

// progress is the estimated cost, in seconds, of what was done since the
// beginning, running stages included.
func (r *run) progress(now time.Time) float64 {
	sum := r.made
	for _, t := range r.tasks {
		sum += t.weight * t.fraction(now)
	}
	return min(sum, r.left)
}

// fraction is how much of the run's work is done, from 0 to 1.
func (r *run) fraction(now time.Time) float64 {
	if r.left <= 0 {
		return 1
	}
	return r.progress(now) / r.left
}

// remaining estimates the time left from the costs estimated beforehand and
// the speed seen so far, which includes what parallel stages gain.
func (r *run) remaining(now time.Time) time.Duration {
	secondsPerUnit := (now.Sub(r.begun).Seconds() + prior) / (r.effort(now) + prior)
	return time.Duration((r.left - r.progress(now)) * secondsPerUnit * float64(time.Second))
}

// effort is the part of progress that was made in this run, which is what its
// time was spent on.
func (r *run) effort(now time.Time) float64 {
	effort := r.progress(now) - r.given
	for _, t := range r.tasks {
		effort -= t.given()
	}
	return max(0, effort)
}

// clock writes a duration for people: 42s, 3m05s, 1h20m.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	}
	return fmt.Sprintf("%dh%02dm", s/3600, s%3600/60)
}
