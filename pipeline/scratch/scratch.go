// Package scratch has the temporary folders in which downloads are unpacked: what a
// killed one has left is known by a marker, and the next one removes it.
package scratch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/gofrs/flock"
)

// Temporary folders have names that begin with prefix. The marker in each
// tells that this program made it, and is locked as long as it is in use.
const prefix, marker = ".fetch-", "made-by-rationale"

// attempts is how often a folder is made anew because another process has
// taken it, not locked yet, for one that was left behind.
const attempts = 3

// Folder is a temporary folder in use.
type Folder struct {
	Path string
	lock *flock.Flock
}

// New makes a folder inside dir, which is made when missing, once Tidy has been
// there.
func New(dir string) (Folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Folder{}, err
	}
	if err := Tidy(dir); err != nil {
		return Folder{}, err
	}
	for range attempts {
		path, err := os.MkdirTemp(dir, prefix)
		if err != nil {
			return Folder{}, err
		}
		lock, err := lockMarker(path, os.O_CREATE)
		if lock != nil || err != nil {
			return Folder{path, lock}, err
		}
	}
	return Folder{}, fmt.Errorf("%s: other processes remove the folders that are made in it", dir)
}

// lockMarker locks a folder's marker, which is no link. It gives nil when
// another process has it, or has removed it.
func lockMarker(path string, flags int) (*flock.Flock, error) {
	name := filepath.Join(path, marker)
	lock := flock.New(name, flock.SetFlag(flags|os.O_RDWR|syscall.O_NOFOLLOW|syscall.O_NONBLOCK), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if !locked || err != nil {
		return nil, err
	}
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return nil, lock.Unlock()
	}
	return lock, nil
}

// Remove removes the folder, the marker with the rest.
func (f Folder) Remove() error { return errors.Join(os.RemoveAll(f.Path), f.lock.Unlock()) }

// Tidy removes the temporary folders in dir that bear this program's marker
// and that no process uses any more: those of killed downloads.
func Tidy(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		lock, err := lockMarker(path, 0)
		if lock == nil || err != nil {
			continue // in use, or not ours
		}
		if err := (Folder{path, lock}).Remove(); err != nil {
			return err
		}
	}
	return nil
}
