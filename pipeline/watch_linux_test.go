package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func init() { programs["tattle"] = tattle }

// A watcher runs a program to its end and tells which sockets it opened, and
// which files it wrote that do not lie below own.
type watcher func(t *testing.T, cmd *exec.Cmd, own string) (sockets, foreign []string)

// forEachWatcher runs a test with both: /proc works everywhere and sees what
// is open for some milliseconds; strace sees everything, where it is allowed.
func forEachWatcher(t *testing.T, test func(t *testing.T, watch watcher)) {
	t.Run("proc", func(t *testing.T) { test(t, watchProc) })
	t.Run("strace", func(t *testing.T) {
		if out, err := exec.Command("strace", "-f", "-e", "trace=socket", "true").CombinedOutput(); err != nil {
			t.Skipf("strace does not work here: %v %s", err, out)
		}
		test(t, watchTrace)
	})
}

// TestNothingIsSent: a run that trains and evaluates opens no socket and
// writes nothing outside of its output folder: not below the home, cache or
// temporary folder either.
func TestNothingIsSent(t *testing.T) {
	forEachWatcher(t, func(t *testing.T, watch watcher) {
		s := newSession(t)
		cmd, text := s.command("out", "train", "--method", "RNP", "--dataset", "generated-aroma", "--profile", "smoke", "--set", "epochs=1", "--set", "hidden=6")
		homes := s.ownHomes(cmd)
		sockets, foreign := watch(t, cmd, filepath.Join(s.dir, "out"))
		if code := cmd.ProcessState.ExitCode(); code != exitDone {
			t.Fatalf("exit code %d\n%s", code, text)
		}
		if len(sockets) > 0 || len(foreign) > 0 {
			t.Errorf("sockets %q, files %q", sockets, foreign)
		}
		if left := filesBelow(t, homes); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	})
}

// TestTheWatchersSee: both watchers notice a program that does what the
// program must not do.
func TestTheWatchersSee(t *testing.T) {
	forEachWatcher(t, func(t *testing.T, watch watcher) {
		s := newSession(t)
		cmd := exec.CommandContext(t.Context(), "tattle")
		cmd.Env = s.env
		homes := s.ownHomes(cmd)
		sockets, foreign := watch(t, cmd, filepath.Join(s.dir, "out"))
		if len(sockets) == 0 || len(foreign) == 0 {
			t.Errorf("sockets %q, files %q", sockets, foreign)
		}
		if left := filesBelow(t, homes); len(left) != 1 {
			t.Errorf("left behind: %q", left)
		}
	})
}

// tattle is a program that opens a socket and writes to the temporary folder.
func tattle() {
	f, err := os.Create(filepath.Join(os.TempDir(), "diary"))
	if err != nil {
		panic(err)
	}
	defer f.Close()
	c, err := net.Dial("udp", "127.0.0.1:9") // sends nothing
	if err != nil {
		panic(err)
	}
	defer c.Close()
	time.Sleep(500 * time.Millisecond)
}

// ownHomes gives the command folders of its own in place of the user's, and
// their parent.
func (s *session) ownHomes(cmd *exec.Cmd) string {
	s.t.Helper()
	homes := s.t.TempDir()
	for variable, name := range map[string]string{"HOME": "home", "TMPDIR": "temp", "XDG_CACHE_HOME": "cache"} {
		dir := filepath.Join(homes, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			s.t.Fatal(err)
		}
		cmd.Env = append(cmd.Env, variable+"="+dir)
	}
	return homes
}

func filesBelow(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// watchProc looks again and again at what the process has open.
func watchProc(t *testing.T, cmd *exec.Cmd, own string) (sockets, foreign []string) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	proc := fmt.Sprintf("/proc/%d", cmd.Process.Pid)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // the caller looks at the exit code
	}()
	looks := 0
	for {
		select {
		case <-ended:
			if looks == 0 {
				t.Error("the process was never looked at")
			}
			return distinct(sockets), distinct(foreign)
		case <-time.After(2 * time.Millisecond):
		}
		for number, file := range openFiles(proc) {
			looks++
			switch {
			case strings.HasPrefix(file, "socket:"):
				sockets = append(sockets, file)
			case isForeign(file, own) && openForWriting(proc, number):
				foreign = append(foreign, file)
			}
		}
	}
}

// openFiles maps the numbers of a process's open files to what they are; a
// process that has just ended has none.
func openFiles(proc string) map[string]string {
	open := map[string]string{}
	entries, _ := os.ReadDir(proc + "/fd")
	for _, e := range entries {
		if file, err := os.Readlink(proc + "/fd/" + e.Name()); err == nil {
			open[e.Name()] = file
		}
	}
	return open
}

var openFlags = regexp.MustCompile(`flags:\s+[0-7]*([0-7])\n`)

func openForWriting(proc, number string) bool {
	info, _ := os.ReadFile(proc + "/fdinfo/" + number)
	flags := openFlags.FindSubmatch(info)
	return flags != nil && int(flags[1][0]-'0')&(os.O_WRONLY|os.O_RDWR) != 0
}

// isForeign leaves out pipes and the like, whose names are no paths, and
// devices.
func isForeign(file, own string) bool {
	return filepath.IsAbs(file) && file != own && !strings.HasPrefix(file, own+"/") && !strings.HasPrefix(file, "/dev/")
}

func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

var (
	tracedPath  = regexp.MustCompile(`"([^"]*)"`)
	tracedCalls = "trace=socket,connect,openat,?open,?creat,?mkdir,mkdirat,?rename,?renameat,renameat2,linkat,symlinkat"
	onlyRead    = regexp.MustCompile(`\bopen(at)?\(.*O_RDONLY`)
	creates     = regexp.MustCompile(`O_CREAT`)
)

// watchTrace reads the system calls of the process and its children. Relative
// paths start in the process's own folders.
func watchTrace(t *testing.T, cmd *exec.Cmd, own string) (sockets, foreign []string) {
	t.Helper()
	program, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal(err)
	}
	trace := filepath.Join(t.TempDir(), "trace")
	cmd.Args = append([]string{program, "-f", "-o", trace, "-e", tracedCalls, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = program
	_ = cmd.Run() // the caller looks at the exit code
	text, err := os.ReadFile(trace)
	if err != nil || len(text) == 0 {
		t.Fatalf("no trace: %v", err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		line := lines.Text()
		if strings.Contains(line, "socket(") || strings.Contains(line, "connect(") {
			sockets = append(sockets, line)
			continue
		}
		if onlyRead.MatchString(line) && !creates.MatchString(line) && !strings.Contains(line, "machine-id") {
			continue
		}
		for _, path := range tracedPath.FindAllStringSubmatch(line, -1) {
			if isForeign(path[1], own) {
				foreign = append(foreign, line)
			}
		}
	}
	return distinct(sockets), distinct(foreign)
}
