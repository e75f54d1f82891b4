package pypi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/gofrs/flock"

	"rationale/pipeline/disk"
	"rationale/pipeline/scratch"
)

// part is a wheel as far as it is there. It is locked while it is open.
type part struct {
	*os.File
	wheel Wheel
	lock  *flock.Flock
}

// openPart opens the file, which is made when missing.
func openPart(path string, w Wheel) (*part, error) {
	lock, err := disk.Lock(path)
	if err != nil {
		return nil, err
	}
	switch held, err := lock.TryLock(); {
	case err != nil:
		return nil, err
	case !held:
		return nil, fmt.Errorf("another process is fetching %s; wait for it to end", w.File)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return &part{f, w, lock}, nil
}

// Close keeps what is there for the next process, unless that is nothing.
func (p *part) Close() error {
	info, err := p.Stat()
	if err == nil && info.Size() == 0 {
		err = os.Remove(p.Name())
	}
	return errors.Join(err, p.File.Close(), p.lock.Unlock())
}

// complete downloads what is missing. What turns out to be another file is thrown
// away.
func (p *part) complete(ctx context.Context, progress func(done, total int64)) error {
	if p.check() == nil { // a process ended between download and use
		return nil
	}
	if err := p.download(ctx, progress); err != nil {
		return fmt.Errorf("%w; check the network, and where pip looks (PIP_INDEX_URL, or index-url in its configuration)", err)
	}
	if err := p.check(); err != nil {
		return errors.Join(err, p.restart())
	}
	return p.Sync()
}

// check wants the file to be the published one.
func (p *part) check() error {
	if _, err := p.Seek(0, io.SeekStart); err != nil {
		return err
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, p.File); err != nil {
		return err
	}
	return scratch.Published(p.wheel.File, hex.EncodeToString(hash.Sum(nil)), p.wheel.SHA256)
}

// kept is how many bytes a download goes on from; none of a file that is too long.
func (p *part) kept() (int64, error) {
	have, err := p.Seek(0, io.SeekEnd)
	if err != nil || have < p.wheel.Size {
		return have, err
	}
	return 0, p.restart()
}

// restart forgets what is there.
func (p *part) restart() error {
	_, err := p.Seek(0, io.SeekStart)
	return errors.Join(err, p.Truncate(0))
}
