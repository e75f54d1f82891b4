package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rationale/stages"
)

// faults lists the panics that an error holds, joined errors included.
func faults(err error) []*stages.Panic {
	switch e := err.(type) {
	case *stages.Panic:
		return []*stages.Panic{e}
	case interface{ Unwrap() error }:
		return faults(e.Unwrap())
	case interface{ Unwrap() []error }:
		var all []*stages.Panic
		for _, one := range e.Unwrap() {
			all = append(all, faults(one)...)
		}
		return all
	}
	return nil
}

// report says what a fault of the program itself is, and what to do about it.
// It keeps the traces in a file, or prints them where no file can be made.
func report(stderr io.Writer, found []*stages.Panic, args []string) {
	fmt.Fprintln(stderr, "rationale: this is a fault of the program, not of your data or your command; what was complete is kept")
	text := traceText(found, args)
	path, err := keepTrace(text)
	if err != nil {
		fmt.Fprintf(stderr, "rationale: please report it where you have the program from, with this trace, which no file could take (%v):\n%s", err, text)
		return
	}
	fmt.Fprintf(stderr, "rationale: please report it where you have the program from, with the trace in %s\n", path)
}

func traceText(found []*stages.Panic, args []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "rationale %s, %s\n%s\narguments: %q\n", revision(), platform(), time.Now().UTC().Format(time.RFC3339), args)
	for _, fault := range found {
		fmt.Fprintf(&b, "\n%v\n%s", fault, fault.Stack)
	}
	return b.String()
}

// keepTrace writes a file of its own to the program's cache folder, or to the
// temporary folder, and gives its path.
func keepTrace(text string) (path string, err error) {
	for _, folder := range []func() (string, error){tracesDir, func() (string, error) { return os.TempDir(), nil }} {
		if path, err = writeTrace(folder, text); err == nil {
			break
		}
	}
	return path, err
}

func tracesDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "rationale", "traces")
	return dir, os.MkdirAll(dir, 0o755)
}

func writeTrace(folder func() (string, error), text string) (string, error) {
	dir, err := folder()
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, "rationale-trace-*.txt")
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return f.Name(), err
}
