package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"rationale/pipeline/campaign"
)

func init() { programs["campaign-worker"] = campaignWorker }

// campaignWorker is the program, again and again in one process.
func campaignWorker() {
	if err := campaign.Serve(os.Stdin, os.Stdout, inPlace); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitFailed)
	}
}

// inPlace runs the program with the cache folder that lies where it is.
func inPlace(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	dir, err := os.Getwd()
	if err == nil {
		err = os.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	if part, ok := parts[args[0]]; ok {
		return runPart(part, args[1:], stdout, stderr)
	}
	return run(args, stdin, stdout, stderr)
}

func (c *hunt) workerCommand() *exec.Cmd {
	path, err := exec.LookPath("campaign-worker")
	if err != nil {
		c.t.Error(err)
	}
	cmd := exec.CommandContext(c.t.Context(), path)
	cmd.Env = c.env(c.scene.dir)
	return cmd
}

func (c *hunt) env(dir string) []string {
	return append(os.Environ(), "ONNXRUNTIME_LIB="+library(c.t), "XDG_CACHE_HOME="+filepath.Join(dir, "cache"), "HOME="+dir)
}

// observe runs the call, in a worker or in a process of its own.
func (c *hunt) observe(w *campaign.Worker, dir string, k kind, call []string, mode string, whole bool) (campaign.Observation, error) {
	var o campaign.Observation
	var err error
	if whole {
		o, err = campaign.RunProgram(c.t.Context(), patience, c.programIn(dir, k, call, mode))
	} else {
		o, err = w.Do(campaign.Call{Dir: dir, Args: call, Stdin: k.stdin})
	}
	if err != nil {
		return o, err
	}
	o.Given = call[len(call)-1]
	o.Stdout, o.Stderr = strings.ReplaceAll(o.Stdout, dir, "DIR"), strings.ReplaceAll(o.Stderr, dir, "DIR")
	o.State, err = k.stateOf(dir)
	return o, err
}

func (c *hunt) programIn(dir string, k kind, call []string, mode string) func(context.Context) *exec.Cmd {
	return func(ctx context.Context) *exec.Cmd {
		cmd := exec.CommandContext(ctx, "rationale", call...)
		cmd.Dir, cmd.Env, cmd.Stdin = dir, c.env(dir), strings.NewReader(k.stdin)
		switch {
		case k.library && mode == kept: // the pinned one, whose digest is known
			cmd.Env = append(cmd.Env, "ONNXRUNTIME_LIB=")
		case k.library:
			cmd.Env = append(cmd.Env, "ONNXRUNTIME_LIB="+filepath.Join(dir, pinnedLibrary))
		}
		return cmd
	}
}
