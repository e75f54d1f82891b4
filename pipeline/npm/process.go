package npm

import (
	"errors"
	"os"
	"syscall"
)

// endGroup kills a process group.
func endGroup(leader int) error {
	err := syscall.Kill(-leader, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}
