package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitStale       = 3
	exitInterrupted = 130
)

// usageError is a mistake in the command line: a verb, flag, name or key that
// does not exist, or a value that makes no sense.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// errStale makes status end with its own exit code.
var errStale = errors.New("not up to date")

// run is the program. It returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := interruptible(context.Background())
	defer stop()
	err := execute(ctx, args, stdin, stdout, stderr)
	code := exitCode(err)
	switch code {
	case exitFailed, exitUsage:
		fmt.Fprintln(stderr, "rationale:", err)
	case exitInterrupted:
		fmt.Fprintln(stderr, "rationale: interrupted; the same command goes on from here")
	}
	return code
}

func exitCode(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errStale):
		return exitStale
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &usage):
		return exitUsage
	}
	return exitFailed
}

// interruptible gives a context that ends with the first SIGINT or SIGTERM.
// From then on both have their default effect again: a second one ends the
// program at once, which the store survives.
func interruptible(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(parent, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
