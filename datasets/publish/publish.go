// Package publish puts a folder that is a dataset in its place in one step, for
// imports. Stages write into a folder that the engine publishes.
package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Folder lets fill build a folder under a hidden name and then puts it in the
// place of dataDir/name in one step. One import at a time may write to dataDir;
// what a killed one left behind is removed by the next.
func Folder(dataDir, name string, fill func(dir string) error) (err error) {
	if err := os.MkdirAll(dataDir, 0o755); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	lock, err := lockFolder(dataDir)
	if err != nil {
		return err
	}
	defer lock.Unlock()
	target, temp := filepath.Join(dataDir, name), filepath.Join(dataDir, ".importing")
	if err := cleanUp(target, temp); err != nil {
		return err
	}
	if err := os.Mkdir(temp, 0o755); err != nil {
		return err
	}
	defer discard(temp)
	if err := fill(temp); err != nil {
		return err
	}
	if err := syncDir(temp); err != nil {
		return err
	}
	if err := swapIn(temp, target); err != nil {
		return err
	}
	return syncDir(dataDir)
}

// cleanUp removes what a killed import left. Where folders cannot be exchanged,
// the older dataset may have been moved aside; it is brought back first. What
// no import made is left, and an error.
func cleanUp(target, temp string) error {
	aside := asideOf(target)
	if err := errors.Join(ours(target), ours(temp), ours(aside)); err != nil {
		return err
	}
	if _, err := os.Lstat(target); errors.Is(err, fs.ErrNotExist) {
		if err := os.Rename(aside, target); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return errors.Join(discard(aside), discard(temp))
}

// swapIn makes temp the target. An older target is exchanged in one step where
// the file system can, and moved aside for a moment where it cannot.
func swapIn(temp, target string) error {
	if _, err := os.Lstat(target); errors.Is(err, fs.ErrNotExist) {
		return os.Rename(temp, target)
	}
	if err := exchange(temp, target); err == nil {
		return nil // temp now holds the older dataset and is removed
	}
	aside := asideOf(target)
	if err := os.Rename(target, aside); err != nil {
		return err
	}
	if err := os.Rename(temp, target); err != nil {
		return errors.Join(err, os.Rename(aside, target))
	}
	return discard(aside)
}

func asideOf(target string) string {
	return filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+".old")
}

// syncDir brings the folder's entries to the disk.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", path, err)
	}
	return nil
}
