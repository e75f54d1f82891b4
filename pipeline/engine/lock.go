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
// ends in whatever way. When another process has it, waiting is told once who
// that is, and lock tries again for up to the given time.
func (s *Store) lock(ctx context.Context, wait time.Duration, waiting func(holder string)) (*flock.Flock, error) {
	name := s.folder(lockName)
	l, err := disk.Lock(name)
	if err != nil {
		return nil, fmt.Errorf("lock store: %w", err)
	}
	ok, err := l.TryLock()
	if !ok && err == nil && wait > 0 {
		waiting(lockHolder(name))
		ok, err = retryLock(ctx, l, wait)
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
func retryLock(ctx context.Context, l *flock.Flock, wait time.Duration) (bool, error) {
	limit, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	ok, err := l.TryLockContext(limit, lockRetry)
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	return ok, err
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
