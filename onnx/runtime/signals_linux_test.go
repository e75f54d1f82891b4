package runtime

import (
	"errors"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// TestKeepSignalHandlers replaces the handler of a signal behind Go's back,
// as CUDA's libraries do, and expects Go's own to be there afterwards.
func TestKeepSignalHandlers(t *testing.T) {
	arrived := make(chan os.Signal, 1)
	signal.Notify(arrived, syscall.SIGUSR1)
	defer signal.Stop(arrived)
	trouble := errors.New("the session failed")
	err := keepSignalHandlers(func() error {
		const ignore = 1 // SIG_IGN
		if err := sigaction(int(syscall.SIGUSR1), &signalAction{ignore}, nil); err != nil {
			t.Error(err)
		}
		raise(t)
		return trouble
	})
	if !errors.Is(err, trouble) {
		t.Errorf("got %v, want the action's error", err)
	}
	select {
	case <-arrived:
		t.Fatal("the replacement did not replace anything: the test proves nothing")
	case <-time.After(50 * time.Millisecond):
	}
	raise(t)
	select {
	case <-arrived:
	case <-time.After(5 * time.Second):
		t.Error("the signal does not reach Go any more")
	}
}

func raise(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(os.Getpid(), syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
}
