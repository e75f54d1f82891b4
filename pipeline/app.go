package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"rationale/datasets/quote"
	"rationale/pipeline/engine"
	"rationale/pipeline/engine/progress"
)

// app is what the verbs work with.
type app struct {
	*globals
	args    []string // of the command line
	in      io.Reader
	out     *quote.Writer // stdout: data, written out by finish; nothing in it can steer a terminal
	colours *bufio.Writer // behind out: for what brings the program's own colours
	stdout  *output       // behind both
	display *progress.Display
	log     *slog.Logger
}

func newApp(g *globals, stdin io.Reader, stdout, stderr io.Writer) *app {
	display := progress.New(progress.Options{Writer: stderr, Quiet: g.Quiet})
	level := slog.LevelInfo
	switch {
	case g.Quiet:
		level = slog.LevelWarn
	case g.Verbose:
		level = slog.LevelDebug
	}
	handler := slog.NewTextHandler(display, &slog.HandlerOptions{Level: level, ReplaceAttr: withoutTime})
	to := &output{to: stdout}
	buffered := bufio.NewWriter(to)
	return &app{
		globals: g, in: stdin, out: quote.NewWriter(buffered), colours: buffered, stdout: to,
		display: display, log: slog.New(handler),
	}
}

// withoutTime leaves the time out of messages: people read them as they come.
func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// finish writes out what the verb printed; data that could not be written is
// a failure.
func (a *app) finish(err error) error {
	flushed := a.flush()
	if flushed == nil || errors.As(err, new(outputError)) {
		return err // the verb met the failed write by itself
	}
	return errors.Join(err, flushed)
}

// flush writes out what was printed so far.
func (a *app) flush() error { return errors.Join(a.out.Flush(), a.colours.Flush()) }

// printf writes data; the line ends are those of format alone. Errors show in
// finish.
func (a *app) printf(format string, args ...any) { fmt.Fprintf(a.out, format, singleLines(args)...) }

// singleLines keeps text from elsewhere from beginning lines of its own.
func singleLines(args []any) []any {
	lines := slices.Clone(args)
	for i, arg := range args {
		switch text := arg.(type) {
		case string:
			lines[i] = quote.Line(text)
		case error:
			lines[i] = quote.Line(text.Error())
		}
	}
	return lines
}

// printJSON writes a value as indented JSON.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// printTable writes rows in aligned columns; the first row is the heading.
func (a *app) printTable(rows [][]string) error {
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, quote.Line(cell))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

// store is the folder of artifacts.
func (a *app) store() (*engine.Store, error) { return engine.OpenStore(a.storeDir()) }

// embeddingsDir is the folder of the word-vector table. It is shared by all
// output folders, as the library is.
func embeddingsDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache folder for word vectors: %w; set XDG_CACHE_HOME", err)
	}
	return filepath.Join(cache, "rationale", "embeddings"), nil
}

// messages takes plain lines for people; --quiet drops them.
func (a *app) messages() io.Writer {
	if a.Quiet {
		return io.Discard
	}
	return a.display
}

// say tells people something on stderr.
func (a *app) say(format string, args ...any) {
	fmt.Fprintf(a.messages(), format+"\n", singleLines(args)...)
}

func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot make a folder: %w", err)
	}
	return nil
}

// watch shows the progress of one piece of work that is no stage, which takes
// about that many seconds.
func (a *app) watch(label string, seconds float64, work func(report func(done, total int64)) error) error {
	a.display.Begin(0, 1, seconds)
	defer a.display.Close()
	task := a.display.Start(label, seconds, false)
	reported := int64(0)
	err := work(func(done, total int64) {
		if total > 0 {
			task.Total(total)
		}
		task.Advance(done-reported, "")
		reported = done
	})
	task.End(err)
	return err
}
