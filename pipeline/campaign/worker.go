package campaign

import (
	"bytes"
	"context"
	"encoding/gob"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"rationale/stages"
	"rationale/stages/memory"
)

// Call is one run of the program.
type Call struct {
	Dir   string // where it runs
	Args  []string
	Stdin string
}

// reply is what a worker answers.
type reply struct {
	Code           int
	Stdout, Stderr []byte
	Peak           int64
}

// Worker runs calls one after the other in a process of their own, which is
// started anew when one of them has ended it.
type Worker struct {
	// Command makes the process; it has to call Serve.
	Command func() *exec.Cmd
	// Patience is how long a call may take.
	Patience time.Duration

	cmd     *exec.Cmd
	in      io.Closer
	calls   *gob.Encoder
	replies chan reply
	stderr  *bytes.Buffer
}

// Do runs one call.
func (w *Worker) Do(c Call) (Observation, error) {
	if w.cmd == nil {
		if err := w.start(); err != nil {
			return Observation{}, err
		}
	}
	started := time.Now()
	if err := w.calls.Encode(c); err != nil {
		return w.ended(started), nil
	}
	select {
	case r, alive := <-w.replies:
		if !alive {
			return w.ended(started), nil
		}
		return Observation{Code: r.Code, Stdout: string(r.Stdout), Stderr: string(r.Stderr), Peak: r.Peak, Took: time.Since(started)}, nil
	case <-time.After(w.Patience):
		_ = w.cmd.Process.Kill() // it may have ended just now
		o := w.ended(started)
		o.TimedOut = true
		return o, nil
	}
}

func (w *Worker) start() error {
	w.cmd, w.stderr = w.Command(), &bytes.Buffer{}
	w.cmd.Stderr = w.stderr
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	in, err := w.cmd.StdinPipe()
	if err != nil {
		return err
	}
	w.in, w.calls = in, gob.NewEncoder(in)
	replies := make(chan reply)
	w.replies = replies
	if err := w.cmd.Start(); err != nil {
		return err
	}
	go func() {
		defer close(replies)
		_ = stages.Guard(func() error { // that the answers end says it all
			for answers := gob.NewDecoder(out); ; {
				var r reply
				if err := answers.Decode(&r); err != nil {
					return err
				}
				replies <- r
			}
		})
	}()
	return nil
}

// ended tells how the process came to its end.
func (w *Worker) ended(started time.Time) Observation {
	for range w.replies { // to the end of its output
	}
	err := w.cmd.Wait()
	w.cmd = nil
	return Observation{Code: -1, End: fmt.Sprint(err), Stderr: w.stderr.String(), Took: time.Since(started)}
}

// Close ends the process.
func (w *Worker) Close() {
	if w.cmd != nil {
		w.in.Close()
		w.ended(time.Now())
	}
}

// Serve is the worker's side: it runs the calls that come in and answers.
func Serve(in io.Reader, out io.Writer, run func(args []string, stdin io.Reader, stdout, stderr io.Writer) int) error {
	calls, answers := gob.NewDecoder(in), gob.NewEncoder(out)
	for {
		var c Call
		if err := calls.Decode(&c); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := os.Chdir(c.Dir); err != nil {
			return err
		}
		var stdout, stderr bytes.Buffer
		forgetPeak()
		code := run(c.Args, strings.NewReader(c.Stdin), &stdout, &stderr)
		if err := answers.Encode(reply{code, stdout.Bytes(), stderr.Bytes(), memory.Peak()}); err != nil {
			return err
		}
	}
}

// forgetPeak makes the system count the high-water mark anew; where it cannot,
// the mark is that of all calls so far.
func forgetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// RunProgram runs a command to its end, or for as long as patience lasts.
func RunProgram(ctx context.Context, patience time.Duration, command func(context.Context) *exec.Cmd) (Observation, error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := command(limited)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return Observation{}, err
	}
	err := cmd.Wait()
	o := Observation{Code: cmd.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String(), Took: time.Since(started), TimedOut: limited.Err() != nil}
	if o.Code < 0 {
		o.End = fmt.Sprint(err)
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.Peak = int64(usage.Maxrss) << 10
	}
	return o, nil
}
