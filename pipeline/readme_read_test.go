package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// readmeCommand is a command as a README shows it.
type readmeCommand struct {
	file   string
	text   string // without the comment behind it
	prints string // the lines below it, where it stands behind a prompt
}

var (
	codeSpan    = regexp.MustCompile("`([^`]+)`")
	isCommand   = regexp.MustCompile(`^(?:(?:\./)?rationale|make) `)
	lineComment = regexp.MustCompile(`(?:^|\s+)# .*$`)
)

// readmeCommands are the commands of a README: first those of its shell blocks,
// then those within sentences and tables.
func readmeCommands(t *testing.T, file string) []readmeCommand {
	t.Helper()
	prose, blocks := splitBlocks(repository(t, file))
	var list []readmeCommand
	for _, b := range blocks {
		list = append(list, b.commands()...)
	}
	for _, span := range codeSpan.FindAllStringSubmatch(prose, -1) {
		if text := strings.Join(strings.Fields(span[1]), " "); isCommand.MatchString(text) {
			list = append(list, readmeCommand{text: text})
		}
	}
	for i := range list {
		list[i].file = file
	}
	if len(blocks) == 0 || len(list) == 0 {
		t.Fatalf("%s has no commands", file)
	}
	return list
}

// fenced is a block of code.
type fenced struct {
	language string
	lines    []string
}

// splitBlocks parts the blocks of code from the rest.
func splitBlocks(text string) (prose string, blocks []fenced) {
	inside := false
	for line := range strings.Lines(text) {
		language, fence := strings.CutPrefix(strings.TrimRight(line, "\n"), "```")
		switch {
		case fence && !inside:
			blocks = append(blocks, fenced{language: language})
			inside = true
		case fence:
			inside = false
		case inside:
			last := &blocks[len(blocks)-1]
			last.lines = append(last.lines, strings.TrimRight(line, "\n"))
		default:
			prose += line
		}
	}
	return prose, blocks
}

// commands are those of a block: all of a shell's, and in a block without a
// language what stands behind a prompt or begins as the program's commands do.
func (b fenced) commands() []readmeCommand {
	var list []readmeCommand
	for lines := b.lines; len(lines) > 0; {
		whole, n := commandLine(lines)
		text, prompted := strings.CutPrefix(whole, "$ ")
		lines = lines[n:]
		switch {
		case b.language == "" && !prompted && len(list) > 0:
			list[len(list)-1].prints += whole + "\n"
		case b.language == "sh" || b.language == "" && (prompted || isCommand.MatchString(text)):
			if text = lineComment.ReplaceAllString(text, ""); text != "" {
				list = append(list, readmeCommand{text: text})
			}
		}
	}
	return list
}

var hereDocument = regexp.MustCompile(`<<'(\w+)'`)

// commandLine is the first command of lines, and how many of them it takes: with
// those that a backslash adds, or a here-document.
func commandLine(lines []string) (text string, n int) {
	text, n = lines[0], 1
	for strings.HasSuffix(text, `\`) && n < len(lines) {
		text = strings.TrimRight(strings.TrimSuffix(text, `\`), " ") + " " + strings.TrimSpace(lines[n])
		n++
	}
	if end := hereDocument.FindStringSubmatch(text); end != nil {
		for n < len(lines) && lines[n-1] != end[1] {
			text += "\n" + lines[n]
			n++
		}
	}
	return text, n
}

// layReadmeFiles makes what the READMEs' commands take for there: the program,
// the Makefile, word vectors, a trained run, and small inputs.
func layReadmeFiles(t *testing.T, s *session) {
	t.Helper()
	makefile, err := filepath.Abs(filepath.Join("..", "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"rationale": s.program, "Makefile": makefile} {
		if err := os.Symlink(target, filepath.Join(s.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	files := readmeFiles()
	files["glove.txt"] = string(glove(strings.Fields("a and awful box broke day good great it loves my nice rude was within the tea")))
	for name, content := range files {
		path := filepath.Join(s.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.mustRun("out", "data", "import", "glove", "glove.txt")
	s.mustRun("out", "train", "--method", "RNP", "--dataset", "generated-aroma", "--profile", "smoke", "--set", "epochs=1", "--set", "hidden=6")
}

// readmeFiles are the inputs by name. Texts of two classes take turns.
func readmeFiles() map[string]string {
	review := func(i int) string { return "the tea was " + [2]string{"awful", "great"}[i%2] }
	tweet := func(i int) string {
		return fmt.Sprintf("%d,%s,%s,%s\n", i, review(i), [2]string{"awful", "great"}[i%2], [2]string{"negative", "positive"}[i%2])
	}
	triplet := func(i int) string {
		return fmt.Sprintf("%s####[([1], [3], '%s')]\n", review(i), [2]string{"NEG", "POS"}[i%2])
	}
	claim := func(i int) string {
		return fmt.Sprintf(`{"words": ["the", "tea", "was", "%s"], "claim": "it was good", "label": %d}`+"\n", [2]string{"awful", "great"}[i%2], i%2)
	}
	annotation := func(i int) string {
		return fmt.Sprintf(`{"annotation_id": "a%d", "classification": "%s", "query": "it was good %d", "docids": ["d%[1]d"], "evidences": [[{"docid": "d%[1]d", "start_token": 3, "end_token": 4}]]}`+"\n",
			i, [2]string{"REFUTES", "SUPPORTS"}[i%2], i%3)
	}
	toy := func(i int) string {
		return fmt.Sprintf(`{"review": "%s", "verdict": "%s", "why": [[12, 17]]}`+"\n", review(i), [2]string{"bad", "good"}[i%2])
	}
	files := map[string]string{
		"reviews.csv": "body,stars\n" + repeated(40, func(i int) string { return fmt.Sprintf("%s,%d\n", review(i), 1+4*(i%2)) }),
		"toys.jsonl": `{"review": "Broke within a day. Nice box.", "verdict": "bad", "why": [[0, 18]]}` + "\n" +
			`{"review": "My daughter loves it!", "verdict": "good", "why": [[12, 20]]}` + "\n" + repeated(40, toy),
		"texts.txt":        "the tea was great\n",
		"graphs.jsonl":     `{"id": "g1", "edges": [[0, 1], [1, 2], [2, 0]]}` + "\n",
		"texts.jsonl":      `{"id": "a1", "text": "the tea was great"}` + "\n",
		"train.jsonl":      repeated(40, claim),
		"test.jsonl":       repeated(10, claim),
		"fever/val.jsonl":  repeated(40, annotation),
		"fever/test.jsonl": repeated(10, annotation),
	}
	for part, lines := range map[string]func(i int) string{
		"graph_indicator": func(i int) string { return fmt.Sprintf("%d\n%[1]d\n", i+1) },
		"graph_labels":    func(i int) string { return fmt.Sprintf("%d\n", i%2) },
		"A":               func(i int) string { return fmt.Sprintf("%d, %d\n%[2]d, %[1]d\n", 2*i+1, 2*i+2) },
	} {
		files["Mutagenicity/Mutagenicity_"+part+".txt"] = repeated(40, lines)
	}
	for i := range 40 {
		files[fmt.Sprintf("fever/docs/d%d", i)] = review(i) + "\n"
	}
	for split, name := range map[string]string{"train": "train", "dev": "valid", "test": "test"} {
		files["tweet_sentiment_extraction/"+name+".csv"] = "textID,text,selected_text,sentiment\n" + repeated(30, tweet)
		files["aste_v2/14res/"+split+"_triplets.txt"] = repeated(10, triplet)
	}
	return files
}

func repeated(n int, row func(i int) string) string {
	var all strings.Builder
	for i := range n {
		all.WriteString(row(i))
	}
	return all.String()
}
