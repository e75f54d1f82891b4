package formats

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"rationale/datasets"
	"rationale/datasets/fault"
)

// Input that could be read in two ways, or not at all, is refused with file and
// line; with SkipBad it is counted, unless the file ends within a row.
func TestNothingIsImportedSilently(t *testing.T) {
	for what, c := range map[string]struct {
		format, file string
		options      []string
		want         string // of the error
		never        bool   // not with SkipBad either
	}{
		"key twice":               {"jsonl", `{"text":"a","label":"x","label":"y"}` + "\n", nil, `x.jsonl:1: key twice: "label" stands twice`, false},
		"key twice, as an escape": {"jsonl", `{"text":"a","label":"x","l\u0061bel":"y"}` + "\n", nil, "x.jsonl:1: key twice", false},
		"nested key twice":        {"jsonl", `{"text":"a","label":"x"}` + "\n" + `{"text":"a","label":"x","more":[{"b":{"c":1,"d":[],"c":2}}]}` + "\n", nil, `x.jsonl:2: key twice: "c"`, false},
		"high surrogate":          {"jsonl", `{"text":"a \ud800 b","label":"x"}` + "\n", nil, `x.jsonl:1: lone surrogate: \ud800 at byte 12`, false},
		"low surrogate":           {"jsonl", `{"text":"a \uDC00","label":"x"}` + "\n", nil, "x.jsonl:1: lone surrogate", false},
		"surrogate in a list":     {"csv", "words,label\n\"[\"\"\\ud800\"\"]\",x\n", []string{"tokens=words"}, "x.csv:2: lone surrogate", false},
		"NUL bytes":               {"jsonl", `{"text":"a","label":"x"}` + "\n" + strings.Repeat("\x00", 4096) + "\n", nil, "x.jsonl:2: NUL bytes: 4096 NUL bytes", false},
		"NUL bytes in CSV":        {"csv", "text,label\na\x00b,x\n", nil, "x.csv:2: NUL bytes: 1 NUL bytes", false},
		"NUL as an escape":        {"jsonl", `{"text":"a\u0000b","label":"x"}` + "\n", nil, "x.jsonl:1: NUL bytes", false},
		"NUL in a class":          {"jsonl", `{"text":"a","label":"x\u0000"}` + "\n", nil, "x.jsonl:1: NUL bytes", false},
		"a third class by a cut":  {"csv", "text,label\na,neg\nb,pos\nc,neg\nd,pos\ne,ne", nil, `x.csv:6: truncated file: the file ends without a line end, and no other row is of the last one's class "ne" (3 classes in all)`, true},
		"a second class by a cut": {"csv", "text,label\na,neg\nb,ne", nil, "x.csv:3: truncated file", true},
		"cut within a record":     {"csv", "text,label\na,neg\nb,pos\nc", nil, "x.csv:4: wrong field count", true},
		"cut within an object":    {"jsonl", `{"text":"a","label":"x"}` + "\n" + `{"text":"a","la`, nil, "x.jsonl:2: broken JSON", true},
		"two columns of one name": {"csv", "text,label,label\na,x,y\n", nil, `two columns called "label"`, true},
	} {
		for _, skip := range []bool{false, true} {
			path := oneFile(t, "x."+c.format, c.file)
			meta, err := Import(t.Context(), t.TempDir(), ImportOptions{Format: c.format, Name: "x", Sources: []string{path}, Options: options(c.options...), SkipBad: skip}, nil)
			switch {
			case err == nil && !skip, err == nil && c.never:
				t.Errorf("%s: imported: %+v", what, meta.Splits)
			case err == nil && len(meta.Splits["train"].Skipped) != 1:
				t.Errorf("%s: not counted: %+v", what, meta.Splits)
			case err != nil && !strings.Contains(err.Error(), c.want) && !strings.Contains(err.Error(), "no usable row (train: 1 ×"):
				t.Errorf("%s: %v\nwant %s", what, err, c.want)
			}
		}
	}
}

// What only looks like it stays allowed.
func TestOrdinaryInputStaysAllowed(t *testing.T) {
	for what, file := range map[string]string{
		"pairs of surrogates":             `{"text":"a \ud83d\ude00 \\ud800","label":"x"}` + "\n",
		"keys of different objects":       `{"text":"a","label":"x","m":[{"a":1},{"a":2}],"n":{"label":{}}}` + "\n",
		"keys of different case":          `{"text":"a","label":"x","Label":"y"}` + "\n",
		"a brace and a quote in a string": `{"text":"{\"a\":1,\"a\":2} \"","label":"x"}` + "\n",
		"no line end at the end":          `{"text":"a","label":"x"}` + "\n" + `{"text":"b","label":"y"}`,
	} {
		path := oneFile(t, "x.jsonl", file)
		if _, err := Import(t.Context(), t.TempDir(), ImportOptions{Format: "jsonl", Name: "x", Sources: []string{path}}, nil); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Fields with a name are found whatever the case of its letters, so that two
// spellings are one key.
func TestNamedFieldsStandOnce(t *testing.T) {
	for name, line := range map[string]string{
		"train.jsonl": `{"annotation_id":"d","classification":"POS","Classification":"NEG","docids":["d"]}`,
		"docs.jsonl":  `{"docid":"d","document":"a","DOCUMENT":"b"}`,
	} {
		files := map[string]string{
			"train.jsonl": `{"annotation_id":"d","classification":"POS","docids":["d"]}`, "docs.jsonl": `{"docid":"d","document":"a"}`,
		}
		files[name] = line
		_, err := Import(t.Context(), t.TempDir(), ImportOptions{Format: "eraser", Name: "x", Sources: []string{tree(t, files)}}, nil)
		if err == nil || !strings.Contains(err.Error(), name+":1: key twice") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The walk over keys agrees with the standard library's reader of tokens.
func TestKeysAreThoseOfTheStandardLibrary(t *testing.T) {
	key := rapid.SampledFrom([]string{`"a"`, `"b"`, `"\u0061"`, `"\""`, `"\\"`, `"{"`, `"a,"`})
	var value func(depth int) *rapid.Generator[string]
	value = func(depth int) *rapid.Generator[string] {
		if depth == 0 {
			return rapid.OneOf(key, rapid.SampledFrom([]string{"1", "null", "true", "-1e5"}))
		}
		return rapid.Custom(func(r *rapid.T) string {
			var parts []string
			object := rapid.Bool().Draw(r, "object")
			for range rapid.IntRange(0, 3).Draw(r, "n") {
				part := value(depth-1).Draw(r, "value")
				if object {
					part = key.Draw(r, "key") + ": " + part
				}
				parts = append(parts, part)
			}
			if object {
				return "{" + strings.Join(parts, ", ") + " }"
			}
			return "[" + strings.Join(parts, ",") + "]"
		})
	}
	rapid.Check(t, func(r *rapid.T) {
		text := value(3).Draw(r, "text")
		if got, want := fault.CheckJSON(text, fault.ExactKey) != nil, hasKeyTwice(t, json.NewDecoder(strings.NewReader(text))); got != want {
			r.Fatalf("%s: %t, want %t", text, got, want)
		}
	})
}

func hasKeyTwice(t *testing.T, d *json.Decoder) bool {
	token, err := d.Token()
	if err != nil {
		t.Fatal(err)
	}
	twice, seen := false, map[string]bool{}
	if delim, ok := token.(json.Delim); ok {
		for d.More() {
			if delim == '{' {
				name, err := d.Token()
				if err != nil {
					t.Fatal(err)
				}
				twice = twice || seen[name.(string)]
				seen[name.(string)] = true
			}
			twice = hasKeyTwice(t, d) || twice
		}
		if _, err := d.Token(); err != nil {
			t.Fatal(err)
		}
	}
	return twice
}

// A label column that holds something else is noticed at the first class too
// many, not when the file has been read.
func TestTooManyClasses(t *testing.T) {
	var file bytes.Buffer
	file.WriteString("text,label\n")
	for i := range 40_000 {
		fmt.Fprintf(&file, "w%d,c%d\n", i, i)
	}
	path, read := oneFile(t, "x.csv", file.String()), int64(0)
	_, err := Import(t.Context(), t.TempDir(), ImportOptions{Format: "csv", Name: "x", Sources: []string{path}}, func(done, _ int64) { read = done })
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf(`x.csv:1002: class "c%d" is one more than the %d classes`, datasets.MaxClasses, datasets.MaxClasses)) {
		t.Errorf("%v", err)
	}
	if read > 1<<17 {
		t.Errorf("%d bytes of %d were read", read, file.Len())
	}
}

// As many classes as may be cost a row no more than two do.
func BenchmarkClasses(b *testing.B) {
	for _, n := range []int{2, datasets.MaxClasses} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			names := make([]string, n)
			for i := range names {
				names[i] = fmt.Sprint("class", i)
			}
			var c classes
			for i := range b.N {
				if _, err := c.number(names[i%n]); err != nil {
					b.Fatal(err)
				}
			}
			orderClasses(c.names, [][]string{names})
		})
	}
}

// Whatever is accepted is what the bytes say: what JSON readers repair silently is
// not among it.
func FuzzJSONLine(f *testing.F) {
	for _, seed := range []string{`{"text":"a","label":"x","label":"y"}`, `{"text":"\ud800","label":"x"}`, `{"text":"\ud83d\ude00","label":"x"}`,
		`{"text":"a\u0000","label":"x"}`, `{"text":"a","label":"x","z":{"k":[{"q":1,"q":2}]}}`, `{"text":"a","label":"x"`, "\x00\x00"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if bytes.ContainsAny(line, "\n\r") || len(line) == 0 {
			return
		}
		dir := t.TempDir()
		path := filepath.Join(dir, "x.jsonl")
		if err := os.WriteFile(path, append(line, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		in, err := readOnly(t, ImportOptions{Format: "jsonl", Sources: []string{path}}, dir)
		if err != nil || len(in.rows) == 0 {
			return
		}
		switch {
		case !utf8.Valid(line) || bytes.ContainsRune(line, 0):
			t.Fatalf("%q was accepted", line)
		case hasKeyTwice(t, json.NewDecoder(bytes.NewReader(line))):
			t.Fatalf("%q was accepted with a key twice", line)
		case !bytes.ContainsRune(line, utf8.RuneError) && !bytes.Contains(bytes.ToLower(line), []byte(`\ufffd`)) && strings.ContainsRune(decodedText(t, line), utf8.RuneError):
			t.Fatalf("%q was accepted with half a character", line)
		}
	})
}

// decodedText is all text of a JSON value as the standard library reads it.
func decodedText(t *testing.T, line []byte) string {
	var value any
	if err := json.Unmarshal(line, &value); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(value)
}
