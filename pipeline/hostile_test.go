package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/sys/unix"

	"rationale/datasets/quote"
)

// Names that would set a terminal's title, turn the direction of writing, begin
// a line of their own and start a command if they were printed as they are.
const (
	hostileClass = "bad\x1b]0;pwn\x07\u202e\u009b31m\nrationale: done `id`|x"
	hostileFile  = "a`id`#$(id)\n;b\x1b[31m.jsonl"
	hostileID    = "id\x1b[2J\u2066"
	spacedName   = " label"
)

// hostileData writes a dataset of forty texts and word vectors for them.
func hostileData(t *testing.T, dir string) (source, vectors string) {
	t.Helper()
	var lines, glove bytes.Buffer
	enc := json.NewEncoder(&lines)
	for i := range 40 {
		word, class := "good", "good"
		if i%2 == 1 {
			word, class = "awful", hostileClass
		}
		row := map[string]any{"words": []string{"tea", "was", word}, spacedName: class, "id": fmt.Sprint(hostileID, i), "why": []int{0, 0, 1}}
		if err := enc.Encode(row); err != nil {
			t.Fatal(err)
		}
	}
	for i, word := range []string{"tea", "was", "good", "awful"} {
		fmt.Fprintf(&glove, "%s%s\n", word, strings.Repeat(fmt.Sprintf(" 0.%d", i+1), 100))
	}
	source, vectors = filepath.Join(dir, hostileFile), filepath.Join(dir, "v.txt")
	for path, content := range map[string][]byte{source: lines.Bytes(), vectors: glove.Bytes()} {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return source, vectors
}

var hostileImport = []string{
	"--name", "h", "--set", "tokens=words", "--set", "label=" + spacedName, "--set", "rationale=why", "--set", "id=id", "--split", "dev=0.2,test=0.2",
}

// Whatever the names in the data are: nothing of them steers a terminal, in what
// any verb prints, in its errors, and in the model card.
func TestHostileNamesStayText(t *testing.T) {
	s := newSession(t)
	source, vectors := hostileData(t, s.dir)
	run := func(code int, args ...string) string {
		t.Helper()
		cmd, text := s.command("out", args...)
		if err := cmd.Run(); cmd.ProcessState.ExitCode() != code {
			t.Fatalf("%q: %v\n%s", args, err, text)
		}
		checkHarmless(t, args, text.String())
		return text.String()
	}
	run(0, "data", "import", "glove", vectors)
	run(0, slices.Concat([]string{"data", "import", "jsonl", source}, hostileImport)...)
	described := run(0, "data", "describe", "h")
	if !strings.Contains(described, `"bad\x1b]0;pwn\a\u202e\u009b31m\n`) {
		t.Errorf("the class is not shown:\n%s", described)
	}
	checkPasted(t, described)
	run(0, "data", "describe", "h", "--json")
	run(0, "list", "datasets")
	run(1, "data", "import", "jsonl", source, "--name", "x", "--set", "label=nosuch\x1b[31m")
	run(1, "data", "import", "jsonl", "nosuch\x1b[31m\nrationale: done", "--name", "x")
	run(2, "data", "import", "json\x1b[31m", source, "--name", "x")
	run(2, "\x1b[31mnosuch")
	run(0, "train", "--method", "RNP", "--dataset", "h", "--profile", "smoke", "--set", "epochs=2")
	run(0, "explain", "RNP on h, seed 1")
	run(0, "explain", "RNP on h, seed 1", "--json")
	run(0, "explain", "RNP on h, seed 1", "tea \x1b[31mwas awful\u202e")
	run(0, "export", "RNP on h, seed 1", "model\x1b[31m")
	card, err := os.ReadFile(filepath.Join(s.dir, "model\x1b[31m", cardFile))
	if err != nil {
		t.Fatal(err)
	}
	checkHarmless(t, []string{cardFile}, string(card))
	if !strings.Contains(string(card), "bad\\\\u001b]0;pwn") {
		t.Errorf("the class is not on the card:\n%s", card)
	}
	cmd, text := s.command("out", "predict", "model\x1b[31m")
	cmd.Stdin = strings.NewReader("tea \x1b[31mwas awful\u202e\n\x1b[31m\xff\n")
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != exitFailed || !strings.Contains(text.String(), `"label":"`) {
		t.Errorf("predict: %v\n%s", err, text)
	}
	checkHarmless(t, cmd.Args, text.String())
}

// checkHarmless refuses what steers terminals, and lines that a name began.
func checkHarmless(t *testing.T, args []string, text string) {
	t.Helper()
	for _, r := range text {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
			t.Fatalf("%q prints %U:\n%q", args, r, text)
		}
	}
	if strings.Contains(text, "\nrationale: done") {
		t.Fatalf("%q prints a line that is not its own:\n%s", args, text)
	}
}

// checkPasted gives the line to a shell, which must see the words of the import
// and nothing else.
func checkPasted(t *testing.T, described string) {
	t.Helper()
	_, rest, _ := strings.Cut(described, "import again: ")
	line, _, _ := strings.Cut(rest, "\n")
	out, err := exec.Command("sh", "-c", `rationale() { printf '%s\000' "$@"; }; `+line).CombinedOutput()
	words := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	want := []string{"data", "import", "jsonl", hostileFile, "--name", "h", "--split", "train=" + hostileFile + ",dev=0.2,test=0.2"}
	if err != nil || len(words) < len(want) || !slices.Equal(words[:len(want)], want) {
		t.Errorf("a shell reads %s\nas %q (%v)", line, words, err)
	}
}

// A name that begins with a space cannot be told from one that does not unless
// it is quoted.
func TestNamesWithSpacesAreQuoted(t *testing.T) {
	s := newSession(t)
	if err := os.WriteFile(filepath.Join(s.dir, "sphead.csv"), []byte("text, label\ngood, pos\nbad, neg\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd, text := s.command("out", "data", "import", "csv", "sphead.csv", "--name", "s")
	if err := cmd.Run(); err == nil || !strings.Contains(text.String(), `did you mean " label"? there are text, " label"`) {
		t.Errorf("%v: %s", err, text)
	}
	if !strings.Contains(text.String(), "label="+quote.Shell("COLUMN")) {
		t.Errorf("no remedy: %s", text)
	}
}

// Whatever is read, a pipe that nobody writes to in its place is refused by name.
func TestPipesAreRefused(t *testing.T) {
	s := newSession(t)
	pipe := filepath.Join(s.dir, "pipe.csv")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "vocab"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(filepath.Join(s.dir, "vocab", "vocab.txt"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"data", "import", "csv", pipe, "--name", "x"},
		{"data", "import", "glove", pipe},
		{"tokenize", "--vocab", pipe},
		{"tokenize", "--vocab", "vocab"},
		{"tokenize", "--vocab", "/dev/zero"},
		{"data", "tokenize", "generated-aroma", "--tokenizer", "wordpiece", "--vocab", "vocab"},
	} {
		cmd, text := s.command("out", args...)
		kill := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
		err := cmd.Run()
		kill.Stop()
		if err == nil || cmd.ProcessState.ExitCode() != exitFailed && cmd.ProcessState.ExitCode() != exitUsage || !strings.Contains(text.String(), "is not a regular file") {
			t.Errorf("%q: %v\n%s", args, err, text)
		}
	}
}
