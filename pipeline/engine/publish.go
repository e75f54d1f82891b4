package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"rationale/pipeline/disk"
)

// create makes the store's folders.
func (s *Store) create() error {
	for _, name := range []string{artifactsFolder, tmpFolder, workFolder, logFolder} {
		if err := disk.Folder(s.fs, s.folder(name)); err != nil {
			return fmt.Errorf("store: %w", err)
		}
	}
	if err := s.fs.Sync(s.dir); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// tidy removes what killed processes left behind: all unfinished output, and
// the resume state of artifacts that are complete. It needs the lock, and a
// store that has been claimed; what bears no name of the program's stays.
func (s *Store) tidy() error {
	unfinished, err := s.ours(tmpFolder)
	if err != nil {
		return err
	}
	work, err := s.ours(workFolder)
	if err != nil {
		return err
	}
	for _, path := range append(unfinished, slices.DeleteFunc(work, s.isNeeded)...) {
		if err := s.fs.RemoveAll(path); err != nil {
			return fmt.Errorf("store: %w", err)
		}
	}
	return nil
}

// isNeeded tells whether resume state belongs to an artifact that is not there.
func (s *Store) isNeeded(work string) bool {
	has, err := s.Has(filepath.Base(work))
	return !has || err != nil
}

// setAside moves a damaged artifact out of the way, where people can look at
// it; an older damaged one of the same name goes.
func (s *Store) setAside(id string) error {
	from, to := s.artifact(id), filepath.Join(s.folder(damagedFolder), id)
	err := inOrder(
		func() error { return disk.Folder(s.fs, s.folder(damagedFolder)) },
		func() error { return s.remove(to) },
		func() error { return s.fs.Rename(from, to) },
		func() error { return s.fs.Sync(s.folder(artifactsFolder)) },
	)
	if err != nil {
		return fmt.Errorf("set damaged artifact %s aside: %w", id, err)
	}
	return nil
}

// prepare makes the stage's output folder, of which tidy has removed any
// earlier one, and its work folder.
func (s *Store) prepare(id string) (out, work string, err error) {
	out, work = filepath.Join(s.folder(tmpFolder), id), filepath.Join(s.folder(workFolder), id)
	err = inOrder(
		func() error { return vacant(out) },
		func() error { return disk.Folder(s.fs, out) },
		func() error { return disk.Folder(s.fs, work) },
	)
	return out, work, err
}

// hasWork tells whether an earlier attempt left resume state behind.
func (s *Store) hasWork(id string) bool {
	entries, err := os.ReadDir(filepath.Join(s.folder(workFolder), id))
	return err == nil && len(entries) > 0
}

// publish completes the output in out and gives it its final name. The order
// is what makes "present means complete" true: files, manifest and folders
// are on disk before the rename, and the rename before anyone is told.
func (s *Store) publish(step *Step, out, work string) error {
	files, err := s.syncFiles(out)
	if err != nil {
		return err
	}
	m := Manifest{Format: manifestFormat, ID: step.ID, Recipe: step.Recipe, Label: step.Label, Files: files}
	data, err := m.encode()
	if err != nil {
		return err
	}
	err = inOrder(
		func() error { return s.fs.WriteFile(filepath.Join(out, ManifestName), data) },
		func() error { return s.syncFolders(out) },
		func() error { return s.fs.Rename(out, s.artifact(step.ID)) },
		func() error { return s.fs.Sync(s.folder(artifactsFolder)) },
	)
	if err != nil {
		return err
	}
	s.digests.moved(out, s.artifact(step.ID))
	return s.fs.RemoveAll(work)
}

// syncFiles makes the files below out durable and lists them.
func (s *Store) syncFiles(out string) ([]File, error) {
	paths, err := listFiles(out)
	if err != nil {
		return nil, err
	}
	files := make([]File, 0, len(paths))
	for _, path := range paths {
		if path == ManifestName {
			return nil, fmt.Errorf("the stage wrote %s, a name kept for the engine", ManifestName)
		}
		name := filepath.Join(out, filepath.FromSlash(path))
		if err := s.fs.Sync(name); err != nil {
			return nil, err
		}
		f, err := s.digests.file(name)
		if err != nil {
			return nil, err
		}
		f.Path = path
		files = append(files, f)
	}
	return files, nil
}

// syncFolders makes the names in out and in all folders below it durable,
// the innermost first.
func (s *Store) syncFolders(out string) error {
	var dirs []string
	err := filepath.WalkDir(out, func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			dirs = append(dirs, name)
		}
		return err
	})
	for _, dir := range slices.Backward(dirs) {
		err = errors.Join(err, s.fs.Sync(dir))
	}
	return err
}

// inOrder runs the steps up to the first that fails.
func inOrder(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
