package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// output is stdout. Data that cannot be written is an outputError, whatever
// wraps it on its way up. A reader who has left, as `head` does, has what it
// wanted: that is no error, and the exit code is that of the work.
type output struct {
	to   io.Writer
	left bool // the reader has left
}

func (o *output) Write(data []byte) (int, error) {
	_, err := o.to.Write(data)
	o.left = o.left || errors.Is(err, syscall.EPIPE)
	if err := written(err); err != nil {
		return 0, err
	}
	return len(data), nil
}

// outputError is data that did not reach stdout.
type outputError struct{ error }

func (e outputError) Unwrap() error { return e.error }

// written judges the error of a write to stdout.
func written(err error) error {
	if err == nil || errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return outputError{fmt.Errorf("stdout: %w", err)}
}

// outliveReaders keeps the process alive when nobody reads its stderr or
// stdout any more; Go would end it at the next write. The signal is received
// and dropped rather than ignored: programs that are started from here, such
// as npm, would inherit that they ignore it.
func outliveReaders() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }
