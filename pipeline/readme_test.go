package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
)

var readmes = []string{"README.md", filepath.Join("datasets", "README.md")}

// Why a command of a README is not run here.
const (
	buildsOrFetches = "builds the program or needs the network"
	takesLong       = "takes minutes, or hours"
	needsGPU        = "needs an NVIDIA GPU and what drives it"
	notPublic       = "reads files that may not be passed on; the format's own tests read small ones"
	needsCheckpoint = "begins with a fetched checkpoint; the script bert has a tiny one"
	stands          = "has stand-ins for what the user gives"
	noText          = "reads a binary file; the format's own tests make such files"
)

// notRun are the commands that are only held against the program's verbs and
// flags and the targets of the Makefile.
var notRun = map[string]string{
	"make reproduce":    takesLong,
	"make smoke":        takesLong,
	"make test":         takesLong,
	"make fuzz":         takesLong,
	"make embeddings":   buildsOrFetches,
	"make library":      buildsOrFetches,
	"make bert":         buildsOrFetches,
	"make notices":      buildsOrFetches,
	"make gpu":          needsGPU,
	fetchProvider:       buildsOrFetches,
	checkProvider:       buildsOrFetches,
	layProvider:         needsGPU,
	exportLibrary:       needsGPU,
	exportLibrariesPath: needsGPU,

	"./rationale reproduce a2i-fig3 a2i-fig6 --seeds 3":              takesLong,
	"./rationale reproduce a2i-table1 --dataset tweets --seeds 3":    takesLong,
	"./rationale reproduce a2i-table1 --dataset movies --seeds 3":    takesLong,
	"./rationale reproduce a2i-table1 --seeds 3":                     takesLong,
	"./rationale reproduce badrnl-table1 --dataset fever":            takesLong,
	"./rationale reproduce a2i-table3":                               takesLong,
	"./rationale reproduce a2i-table4":                               needsCheckpoint,
	"./rationale reproduce a2i-table4 --dataset tweets --attempts 1": needsCheckpoint,
	"./rationale doctor --provider cuda":                             needsGPU,
	"./rationale reproduce --provider cuda":                          needsGPU,
	"./rationale data import glove FILE":                             stands,

	"./rationale train --method RNP --dataset reviews --encoder bert --checkpoint minilm":    needsCheckpoint,
	"./rationale train --method RNP+A2I --dataset tweets --encoder bert --checkpoint minilm": needsCheckpoint,

	"rationale data import FORMAT SOURCE... --name NAME [--split SPEC] [--set OPTION=VALUE]...":   stands,
	"rationale data import beer beer/ --name beer-appearance --set aspect=0":                      notPublic,
	"rationale data import hotel data/ --name hotel-service --set aspect=service":                 notPublic,
	"rationale data import ba2motifs-pkl BA-2motif.pkl --name ba2motifs --split dev=0.1,test=0.1": noText,
}

// The lines that lay CUDA's provider beside the library.
const (
	fetchProvider = "npm pack com.github.asus4.onnxruntime.linux-x64-gpu@0.4.9"
	checkProvider = "sha256sum -c <<'EOF' && tar xzf com.github.asus4.onnxruntime.linux-x64-gpu-0.4.9.tgz\n" +
		"2b459e0c17f340c92970c10ed86de4f37a3009f93c14053e6ad4334cbb6be412  com.github.asus4.onnxruntime.linux-x64-gpu-0.4.9.tgz\nEOF"
	layProvider         = `mkdir ort && cp "$(./rationale fetch library)" package/Plugins/Linux/x64/*_{cuda,shared}.so ort/`
	exportLibrary       = "export ONNXRUNTIME_LIB=$PWD/ort/libonnxruntime.so.1"
	exportLibrariesPath = "export LD_LIBRARY_PATH=/usr/local/cuda/lib64:/path/to/cudnn/lib"
)

// TestReadmeCommands runs the commands of the READMEs in their order, as they
// stand there, on small inputs of the same names.
func TestReadmeCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("trains models")
	}
	s := newSession(t)
	layReadmeFiles(t, s)
	met := map[string]bool{}
	for _, file := range readmes {
		for _, c := range readmeCommands(t, file) {
			if reason, listed := notRun[c.text]; listed {
				met[c.text] = true
				checkWritten(t, c, reason)
				continue
			}
			c.run(t, s)
		}
	}
	for text, reason := range notRun {
		if !met[text] {
			t.Errorf("no README has %q any more (not run: it %s)", text, reason)
		}
	}
}

// run gives the command to a shell. It must end well, and print what the README
// shows below it.
func (c readmeCommand) run(t *testing.T, s *session) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", c.text)
	var stdout, stderr bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.dir, s.env, &stdout, &stderr
	started := time.Now()
	if err := cmd.Run(); err != nil {
		t.Errorf("%s: %s: %v\n%s", c.file, c.text, err, stderr.String())
		return
	}
	t.Logf("%.1f s: %s", time.Since(started).Seconds(), c.text)
	if c.prints != "" && stdout.String() != c.prints {
		t.Errorf("%s: %s prints\n%sin place of\n%s", c.file, c.text, stdout.String(), c.prints)
	}
}

var (
	callsProgram = regexp.MustCompile(`(?:^|\$\()(?:\./)?rationale ([^)]*)`)
	callsMake    = regexp.MustCompile(`^make ([a-z]+)$`)
	synopsis     = strings.NewReplacer("[", "", "]", "", "...", "")
)

// checkWritten holds a command that is not run against the program and the
// Makefile.
func checkWritten(t *testing.T, c readmeCommand, reason string) {
	t.Helper()
	if call := callsProgram.FindStringSubmatch(c.text); call != nil {
		if err := parses(shellWords(t, synopsis.Replace(call[1]))); err != nil {
			t.Errorf("%s: %s (not run: it %s): %v", c.file, c.text, reason, err)
		}
	}
	if call := callsMake.FindStringSubmatch(c.text); call != nil && !strings.Contains(repository(t, "Makefile"), "\n"+call[1]+": ") {
		t.Errorf("%s: %s: the Makefile has no such target", c.file, c.text)
	}
}

// parses tells what is wrong with a command line, without doing what it says.
func parses(args []string) error {
	parser, err := kong.New(&cli{}, kong.Name("rationale"), groups, variables())
	if err != nil {
		return err
	}
	_, err = parser.Parse(args)
	return err
}

// shellWords are the words that a shell makes of a line.
func shellWords(t *testing.T, line string) []string {
	t.Helper()
	out, err := exec.Command("sh", "-fc", `printf '%s\000' `+line).Output()
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// TestReadmeListsTheVerbs: the table of commands has every verb, and the
// program every verb of the table.
func TestReadmeListsTheVerbs(t *testing.T) {
	_, section, _ := strings.Cut(repository(t, "README.md"), "## What the commands do")
	section, _, _ = strings.Cut(section, "\nExit codes")
	shown := map[string]bool{}
	for _, row := range strings.Split(section, "\n") {
		first, _, _ := strings.Cut(strings.TrimPrefix(row, "|"), "|")
		for _, span := range codeSpan.FindAllStringSubmatch(first, -1) {
			verb, _, _ := strings.Cut(span[1], " [")
			shown[verb] = true
		}
	}
	parser, err := kong.New(&cli{}, kong.Name("rationale"), groups, variables())
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range parser.Model.Children {
		verbs := []string{node.Name}
		if node.Name == "data" {
			verbs = nil
			for _, below := range node.Children {
				verbs = append(verbs, "data "+below.Name)
			}
		}
		for _, verb := range verbs {
			if !shown[verb] {
				t.Errorf("the table lacks %s", verb)
			}
			delete(shown, verb)
		}
	}
	for verb := range shown {
		t.Errorf("the table has %s, the program has not", verb)
	}
}

// TestHelpExamples: the program understands the examples of its own help.
func TestHelpExamples(t *testing.T) {
	parser, err := kong.New(&cli{}, kong.Name("rationale"), groups, variables())
	if err != nil {
		t.Fatal(err)
	}
	for _, leaf := range parser.Model.Leaves(false) {
		_, examples, _ := strings.Cut(leaf.Detail, "Example")
		shown := 0
		for line := range strings.Lines(examples) {
			if example, is := strings.CutPrefix(strings.TrimSpace(line), "rationale "); is {
				shown++
				words, _, _ := strings.Cut(example, " < ") // where it reads from a file
				if err := parses(shellWords(t, words)); err != nil {
					t.Errorf("%s: %s: %v", leaf.FullPath(), example, err)
				}
			}
		}
		if shown == 0 {
			t.Errorf("the help of %s has no example", leaf.FullPath())
		}
	}
}

var (
	pathInside = regexp.MustCompile("`((?:pipeline|stages|onnx|tokenizer|datasets|plots)/[a-z0-9_./-]+)`")
	linkTarget = regexp.MustCompile(`\]\(([^):#]+)\)`)
	goBlock    = regexp.MustCompile("(?s)\n```go\n(.*?)```")
)

// TestReadmePaths: the files that the READMEs name are there, and the method that
// README.md shows is the one of the program.
func TestReadmePaths(t *testing.T) {
	for _, file := range readmes {
		text := repository(t, file)
		for _, found := range pathInside.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join("..", found[1])); err != nil {
				t.Errorf("%s names %v", file, err)
			}
		}
		for _, found := range linkTarget.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join("..", filepath.Dir(file), found[1])); err != nil {
				t.Errorf("%s links to %v", file, err)
			}
		}
	}
	method := goBlock.FindStringSubmatch(repository(t, "README.md"))
	if method == nil || !strings.Contains(repository(t, "onnx/rationalizer/fr.go"), method[1]) {
		t.Errorf("README.md shows another FR than onnx/rationalizer/fr.go has: %q", method)
	}
}

// TestReadmeListsThePackages: datasets/README.md says what each package below
// datasets does.
func TestReadmeListsThePackages(t *testing.T) {
	_, section, _ := strings.Cut(repository(t, readmes[1]), "## The packages")
	section, _, _ = strings.Cut(section, "\n## ")
	files, err := filepath.Glob(filepath.Join("..", "datasets", "*", "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no packages: %v", err)
	}
	for _, file := range files {
		if name := filepath.Base(filepath.Dir(file)); !strings.Contains(section, "`"+name+"`") {
			t.Errorf("datasets/README.md lacks package %s", name)
		}
	}
}

// repository is a file of the repository.
func repository(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
