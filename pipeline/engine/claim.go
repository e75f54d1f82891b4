package engine

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"rationale/pipeline/disk"
)

// claim takes the store's folder over, which must be absent, empty, or a store.
func (s *Store) claim() error {
	if err := disk.Claim(s.fs, s.dir, "store", s.older); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// owned says what lies in each of the store's folders: which names the program
// gives, and which kind of entry has them. It removes nothing else there.
var owned = map[string]func(e fs.DirEntry) bool{
	artifactsFolder: isArtifact,
	damagedFolder:   isArtifact,
	workFolder:      isArtifact,
	tmpFolder:       func(e fs.DirEntry) bool { return isArtifact(e) || isRecord(e, ".log") },
	logFolder:       func(e fs.DirEntry) bool { return isRecord(e, ".json") },
}

func isArtifact(e fs.DirEntry) bool { return e.IsDir() && checkID(e.Name()) == nil }

func isRecord(e fs.DirEntry, extension string) bool {
	id, ok := strings.CutSuffix(e.Name(), extension)
	return ok && e.Type().IsRegular() && checkID(id) == nil
}

// older recognises a store made before stores had a marker: it has the store's
// folders and its lock and nothing else, and either an artifact that is one or
// no entry anywhere that the program would not have made.
func (s *Store) older(entries []fs.DirEntry) bool {
	seen := map[string]bool{}
	for _, e := range entries {
		_, folder := owned[e.Name()]
		if folder != e.IsDir() || !folder && e.Name() != lockName {
			return false
		}
		seen[e.Name()] = true
	}
	for _, name := range []string{artifactsFolder, tmpFolder, workFolder, logFolder, lockName} {
		if !seen[name] {
			return false
		}
	}
	return s.lockIsOurs() && (s.holdsArtifact() || s.holdsOnlyOurs())
}

// lockIsOurs tells whether the lock file holds what a lock file holds: the
// number of a process, or nothing after a kill.
func (s *Store) lockIsOurs() bool {
	text, err := disk.ReadFile(s.folder(lockName), 32)
	if err != nil {
		return false
	}
	pid, err := strconv.Atoi(strings.TrimSuffix(string(text), "\n"))
	return len(text) == 0 || err == nil && pid > 0
}

func (s *Store) holdsArtifact() bool {
	list, err := s.List()
	return err == nil && len(list.Manifests) > 0
}

func (s *Store) holdsOnlyOurs() bool {
	for name, ours := range owned {
		entries, err := os.ReadDir(s.folder(name))
		if err != nil && name != damagedFolder {
			return false
		}
		for _, e := range entries {
			if !ours(e) {
				return false
			}
		}
	}
	return true
}

// remove removes what the program made; a link, a device or the like in its
// place is an error and stays.
func (s *Store) remove(name string) error {
	info, err := os.Lstat(name)
	if err == nil && !info.IsDir() {
		if err := disk.FileOrNothing(name); err != nil {
			return err
		}
	}
	return s.fs.RemoveAll(name)
}

// vacant is an error if there is anything at the name, which tidy would have
// removed if the program had made it.
func vacant(name string) error {
	if _, err := os.Lstat(name); err == nil {
		return &disk.ForeignError{Path: name, Why: "is there and rationale did not make it", Do: "move it away"}
	}
	return nil
}

// ours lists the entries of one of the store's folders that bear a name which
// the program gives.
func (s *Store) ours(folder string) ([]string, error) {
	entries, err := os.ReadDir(s.folder(folder))
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	var paths []string
	for _, e := range entries {
		if owned[folder](e) {
			paths = append(paths, filepath.Join(s.folder(folder), e.Name()))
		}
	}
	return paths, nil
}
