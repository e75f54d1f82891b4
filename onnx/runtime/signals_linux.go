package runtime

import (
	"errors"
	"fmt"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// signalAction is the kernel's record of how one signal is handled, kept as
// it is: 32 bytes on amd64 and arm64.
type signalAction [4]uint64

const (
	signalCount   = 64
	signalSetSize = signalCount / 8
)

var signalGuard sync.Mutex

// keepSignalHandlers puts the process's signal handlers back as they were
// before action. CUDA's libraries install their own without the flag that Go
// needs, and an interrupt would then kill the process.
func keepSignalHandlers(action func() error) error {
	signalGuard.Lock()
	defer signalGuard.Unlock()
	var saved [signalCount + 1]signalAction
	for sig := 1; sig <= signalCount; sig++ {
		if err := sigaction(sig, nil, &saved[sig]); err != nil {
			return err
		}
	}
	err := action()
	for sig := 1; sig <= signalCount; sig++ {
		err = errors.Join(err, restoreHandler(sig, &saved[sig]))
	}
	return err
}

// restoreHandler writes only what has changed; the kernel refuses writes for
// SIGKILL and SIGSTOP, which cannot change.
func restoreHandler(sig int, saved *signalAction) error {
	var now signalAction
	if err := sigaction(sig, nil, &now); err != nil || now == *saved {
		return err
	}
	return sigaction(sig, saved, nil)
}

func sigaction(sig int, set, old *signalAction) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig),
		uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(old)), signalSetSize, 0, 0)
	if errno != 0 {
		return fmt.Errorf("runtime: reading or restoring the handler of signal %d (%v): %w", sig, syscall.Signal(sig), errno)
	}
	return nil
}
