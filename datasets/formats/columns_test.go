package formats

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/datasets"
)

// oneFile writes a single source and returns its path.
func oneFile(t testing.TB, name, content string) string {
	t.Helper()
	return filepath.Join(tree(t, map[string]string{name: content}), name)
}

func options(pairs ...string) map[string]string {
	m := map[string]string{}
	for _, p := range pairs {
		key, value, _ := strings.Cut(p, "=")
		m[key] = value
	}
	return m
}

func TestCSV(t *testing.T) {
	for what, c := range map[string]struct {
		file    string
		options []string
		want    []datasets.Text
	}{
		"plain": {"text,label\nGood day!,pos\nBad.,neg\n", nil,
			[]datasets.Text{{Tokens: fields("Good day !"), Label: 1}, {Tokens: fields("Bad ."), Label: 0}}},
		"byte order mark, CRLF, embedded line end and quotes": {"\xef\xbb\xbftext,label\r\n\"two\r\nlines, \"\"one\"\" field\",1\r\n", nil,
			[]datasets.Text{{Tokens: fields(`two lines , " one " field`)}}},
		"no line end at the end": {"label,text\n1,word", nil, []datasets.Text{{Tokens: fields("word")}}},
		"class order": {"text,label\na,good\nb,bad\n", []string{"classes=good,bad"},
			[]datasets.Text{{Tokens: fields("a"), Label: 0}, {Tokens: fields("b"), Label: 1}}},
		"numbers in order": {"text,label\na,10\nb,9\n", nil, []datasets.Text{{Tokens: fields("a"), Label: 1}, {Tokens: fields("b")}}},
		"dropped class":    {"text,label\na,good\nb,so-so\n", []string{"drop=so-so"}, []datasets.Text{{Tokens: fields("a")}}},
		"tabs and ready tokens": {"words\ty\twhy\nnot-so good\t1\t0 1\n\"[\"\"a b\"\",\"\"c\"\"]\"\t1\t[1,0]\n", []string{"delimiter=tab", "tokens=words", "label=y", "rationale=why"},
			[]datasets.Text{{Tokens: fields("not-so good"), Rationale: gold("01")}, {Tokens: []string{"a b", "c"}, Rationale: gold("10")}}},
		"character spans": {"text,label,spans\nTrès bien fait,1,\"[[5, 6], [10, 14]]\"\nbien,1,[]\nbien,1,\n", []string{"spans=spans"},
			[]datasets.Text{{Tokens: fields("Très bien fait"), Rationale: gold("011")}, {Tokens: fields("bien"), Rationale: gold("0")}, {Tokens: fields("bien")}}},
		"piece of the text": {"text,label,why\nit is Très bien,1,rès\n", []string{"substring=why"},
			[]datasets.Text{{Tokens: fields("it is Très bien"), Rationale: gold("0010")}}},
		"query": {"text,label,q\nYes.,1,Is it?\nNo.,1,Why?\n", []string{"query=q"},
			[]datasets.Text{{Tokens: fields("Yes ."), Query: fields("Is it ?")}, {Tokens: fields("No ."), Query: fields("Why ?")}}},
		"ascii words":     {"text,label\nCafé 4U,1\n", []string{"words=ascii"}, []datasets.Text{{Tokens: fields("caf é 4u")}}},
		"words at spaces": {"text,label\nDon't  stop!,1\n", []string{"words=space"}, []datasets.Text{{Tokens: fields("Don't stop!")}}},
	} {
		t.Run(what, func(t *testing.T) {
			set := mustImport(t, ImportOptions{Format: "csv", Name: "c", Sources: []string{oneFile(t, "some.csv", c.file)}, Options: options(c.options...)})
			wantTexts(t, set, "train", c.want...)
		})
	}
}

func TestJSONL(t *testing.T) {
	file := `{"words":["Not","good"],"label":0,"why":[0,1],"claim":["is","it"],"n":1}` + "\n\n" +
		`{"words":"all well","label":1,"claim":null}` + "\r\n"
	set := mustImport(t, ImportOptions{Format: "jsonl", Name: "j", Sources: []string{oneFile(t, "x.jsonl", file)},
		Options: options("tokens=words", "rationale=why", "query=claim", "id=n", "lower=false")})
	wantTexts(t, set, "train", datasets.Text{Tokens: fields("Not good"), Rationale: gold("01"), Query: fields("is it")},
		datasets.Text{Tokens: fields("all well"), Label: 1})
	if set.Meta().Lower {
		t.Error("lower=false was not heard")
	}
	texts := splitTexts(t, set, "train")
	if texts[0].ID != "1" || texts[1].ID != "x.jsonl:3" {
		t.Errorf("identifiers %q and %q", texts[0].ID, texts[1].ID)
	}
}

func TestSplitColumn(t *testing.T) {
	file := "text,label,fold\na,1,train\nb,0,Validation\nc,1,test\nd,0,train\n"
	set := mustImport(t, ImportOptions{Format: "csv", Name: "c", Split: "column=fold", Sources: []string{oneFile(t, "all.csv", file)}})
	wantTexts(t, set, "train", datasets.Text{Tokens: fields("a"), Label: 1}, datasets.Text{Tokens: fields("d")})
	wantTexts(t, set, "dev", datasets.Text{Tokens: fields("b")})
	wantTexts(t, set, "test", datasets.Text{Tokens: fields("c"), Label: 1})
	bad := importError(t, ImportOptions{Format: "csv", Split: "column=fold", Sources: []string{oneFile(t, "all.csv", "text,label,fold\na,1,rest\n")}})
	if !strings.Contains(bad, "all.csv:2: unknown split") {
		t.Error(bad)
	}
}

func TestColumnsRefuse(t *testing.T) {
	for what, c := range map[string]struct {
		format, file string
		options      []string
		want         string
	}{
		"wrong label column":    {"csv", "text,sentiment\na,1\n", []string{"label=sentimnt"}, `no column "sentimnt": did you mean sentiment? there are text, sentiment (name the right one with label=COLUMN)`},
		"wrong text key":        {"jsonl", `{"body":"a","label":1}`, nil, `no column "text": there are body, label`},
		"key never there":       {"jsonl", `{"text":"a","label":1}`, []string{"rationale=why"}, `no column "why"`},
		"too few fields":        {"csv", "text,label\na,1\nb\n", nil, ":3: wrong field count: 1 fields; expected 2"},
		"too many fields":       {"csv", "text,label\na,1,2\n", nil, ":2: wrong field count"},
		"no header":             {"csv", "", nil, "is empty; expected a header row"},
		"open quote":            {"csv", "text,label\na,1\n\"b,1\nc,1\n", nil, ":3: broken quoting"},
		"quote inside":          {"csv", "text,label\na \"b\" c,1\nd,1\n", nil, ":2: broken quoting"},
		"not UTF-8":             {"csv", "text,label\ncaf\xe9,1\n", nil, ":2: invalid UTF-8"},
		"UTF-16":                {"csv", "\xff\xfet\x00e\x00", nil, "UTF-16 text; save it as UTF-8"},
		"unknown class":         {"csv", "text,label\na,maybe\n", []string{"classes=no,yes"}, `:2: unknown label: column label holds "maybe"; expected one of no, yes`},
		"no class":              {"csv", "text,label\na,\n", nil, ":2: unknown label"},
		"empty text":            {"csv", "text,label\n  ,1\n", nil, ":2: empty text"},
		"span too long":         {"csv", "text,label,s\nabc,1,\"[[0,4]]\"\n", []string{"spans=s"}, ":2: span outside text: span [0, 4] of a text with 3 characters"},
		"span backwards":        {"csv", "text,label,s\nabc,1,\"[[2,1]]\"\n", []string{"spans=s"}, ":2: span outside text"},
		"no span at all":        {"csv", "text,label,s\nabc,1,abc\n", []string{"spans=s"}, ":2: rationale span"},
		"foreign piece":         {"csv", "text,label,s\nabc,1,x\n", []string{"substring=s"}, `:2: span outside text: the text does not contain "x"`},
		"marks too short":       {"csv", "text,label,s\na b c,1,0 1\n", []string{"rationale=s"}, ":2: rationale length: 2 rationale marks for 3 tokens"},
		"marks of another kind": {"csv", "text,label,s\na b,1,0 2\n", []string{"rationale=s"}, ":2: rationale mark"},
		"JSON cut off":          {"jsonl", `{"text":"a","label":1}` + "\n" + `{"text":"b","la`, nil, ":2: broken JSON"},
		"JSON list":             {"jsonl", `[1]`, nil, ":1: broken JSON"},
		"empty token":           {"jsonl", `{"tokens":["a",""],"label":1}`, []string{"tokens=tokens"}, ":1: empty token"},
		"unknown option":        {"csv", "", []string{"lable=x"}, `no option "lable": did you mean label?`},
		"two texts":             {"csv", "a,b\n", []string{"text=a", "tokens=b"}, "either text or tokens"},
		"two rationales":        {"csv", "a,b\n", []string{"spans=a", "substring=b"}, "at most one"},
		"span of tokens":        {"csv", "a,b\n", []string{"tokens=a", "spans=b"}, "places in a text"},
		"odd delimiter":         {"csv", "a,b\n", []string{"delimiter=ab"}, "expected one character"},
		"odd splitter":          {"csv", "a,b\n", []string{"words=unicod"}, "did you mean unicode?"},
		"odd lower":             {"csv", "a,b\n", []string{"lower=yes"}, "expected true or false"},
	} {
		message := importError(t, ImportOptions{Format: c.format, Sources: []string{oneFile(t, "x."+c.format, c.file)}, Options: options(c.options...)})
		if !strings.Contains(message, c.want) {
			t.Errorf("%s: %s\nwant %s", what, message, c.want)
		}
	}
}

func TestSkipBad(t *testing.T) {
	file := "text,label,s\ngood,1,go\nbad,1,x\nshort\n,1,\na\"b,1,\ncaf\xe9,1,\nfine,0,ne\n"
	set := mustImport(t, ImportOptions{Format: "csv", Name: "c", SkipBad: true, Sources: []string{oneFile(t, "x.csv", file)}, Options: options("substring=s")})
	wantTexts(t, set, "train", datasets.Text{Tokens: fields("good"), Label: 1, Rationale: gold("1")}, datasets.Text{Tokens: fields("fine"), Rationale: gold("1")})
	want := map[string]int{
		"bad row: span outside text": 1, "bad row: wrong field count": 1, "bad row: empty text": 1,
		"bad row: broken quoting": 1, "bad row: invalid UTF-8": 1,
	}
	if got := set.Meta().Splits["train"].Skipped; !maps.Equal(got, want) {
		t.Errorf("skipped %v", got)
	}
	if c := set.Meta().Command(); c != "rationale data import csv x.csv --name c --split train=x.csv --skip-bad --balance off --set substring=s" {
		t.Errorf("command %s", c)
	}
	swallowed := "text,label\ngood,1\n\"bad,1\nfine,0\n"
	message := importError(t, ImportOptions{Format: "csv", SkipBad: true, Sources: []string{oneFile(t, "x.csv", swallowed)}})
	if !strings.Contains(message, "is the file truncated?") {
		t.Errorf("a quote that swallows the rest: %s", message)
	}
	message = importError(t, ImportOptions{Format: "csv", SkipBad: true, Sources: []string{oneFile(t, "x.csv", "text,label\n,1\n")}})
	if !strings.Contains(message, "no usable row (train: 1 × bad row: empty text)") {
		t.Error(message)
	}
}

func TestSourcesAndSplits(t *testing.T) {
	dir := tree(t, map[string]string{"a.csv": "text,label\na,1\n", "b.csv": "text,label\nb,1\n", "test.csv": "text,label\nc,1\n"})
	path := func(name string) string { return filepath.Join(dir, name) }
	set := mustImport(t, ImportOptions{Format: "csv", Name: "c", Split: "train=a.csv,train=b.csv,test=test.csv",
		Sources: []string{path("a.csv"), path("b.csv"), path("test.csv")}})
	wantTexts(t, set, "train", datasets.Text{Tokens: fields("a")}, datasets.Text{Tokens: fields("b")})
	for what, c := range map[string]struct {
		sources []string
		split   string
		want    string
	}{
		"none":            {nil, "", "no source is given; for example: rationale data import csv"},
		"missing":         {[]string{path("z.csv")}, "", "z.csv: no such file"},
		"folder":          {[]string{dir}, "", "is a folder; format csv reads files"},
		"twice":           {[]string{path("a.csv"), path("a.csv")}, "train=a.csv", "given twice"},
		"no telling":      {[]string{path("a.csv"), path("b.csv")}, "", "say so, for example --split train=a.csv"},
		"not in the rule": {[]string{path("a.csv"), path("b.csv")}, "train=a.csv", "does not say which split it is; add one, for example train=b.csv"},
		"no such source":  {[]string{path("a.csv")}, "train=a.csv,test=z.csv", "names z.csv, which is none of the sources"},
		"only a test set": {[]string{path("test.csv")}, "", "no source gives rows to train on"},
		"two splits":      {[]string{path("a.csv")}, "train=a.csv,test=a.csv", "gives it to both"},
		"no documents":    {[]string{path("a.csv")}, "dev=0.1,by=document", "names no document"},
	} {
		message := importError(t, ImportOptions{Format: "csv", Sources: c.sources, Split: c.split})
		if !strings.Contains(message, c.want) {
			t.Errorf("%s: %s\nwant %s", what, message, c.want)
		}
	}
}

func TestByDocumentAndBalance(t *testing.T) {
	var b strings.Builder
	b.WriteString("text,label,doc\n")
	for i := range 60 {
		b.WriteString("w" + string(rune('a'+i%26)) + "," + []string{"no", "yes", "yes"}[i%3] + "," + string(rune('A'+i/4)) + "\n")
	}
	set := mustImport(t, ImportOptions{Format: "csv", Name: "c", Split: "dev=0.2,by=document", Balance: "7", Seed: 3,
		Sources: []string{oneFile(t, "x.csv", b.String())}, Options: options("document=doc")})
	m := set.Meta()
	if dev := m.Splits["dev"].Rows; dev != 12 {
		t.Errorf("%d rows in dev; want three documents of four rows", dev)
	}
	if c := m.Splits["train"].PerClass; c[0] != c[1] || m.Balance != "7" {
		t.Errorf("classes %v, balance %s", c, m.Balance)
	}
	three := oneFile(t, "x.csv", "text,label\na,1\nb,2\nc,3\n")
	if message := importError(t, ImportOptions{Format: "csv", Balance: "1", Sources: []string{three}}); !strings.Contains(message, "balancing needs two classes; found 3") {
		t.Error(message)
	}
}

func TestSharedTextsAreCounted(t *testing.T) {
	file := "text,label,fold\nsame,1,train\nother,1,train\nsame,0,test\nsame,1,test\n"
	set := mustImport(t, ImportOptions{Format: "csv", Name: "c", Split: "column=fold", Sources: []string{oneFile(t, "x.csv", file)}})
	if got := set.Meta().SharedTexts; !maps.Equal(got, map[string]int{"train/test": 2}) {
		t.Errorf("shared %v", got)
	}
}

// Every format's example has to be one that its options allow.
func TestFormatsAreDescribed(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range All() {
		if f.Doc == "" || f.Licence == "" || !strings.HasPrefix(f.Example, "rationale data import "+f.Name) {
			t.Errorf("%s: doc %q, licence %q, example %q", f.Name, f.Doc, f.Licence, f.Example)
		}
		if !strings.Contains(string(readme), f.Example) {
			t.Errorf("README.md lacks the example of %s: %s", f.Name, f.Example)
		}
		for i, word := range strings.Fields(f.Example) {
			before := strings.Fields(f.Example)[max(i-1, 0)]
			if key, value, isOption := strings.Cut(word, "="); isOption && before == "--set" {
				if _, err := f.settings(map[string]string{key: value}); err != nil {
					t.Error(err)
				}
			} else if before == "--split" {
				if _, err := parseSplit(word); err != nil {
					t.Error(err)
				}
			}
		}
	}
}
