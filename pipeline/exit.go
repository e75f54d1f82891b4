package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"rationale/datasets/quote"
	"rationale/stages"
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

// cutShortError is an interrupted work of which the same command would not do the
// rest alone; done says what was done.
type cutShortError struct {
	done string
	error
}

func (e cutShortError) Unwrap() error { return e.error }

// afterwards tells what is there after an interruption.
func afterwards(err error) string {
	var short cutShortError
	if errors.As(err, &short) {
		return short.done
	}
	return "the same command goes on from here"
}

// errStale makes status end with its own exit code.
var errStale = errors.New("not up to date")

// run is the program. It returns the exit code. A panic is a failure like any
// other here, be it of this goroutine or, brought up by the engine, of a
// stage's; stages.Guard says what no program can catch.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	outliveReaders()
	ctx, stop := interruptible(context.Background())
	defer stop()
	err := stages.Guard(func() error { return execute(ctx, args, stdin, stdout, stderr) })
	code := exitCode(err)
	switch code {
	case exitFailed, exitUsage:
		fmt.Fprintf(stderr, "rationale: %s\n", shown(err))
	case exitInterrupted:
		fmt.Fprintf(stderr, "rationale: interrupted; %s\n", afterwards(err))
	}
	if found := faults(err); len(found) > 0 {
		report(stderr, found, args)
	}
	return code
}

// shown is an error for a terminal. What stands below its first line is moved in,
// so that no name of a file can pass for a message of the program.
func shown(err error) string {
	return strings.ReplaceAll(quote.Text(err.Error()), "\n", "\n    ")
}

func exitCode(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, new(outputError)):
		return exitFailed // also when status had something to say
	case errors.Is(err, errStale):
		return exitStale
	case errors.As(err, &usage):
		return exitUsage
	}
	return exitFailed
}

// interruptible gives a context that ends with the first SIGINT or SIGTERM. A
// second one ends the program at once, which the store survives, and whatever
// is running: code of a library that never returns as well.
func interruptible(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ended := make(chan struct{})
	go func() {
		for _, action := range []func(){cancel, func() { os.Exit(exitInterrupted) }} {
			select {
			case <-signals:
				action()
			case <-ended:
				return
			}
		}
	}()
	stop := sync.OnceFunc(func() {
		signal.Stop(signals)
		close(ended)
		cancel()
	})
	return ctx, stop
}
