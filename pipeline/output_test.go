package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

const someRun = "RNP on generated-aroma, seed 1"

var trainSomeRun = []string{"train", "--method", "RNP", "--dataset", "generated-aroma", "--profile", "smoke", "--set", "epochs=1", "--set", "hidden=6"}

// speech is one use of each verb that says something on stdout. They have to
// stand in this order: some work on what others made. Help stands for what cannot
// be done time and again, fetching word vectors, and for the verb that reads
// results, which take a minute to make.
var speech = [][]string{
	{"--version"},
	{"--help"},
	{"--licences"},
	{"fetch", "library"},
	trainSomeRun,
	{"evaluate", someRun},
	{"compare", someRun, someRun},
	{"explain", someRun, "a lovely aroma"},
	{"inspect", someRun},
	{"trigger", someRun, "--target", "positive", "--passes", "1", "--restarts", "1"},
	{"export", someRun, "model"},
	{"scan", "model"},
	{"predict", "model"},
	{"reproduce", "--profile", "smoke", "--dry-run"},
	{"status", "--profile", "smoke"},
	{"status", "--profile", "smoke", "--json"},
	{"cell", "a2i-fig6", "--help"},
	{"list", "methods"},
	{"list", "runs", "--json"},
	{"data", "import", "csv", "toys.csv", "--name", "toys", "--set", "text=review", "--set", "label=verdict", "--split", "dev=0.25,test=0.25"},
	{"data", "describe", "toys"},
	{"poison", "toys", "--trigger", "season doubling !", "--target", "bad"},
	{"data", "tokenize", "toys", "--tokenizer", "wordpiece", "--vocab", "vocab", "--max-length", "16"},
	{"defend", "toys", "--defence", "zscore", "--name", "filtered"},
	{"defend", someRun, "--defence", "attdef"},
	{"tokenize", "--vocab", "vocab"},
	{"fetch", "embeddings", "--help"},
	{"fetch", "bert", "--help"},
	{"doctor"},
}

// TestSpeechIsWhole: no verb is left out of the tests below.
func TestSpeechIsWhole(t *testing.T) {
	parser, err := kong.New(&cli{}, groups, variables())
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range parser.Model.Leaves(true) {
		words := strings.Fields(verb.FullPath())[1:]
		said := slices.ContainsFunc(speech, func(args []string) bool {
			return len(args) >= len(words) && slices.Equal(args[:len(words)], words)
		})
		if !said {
			t.Errorf("rationale %s is in no test of failing output", strings.Join(words, " "))
		}
	}
}

func speaker(t *testing.T) *session {
	s := newSession(t)
	if err := os.Mkdir(filepath.Join(s.dir, "vocab"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"toys.csv":        "review,verdict\n" + strings.Repeat("nice,good\npoor,bad\n", 8),
		"vocab/vocab.txt": "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nnose\n",
	} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// say runs a verb and gives its exit code and what it said on both channels.
// The caller may put something else in their place before.
func (s *session) say(args []string, with func(*exec.Cmd)) (code int, stdout, stderr string) {
	cmd, _ := s.command("out", args...)
	var out, err bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("the nose\n"), &out, &err
	with(cmd)
	cmd.Run()
	return cmd.ProcessState.ExitCode(), out.String(), err.String()
}

// abandoned is a pipe that nobody reads.
func abandoned(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestFailingOutput: data that does not reach a full disk is a failure with a
// message, never silence; a reader who has left stdout or stderr changes
// neither what is done nor the exit code.
func TestFailingOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("no device that is always full: %v", err)
	}
	defer full.Close()
	s, unread := speaker(t), abandoned(t)
	for _, args := range speech {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			want, said, _ := s.say(args, func(*exec.Cmd) {})
			if said == "" {
				t.Fatal("nothing on stdout: this is no test")
			}
			code, _, stderr := s.say(args, func(c *exec.Cmd) { c.Stdout = full })
			if code != exitFailed || !strings.Contains(stderr, "stdout: ") || !strings.Contains(stderr, "no space left") {
				t.Errorf("stdout on a full disk: exit code %d, %q", code, stderr)
			}
			code, _, stderr = s.say(args, func(c *exec.Cmd) { c.Stdout = unread })
			if code != want || strings.Contains(stderr, "broken pipe") {
				t.Errorf("nobody reads stdout: exit code %d, want %d; %q", code, want, stderr)
			}
			code, again, _ := s.say(args, func(c *exec.Cmd) { c.Stderr = unread })
			if code != want || (again == "") != (said == "") {
				t.Errorf("nobody reads stderr: exit code %d, want %d; %q", code, want, again)
			}
		})
	}
}

// TestWorkOutlivesItsReaders: a training whose messages and data nobody reads
// goes to its end.
func TestWorkOutlivesItsReaders(t *testing.T) {
	s, unread := newSession(t), abandoned(t)
	code, _, _ := s.say(trainSomeRun, func(c *exec.Cmd) { c.Stdout, c.Stderr = unread, unread })
	if code != exitDone {
		t.Errorf("exit code %d", code)
	}
	if _, said, _ := s.say([]string{"list", "runs"}, func(*exec.Cmd) {}); !strings.Contains(said, "RNP") {
		t.Errorf("runs: %s", said)
	}
}
