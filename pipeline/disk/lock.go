package disk

import (
	"os"
	"syscall"

	"github.com/gofrs/flock"
)

// Lock is the kernel lock on a file, which is made if need be and not yet
// taken. The kernel frees it when the process ends in whatever way. A link or
// anything but a regular file in its place is an error.
func Lock(name string) (*flock.Flock, error) {
	if err := FileOrNothing(name); err != nil {
		return nil, err
	}
	flags := os.O_CREATE | os.O_RDWR | syscall.O_NOFOLLOW | syscall.O_NONBLOCK
	return flock.New(name, flock.SetFlag(flags), flock.SetPermissions(0o644)), nil
}
