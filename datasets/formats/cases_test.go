package formats

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rationale/datasets"
)

// testdata/cases holds small inputs of kinds that other programs read wrongly.
func caseFile(parts ...string) string {
	return filepath.Join(append([]string{"testdata", "cases"}, parts...)...)
}

// Spans count a line end of CR LF as the two characters that it has in the file.
func TestSpansCountTheCharactersInTheFile(t *testing.T) {
	for file, want := range map[string][2]string{
		"crlf.csv": {"lovely", "awful"}, "crlf2.csv": {"lovely", "awful"}, "crlf3.csv": {"bad", "lovely"},
	} {
		set := mustImport(t, ImportOptions{Format: "csv", Name: "c", Options: options("spans=why"), Sources: []string{caseFile("01-csv-crlf-spans", file)}})
		for i, text := range splitTexts(t, set, "train") {
			if got := markedWords(text); got != want[i] {
				t.Errorf("%s: row %d marks %q; want %q", file, i+1, got, want[i])
			}
		}
	}
}

func markedWords(text datasets.Text) string {
	var words []string
	for i, marked := range text.Rationale {
		if marked {
			words = append(words, text.Tokens[i])
		}
	}
	return strings.Join(words, " ")
}

func TestCasesAreRefused(t *testing.T) {
	lists := []string{"tokens=words", "rationale=why"}
	for _, c := range []struct {
		format, file string
		options      []string
		skip         bool
		want         []string
	}{
		{"csv", "03-python-list-in-csv/pylist.csv", lists, false, []string{"pylist.csv:2", "column words holds a text", "JSON list"}},
		{"csv", "03-python-list-in-csv/nplist.csv", lists, false, []string{"nplist.csv:2", "column words holds a text", "JSON list"}},
		{"csv", "03-python-list-in-csv/nplist.csv", []string{"text=label", "rationale=why"}, false, []string{"nplist.csv:2", "column why holds a text", `"[0 0 0 1]"`, "JSON list"}},
		{"jsonl", "04-text-is-a-list-or-object/sents.jsonl", nil, false, []string{"sents.jsonl:1", "column text holds a list", "expected a text"}},
		{"jsonl", "04-text-is-a-list-or-object/objtext.jsonl", nil, false, []string{"objtext.jsonl:1", "column text holds an object", "expected a text"}},
		{"jsonl", "06-truncated-file-with-skip-bad/cut.jsonl", nil, true, []string{"cut.jsonl:2", "truncated"}},
		{"csv", "06-truncated-file-with-skip-bad/cut.csv", nil, true, []string{"cut.csv:4", "truncated"}},
		{"csv", "07-skip-bad-loses-uncounted-rows/swallow.csv", nil, true, []string{"swallow.csv:2", "on line 6", "mend the file"}},
		{"eraser", "08-eraser-second-document-dropped/er-outside", nil, false, []string{"train.jsonl:1", `evidence is in document "h1"`}},
		{"csv", "23-control-characters-to-the-terminal/cr.csv", nil, false, []string{"cr.csv:1", "carriage return"}},
		{"csv", "23-control-characters-to-the-terminal/sphead.csv", nil, false, []string{"sphead.csv", `" label"`}},
	} {
		message := importError(t, ImportOptions{Format: c.format, SkipBad: c.skip, Options: options(c.options...), Sources: []string{caseFile(filepath.FromSlash(c.file))}})
		for _, want := range c.want {
			if !strings.Contains(message, want) {
				t.Errorf("%s: %s\nwant %s", c.file, message, want)
			}
		}
		if strings.ContainsAny(message, "\r\n") {
			t.Errorf("%s: %q holds line ends", c.file, message)
		}
	}
}

// Documents are joined as docids has them, and evidence is counted from the
// beginning of its own.
func TestERASERJoinsDocuments(t *testing.T) {
	music := "A man plays a guitar on the stage . A person makes music ."
	for folder, want := range map[string]string{"er-two_one": "music", "er-two_both": "man person"} {
		set := mustImport(t, ImportOptions{Format: "eraser", Name: "e", Sources: []string{caseFile("08-eraser-second-document-dropped", folder)}})
		text := splitTexts(t, set, "train")[0]
		if got := strings.Join(text.Tokens, " "); got != music {
			t.Errorf("%s: text %q", folder, got)
		}
		if got := markedWords(text); got != want {
			t.Errorf("%s: marked %q; want %q", folder, got, want)
		}
		if len(text.Sentences) != 2 || text.Sentences[0] != 9 || text.Sentences[1] != 14 {
			t.Errorf("%s: sentences end at %v", folder, text.Sentences)
		}
	}
}

// However many documents there are, the marked words are those that the evidence
// names, and evidence anywhere else is refused.
func TestEvidenceLiesWhereItSays(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		files, ids, place := map[string]string{}, []string{}, map[string][]string{}
		var all, want []string
		for d := range rapid.IntRange(1, 3).Draw(r, "documents") {
			id := fmt.Sprint("d", d)
			for w := range rapid.IntRange(1, 5).Draw(r, "words") {
				place[id] = append(place[id], fmt.Sprint(id, "w", w))
			}
			ids = append(ids, id)
			files["docs/"+id] = rapid.SampledFrom([]string{"", byteOrderMark}).Draw(r, "begins") + strings.Join(place[id], rapid.SampledFrom([]string{" ", "\r\n", "\n"}).Draw(r, "between"))
		}
		files["docs/other"] = "one two three four five"
		ids = rapid.Permutation(ids).Draw(r, "order")
		for _, id := range ids {
			all = append(all, place[id]...)
		}
		place["other"] = strings.Fields(files["docs/other"])
		var evidence []map[string]any
		elsewhere := false
		for range rapid.IntRange(1, 3).Draw(r, "evidence") {
			id := rapid.SampledFrom(append([]string{"other"}, ids...)).Draw(r, "in")
			from := rapid.IntRange(0, len(place[id])-1).Draw(r, "from")
			to := rapid.IntRange(from+1, len(place[id])).Draw(r, "to")
			evidence = append(evidence, map[string]any{"docid": id, "start_token": from, "end_token": to})
			want = append(want, place[id][from:to]...)
			elsewhere = elsewhere || id == "other"
		}
		line, _ := json.Marshal(map[string]any{"annotation_id": "1", "classification": "POS", "docids": ids, "evidences": [][]map[string]any{evidence}})
		files["train.jsonl"] = string(line) + "\n"
		in, err := readOnly(t, ImportOptions{Format: "eraser", Sources: []string{tree(t, files)}}, t.TempDir())
		if elsewhere {
			if err == nil || !strings.Contains(err.Error(), "train.jsonl:1: evidence elsewhere") {
				r.Fatalf("%s: %v", line, err)
			}
			return
		}
		if err != nil {
			r.Fatal(err)
		}
		rows, err := in.spool.Rows()
		if err != nil {
			r.Fatal(err)
		}
		defer rows.Close()
		text, err := rows.Text(0)
		if err != nil || !slices.Equal(text.Tokens, all) {
			r.Fatalf("%v, %v; want %v", text.Tokens, err, all)
		}
		for i, word := range text.Tokens {
			if text.Rationale[i] != slices.Contains(want, word) {
				r.Fatalf("%s: %s is marked %t", line, word, text.Rationale[i])
			}
		}
	})
}

func TestByteOrderMarksGoWhereverAFileBegins(t *testing.T) {
	set := mustImport(t, ImportOptions{Format: "csv", Name: "c", Sources: []string{caseFile("15-one-unusable-dataset-stops-everything", "bom.csv")}})
	wantTexts(t, set, "train", datasets.Text{Tokens: fields("good tea"), Label: 1}, datasets.Text{Tokens: fields("bad tea")})
	dir := tree(t, map[string]string{
		"docs/d":      byteOrderMark + "Fine tea .",
		"train.jsonl": byteOrderMark + `{"annotation_id":"d","classification":"POS","evidences":[[{"docid":"d","start_token":0,"end_token":1}]]}` + "\n",
	})
	set = mustImport(t, ImportOptions{Format: "eraser", Name: "e", Sources: []string{dir}})
	wantTexts(t, set, "train", datasets.Text{Tokens: fields("Fine tea ."), Label: 1, Rationale: gold("100"), Sentences: []int32{3}})
	set = mustImport(t, ImportOptions{Format: "csv", Name: "q", Sources: []string{oneFile(t, "x.csv", byteOrderMark+"\"text\",label\na,1\n")}})
	wantTexts(t, set, "train", datasets.Text{Tokens: fields("a")})
}

// A header row is one that reads like it, wherever it stands.
func TestHeaderRowsAreRecognised(t *testing.T) {
	rows := "hotel_Service\t1\tkind staff\t0 1\nhotel_Service\t0\trude staff\t1 0\n"
	for _, header := range []string{"", "task\tlabel\ttext\trationale\n"} {
		dir := tree(t, map[string]string{"oracle/hotel_Service.train": header + rows})
		set := mustImport(t, ImportOptions{Format: "hotel", Name: "h", Sources: []string{dir}, Options: options("aspect=service")})
		wantTexts(t, set, "train", datasets.Text{Tokens: fields("kind staff"), Label: 1}, datasets.Text{Tokens: fields("rude staff")})
	}
	twice := oneFile(t, "x.csv", "text,label\na,1\ntext,label\nb,2\n")
	if message := importError(t, ImportOptions{Format: "csv", Sources: []string{twice}}); !strings.Contains(message, "x.csv:3: header again") {
		t.Error(message)
	}
}

// With bad rows left out, every line of a file is stored or counted, or the file
// is refused: a quote may not take rows along unseen.
func TestSkippedLinesAreAllCounted(t *testing.T) {
	dir := t.TempDir()
	imported := 0
	rapid.Check(t, func(r *rapid.T) {
		lines := rapid.SliceOfN(rapid.SampledFrom([]string{`good,1`, `bad,0`, `"good,1`, `fine",1`, `"a ""b""",0`, `said "hey",1`, `"x"y,1`, `"`, `,`, `a,b,c`, `"q",1`}), 1, 6).Draw(r, "lines")
		path := oneFile(t, "x.csv", "text,label\n"+strings.Join(lines, "\n")+"\n")
		in, err := readOnly(t, ImportOptions{Format: "csv", SkipBad: true, Sources: []string{path}}, dir)
		if err != nil {
			if !strings.Contains(err.Error(), "x.csv:") {
				r.Fatal(err)
			}
			return
		}
		imported++
		rows, err := in.spool.Rows()
		if err != nil {
			r.Fatal(err)
		}
		defer rows.Close()
		accounted := 0
		for _, n := range in.skipped["train"] {
			accounted += n
		}
		for i := range rows.Len() {
			text, err := rows.Text(i)
			if err != nil {
				r.Fatal(err)
			}
			_, line, _ := strings.Cut(text.ID, ":")
			accounted += linesOfRow(r, lines, line)
		}
		if accounted != len(lines) {
			r.Fatalf("%q: %d lines of %d", lines, accounted, len(lines))
		}
	})
	if imported == 0 {
		t.Error("no file was imported")
	}
}

// linesOfRow counts the lines of a stored row: its first, and those that follow as
// long as a quote is open.
func linesOfRow(r *rapid.T, lines []string, at string) int {
	first, err := strconv.Atoi(at)
	if err != nil {
		r.Fatal(err)
	}
	quotes := 0
	for n, line := range lines[first-2:] {
		if quotes += strings.Count(line, `"`); quotes%2 == 0 {
			return n + 1
		}
	}
	r.Fatalf("%q: the row on line %d never ends", lines, first)
	return 0
}
