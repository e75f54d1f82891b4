package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"rationale/pipeline/disk"
)

// Log is what it took to make an artifact. It is kept beside the artifacts
// and is not part of them: two runs that agree to the byte differ here.
type Log struct {
	// ID and Label name the artifact.
	ID    string `json:"id"`
	Label string `json:"label"`
	// Started is when the attempt that completed it began.
	Started time.Time `json:"started"`
	// Seconds is the wall time of that attempt.
	Seconds float64 `json:"seconds"`
	// Threads is how many processor threads the stage was given, and Jobs
	// how many stages could run at the same time.
	Threads int `json:"threads"`
	Jobs    int `json:"jobs"`
	// PeakRSS is the high-water mark of the whole process's resident memory
	// in bytes when the stage ended, stages that ran before or beside it
	// included; 0 where the system does not tell.
	PeakRSS int64 `json:"peak_rss_bytes"`
	// Command is the command line that had it made, with the program's name
	// left out; records of earlier versions have none.
	Command []string `json:"command,omitempty"`
	// Inputs are the artifacts that it was made from, by role: a damaged
	// manifest does not tell any more.
	Inputs map[string]string `json:"inputs,omitempty"`
}

// Log reads the record of how an artifact was made. It is false when there is
// none, as after a kill between publishing and logging.
func (s *Store) Log(id string) (Log, bool, error) {
	if err := checkID(id); err != nil {
		return Log{}, false, err
	}
	name := s.logFile(id)
	data, err := disk.ReadFile(name, maxLog)
	if errors.Is(err, fs.ErrNotExist) {
		return Log{}, false, nil
	}
	if err != nil {
		return Log{}, false, err
	}
	var l Log
	if err := json.Unmarshal(data, &l); err != nil {
		return Log{}, false, fmt.Errorf("%s: %w", name, err)
	}
	return l, true, nil
}

// maxLog bounds what is read of a record, which has a few hundred bytes.
const maxLog = 1 << 20

// writeLog puts the record in place in one step, so that a reader never sees
// half of it.
func (s *Store) writeLog(l Log) error {
	data, err := encodeJSON(l, "  ")
	if err != nil {
		return err
	}
	tmp, name := filepath.Join(s.folder(tmpFolder), l.ID+".log"), s.logFile(l.ID)
	return inOrder(
		func() error { return disk.FileOrNothing(tmp) },
		func() error { return disk.FileOrNothing(name) },
		func() error { return s.fs.WriteFile(tmp, data) },
		func() error { return s.fs.Rename(tmp, name) },
	)
}

func (s *Store) logFile(id string) string { return filepath.Join(s.folder(logFolder), id+".json") }
