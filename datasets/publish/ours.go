package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/gofrs/flock"

	"rationale/datasets"
)

// lockFolder takes the lock of the data folder, for one import at a time. A
// link or a pipe in its place is an error: nothing is opened through it.
func lockFolder(dataDir string) (*flock.Flock, error) {
	name := filepath.Join(dataDir, ".lock")
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file; remove it", name)
	}
	lock := flock.New(name, flock.SetFlag(os.O_CREATE|os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK))
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if !held {
		return nil, fmt.Errorf("another import is writing to %s; wait for it to end", dataDir)
	}
	return lock, nil
}

// ours is an error unless dir is absent or a folder that an import made, whole
// or in part: it holds nothing but the files of a dataset, and at least one of
// them begins as such a file does. Only such folders are replaced or removed.
func ours(dir string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder (a link or a file); remove it or choose another name", dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !datasets.IsFileName(e.Name()) {
			return notOurs(dir, "it holds "+e.Name())
		}
	}
	if len(entries) > 0 && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return datasets.Recognize(dir, e.Name()) }) {
		return notOurs(dir, "no file in it is one of a dataset")
	}
	return nil
}

func notOurs(dir, why string) error {
	return fmt.Errorf("%s is a folder but not a dataset (%s); remove it or choose another name", dir, why)
}

// discard removes a folder that ours has looked at. The manifest goes first: as
// long as there is anything, it can be told what it was.
func discard(dir string) error {
	if err := os.Remove(filepath.Join(dir, datasets.ManifestName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.RemoveAll(dir)
}
