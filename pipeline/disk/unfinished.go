package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// unfinished is a hidden folder beside a target in which the target is made
// before it is moved to its place. It holds the marker, which is the lock of
// the process that works there too, and content: the file or folder itself.
// Whatever a killed process leaves of it the next one removes.
type unfinished struct {
	fs   FS
	dir  string
	lock *flock.Flock
}

// unfinishedName is the hidden folder for a target.
func unfinishedName(target string) string {
	return filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+".rationale")
}

// How long to wait for another process that writes the same target.
const (
	unfinishedWait  = 10 * time.Second
	unfinishedRetry = 20 * time.Millisecond
)

func (u *unfinished) content() string { return filepath.Join(u.dir, "content") }
func (u *unfinished) marker() string  { return filepath.Join(u.dir, Marker) }

// begin makes the hidden folder, or takes over what a killed process left.
func begin(fsys FS, target string) (*unfinished, error) {
	u := &unfinished{fs: fsys, dir: unfinishedName(target)}
	err := errVanished
	for tries := 0; tries < 100 && errors.Is(err, errVanished); tries++ {
		err = inOrder(u.own, func() error { return fsys.MkdirAll(u.dir) }, u.take)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", target, err)
	}
	if err := fsys.RemoveAll(u.content()); err != nil {
		return nil, errors.Join(err, u.lock.Unlock())
	}
	return u, nil
}

// own is an error unless the hidden folder is absent, empty or has the marker
// and nothing but the marker and the content.
func (u *unfinished) own() error {
	if err := FolderOrNothing(u.dir); err != nil {
		return err
	}
	entries, err := os.ReadDir(u.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	marked := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == Marker && e.Type().IsRegular() })
	for _, e := range entries {
		content := e.Name() == filepath.Base(u.content()) && (e.IsDir() || e.Type().IsRegular())
		if !marked || e.Name() != Marker && !content {
			return &ForeignError{u.dir, "holds " + e.Name() + ", which rationale did not make", "move it away"}
		}
	}
	return nil
}

// take waits for the lock. Another process may have finished and removed the
// folder meanwhile: then the lock is on a file that has no name any more.
func (u *unfinished) take() (err error) {
	if u.lock, err = Lock(u.marker()); err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(context.Background(), unfinishedWait)
	defer cancel()
	held, err := u.lock.TryLockContext(limit, unfinishedRetry)
	if errors.Is(err, context.DeadlineExceeded) || err == nil && !held {
		return errors.New("another process is writing it; try again when it has ended")
	}
	if errors.Is(err, fs.ErrNotExist) {
		return errVanished // with its folder
	}
	if err != nil {
		return err
	}
	if !u.named() {
		return errors.Join(errVanished, u.lock.Unlock())
	}
	return nil
}

// errVanished tells that another process has finished the same target between
// two steps of ours.
var errVanished = errors.New("another process has just written it; try again")

// named tells whether the file that is locked is still the marker.
func (u *unfinished) named() bool {
	mine, err := u.lock.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(u.marker())
	return err == nil && os.SameFile(mine, there)
}

// end removes the hidden folder, the marker after the content: as long as there
// is anything in it, it bears the marker. Once the marker is gone another
// process may work there, and the folder is its to remove.
func (u *unfinished) end() error {
	err := inOrder(
		func() error { return u.fs.RemoveAll(u.content()) },
		func() error { return u.fs.RemoveAll(u.marker()) },
	)
	if err == nil {
		if err = os.Remove(u.dir); errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	return errors.Join(err, u.lock.Unlock())
}

// tidy removes what a killed process left beside a target that is complete.
func tidy(fsys FS, target string) error {
	if _, err := os.Lstat(unfinishedName(target)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	u, err := begin(fsys, target)
	if err != nil {
		return err
	}
	return u.end()
}
