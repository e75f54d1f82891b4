package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"rationale/pipeline/disk"
)

// ErrLocked is wrapped by the error of a Run that found the store in use.
var ErrLocked = errors.New("store is in use")

const lockRetry = 100 * time.Millisecond

// lock takes the store's kernel lock, which the kernel frees when the process
// ends in whatever way. When another process has it, waiting is told who that is,
// once for each that has it in turn, and lock tries again for up to the given time.
func (s *Store) lock(ctx context.Context, wait time.Duration, waiting func(holder string)) (*flock.Flock, error) {
	name := s.folder(lockName)
	l, err := disk.Lock(name)
	if err != nil {
		return nil, fmt.Errorf("lock store: %w", err)
	}
	ok, err := l.TryLock()
	if !ok && err == nil && wait != 0 {
		ok, err = retryLock(ctx, l, wait, waiting)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("lock store: %w", err)
	case !ok:
		return nil, fmt.Errorf("%w: %s is held by %s; try again when it has ended", ErrLocked, s.dir, lockHolder(name))
	}
	if err := s.fs.WriteFile(name, fmt.Appendln(nil, os.Getpid())); err != nil {
		return nil, errors.Join(fmt.Errorf("lock store: %w", err), l.Unlock())
	}
	return l, nil
}

// retryLock gives false without an error when the time is up.
func retryLock(ctx context.Context, l *flock.Flock, wait time.Duration, waiting func(holder string)) (bool, error) {
	var late <-chan time.Time // never, for Forever
	if wait != Forever {
		late = time.After(wait)
	}
	again := time.NewTicker(lockRetry)
	defer again.Stop()
	told := ""
	for {
		if holder := lockHolder(l.Path()); holder != told {
			waiting(holder)
			told = holder
		}
		select {
		case <-ctx.Done():
			return false, fmt.Errorf("stopped while waiting for %s: %w", told, ctx.Err())
		case <-late:
			return false, nil
		case <-again.C:
		}
		if ok, err := l.TryLock(); ok || err != nil {
			return ok, err
		}
	}
}

// lockHolder describes the process that has the lock, as well as is known.
func lockHolder(name string) string {
	data, err := disk.ReadFile(name, 32)
	pid, convErr := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil || convErr != nil {
		return "another process"
	}
	return fmt.Sprintf("process %d", pid)
}
