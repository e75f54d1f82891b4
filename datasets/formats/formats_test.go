package formats

import (
	"bytes"
	"compress/gzip"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rationale/datasets"
)

// tree writes files below a fresh folder; names that end in .gz are packed.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, name)
		raw := []byte(files[name])
		if strings.HasSuffix(name, ".gz") {
			raw = packed(t, files[name])
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func packed(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// splitTexts reads all rows of a split.
func splitTexts(t testing.TB, set *datasets.Set, name string) []datasets.Text {
	t.Helper()
	split, err := set.Split(name)
	if err != nil {
		t.Fatal(err)
	}
	texts := make([]datasets.Text, split.Len())
	for i := range texts {
		if texts[i], err = split.Text(i); err != nil {
			t.Fatal(err)
		}
	}
	return texts
}

// wantTexts compares a split with what it should hold, identifiers and spaces aside.
func wantTexts(t *testing.T, set *datasets.Set, name string, want ...datasets.Text) {
	t.Helper()
	if diff := cmp.Diff(want, splitTexts(t, set, name), cmpopts.IgnoreFields(datasets.Text{}, "ID", "Spaces"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s:\n%s", name, diff)
	}
}

// importError expects an import to fail and returns the message.
func importError(t *testing.T, opts ImportOptions) string {
	t.Helper()
	opts.Name = "x"
	_, err := Import(t.Context(), t.TempDir(), opts, nil)
	if err == nil {
		t.Fatalf("%+v was accepted", opts)
	}
	return err.Error()
}

func fields(text string) []string { return strings.Fields(text) }

// gold turns "0110" into marks.
func gold(digits string) []bool {
	marked := make([]bool, len(digits))
	for i, d := range digits {
		marked[i] = d == '1'
	}
	return marked
}

var beerFiles = map[string]string{
	"reviews.aspect1.train.txt.gz": "0.10 0.90 0.50 0.50 0.50\tsmells of malt\n" +
		"0.10 0.60 0.50 0.50 0.50\ta fine nose\n" +
		"0.90 0.40 0.50 0.50 0.50\tsmells of soap\n" +
		"0.90 0.50 0.50 0.50 0.50\tin between\n",
	"reviews.aspect1.heldout.txt.gz": "0.10 0.20 0.50 0.50 0.50\tno smell\r\n",
	"annotations.json": `{"x":["good","smell",",","bad","head"],"y":[0.2,0.8,0.5,0.5,0.5],"0":[[3,5]],"1":[[0,2]],"2":[],"raw":"…","rid":77}` + "\n" +
		`{"x":["only","a","head"],"y":[0.2,0.8,0.5,0.5,0.5],"0":[[2,3]],"1":[],"2":[],"raw":"…","rid":78}` + "\n",
}

func TestBeer(t *testing.T) {
	dir := tree(t, beerFiles)
	set := mustImport(t, ImportOptions{Format: "beer", Name: "beer", Sources: []string{dir}, Options: map[string]string{"aspect": "aroma"}})
	// random.sample([0, 1], 1) with seed 20226666 draws the first.
	wantTexts(t, set, "train",
		datasets.Text{Tokens: fields("smells of malt"), Label: 1}, datasets.Text{Tokens: fields("smells of soap"), Label: 0})
	wantTexts(t, set, "dev", datasets.Text{Tokens: fields("no smell"), Label: 0})
	wantTexts(t, set, "test", datasets.Text{Tokens: fields("good smell , bad head"), Label: 1, Rationale: gold("11000")})
	m := set.Meta()
	if m.Aspect != "Aroma" || m.Lower || m.Balance != "20226666" || len(m.Sources) != 3 || m.Classes[1] != "positive" {
		t.Errorf("meta %+v", m)
	}
	if m.Splits["train"].Skipped["ambiguous score"] != 1 || m.Splits["test"].Skipped["no rationale for this aspect"] != 1 {
		t.Errorf("skipped %v and %v", m.Splits["train"].Skipped, m.Splits["test"].Skipped)
	}
	if id := splitTexts(t, set, "test")[0].ID; id != "77" {
		t.Errorf("identifier %q", id)
	}
}

func TestBeerWithoutBalancingKeepsFileOrder(t *testing.T) {
	set := mustImport(t, ImportOptions{Format: "beer", Name: "beer", Sources: []string{tree(t, beerFiles)}, Balance: "off"})
	wantTexts(t, set, "train", datasets.Text{Tokens: fields("smells of malt"), Label: 1},
		datasets.Text{Tokens: fields("a fine nose"), Label: 1}, datasets.Text{Tokens: fields("smells of soap"), Label: 0})
	if c := set.Meta().Command(); !strings.Contains(c, "--balance off") {
		t.Errorf("command %q", c)
	}
}

func TestBeerRefuses(t *testing.T) {
	change := func(name, text string) string {
		files := map[string]string{}
		for n, content := range beerFiles {
			files[n] = content
		}
		files[name] = text
		return tree(t, files)
	}
	train := "reviews.aspect1.train.txt.gz"
	for what, c := range map[string]struct {
		dir, aspect, want string
	}{
		"four scores":     {change(train, "0.1 0.2 0.3 0.4\ttext\n"), "1", train + ":1: wrong field count: expected five scores"},
		"no tab":          {change(train, "0.1 0.2 0.3 0.4 0.5 text\n"), "1", ":1: wrong field count"},
		"score too large": {change(train, "0.1 0.9 0 0 0\tok\n0.1 4.5 0 0 0\ttext\n"), "1", ":2: wrong score"},
		"score NaN":       {change(train, "0.1 NaN 0 0 0\ttext\n"), "1", ":1: wrong score"},
		"no text":         {change(train, "0.1 0.9 0 0 0\t  \n"), "1", ":1: empty text"},
		"bytes":           {change(train, "0.1 0.9 0 0 0\tcaf\xe9\n"), "1", ":1: invalid UTF-8"},
		"span":            {change("annotations.json", `{"x":["a"],"y":[0,1,0,0,0],"1":[[0,2]]}`), "1", ":1: span outside text: span [0 2] of a text with 1 tokens"},
		"JSON":            {change("annotations.json", `{"x":["a"],`), "1", ":1: broken JSON"},
		"other aspect":    {filepath.Join(tree(t, beerFiles), train), "0", "holds reviews for aspect 1, but aspect=0 is asked for"},
		"correlated":      {filepath.Join(tree(t, map[string]string{"reviews.260k.train.txt.gz": ""}), "reviews.260k.train.txt.gz"), "0", "correlated"},
		"no aspect":       {filepath.Join(tree(t, map[string]string{"train.txt": ""}), "train.txt"), "", "add --set aspect=0"},
		"unknown aspect":  {filepath.Join(tree(t, map[string]string{"train.txt": ""}), "train.txt"), "taste", "expected a number from 0 to 2"},
	} {
		message := importError(t, ImportOptions{Format: "beer", Sources: []string{c.dir}, Options: map[string]string{"aspect": c.aspect}})
		if !strings.Contains(message, c.want) {
			t.Errorf("%s: %s\nwant %s", what, message, c.want)
		}
	}
}

func TestTruncatedGzip(t *testing.T) {
	whole := packed(t, strings.Repeat("0.1 0.9 0 0 0\tsome text that goes on\n", 500))
	for _, size := range []int{1, 5, len(whole) / 2, len(whole) - 3} {
		path := filepath.Join(t.TempDir(), "reviews.aspect1.train.txt.gz")
		if err := os.WriteFile(path, whole[:size], 0o644); err != nil {
			t.Fatal(err)
		}
		message := importError(t, ImportOptions{Format: "beer", Sources: []string{path}, SkipBad: size > 5})
		if !strings.Contains(message, "reviews.aspect1.train.txt.gz") || size > 5 && !strings.Contains(message, "truncated") {
			t.Errorf("%d bytes: %s", size, message)
		}
	}
}

func TestHotel(t *testing.T) {
	header := "task\tlabel\ttext\trationale\n"
	dir := tree(t, map[string]string{
		"oracle/hotel_Service.train":  header + "hotel_Service\t1\tthe \"staff was kind\t0 0 0 0\nhotel_Service\t0\trude staff\n",
		"oracle/hotel_Service.dev":    header + "hotel_Service\t0\trude clerk\t0 0\n",
		"target/hotel_Service.train":  header + "hotel_Service\t1\tvery  kind staff\t0 1 1 0\t0.1\t0.2\t0.3\nhotel_Service\t0\tbad service here\t1 1\n",
		"oracle/hotel_Location.train": header,
	})
	set := mustImport(t, ImportOptions{Format: "hotel", Name: "hotel", Sources: []string{dir}, Options: map[string]string{"aspect": "service"}})
	wantTexts(t, set, "train", datasets.Text{Tokens: fields(`the "staff was kind`), Label: 1}, datasets.Text{Tokens: fields("rude staff"), Label: 0})
	wantTexts(t, set, "dev", datasets.Text{Tokens: fields("rude clerk"), Label: 0})
	// The empty token between two spaces goes, and its mark with it.
	wantTexts(t, set, "test",
		datasets.Text{Tokens: fields("very kind staff"), Label: 1, Rationale: gold("010")},
		datasets.Text{Tokens: fields("bad service here"), Label: 0, Rationale: gold("110")})
	if m := set.Meta(); m.Aspect != "Service" || m.Balance != "off" || m.Split != "train=oracle/hotel_Service.train,dev=hotel_Service.dev,test=target/hotel_Service.train" {
		t.Errorf("meta %+v", m)
	}
	if message := importError(t, ImportOptions{Format: "hotel", Sources: []string{dir}}); !strings.Contains(message, "aspect=Location is asked for") {
		t.Errorf("two aspects at once: %s", message)
	}
	bad := tree(t, map[string]string{"hotel_Service.train": header + "hotel_Service\tyes\ttext\n"})
	message := importError(t, ImportOptions{Format: "hotel", Sources: []string{filepath.Join(bad, "hotel_Service.train")}})
	if !strings.Contains(message, "hotel_Service.train:2: unknown label") {
		t.Error(message)
	}
}

var eraserFiles = map[string]string{
	"docs/Zoë (film)":  "It is a film .\n\n  It  was long . \n",
	"docs/b.txt":       "One .\nTwo .\n",
	"train.jsonl":      `{"annotation_id":"1","classification":"SUPPORTS","query":"Zoë isn't short.","docids":null,"evidences":[[{"docid":"Zoë (film)","start_token":5,"end_token":7,"start_sentence":-1,"end_sentence":-1,"text":"It was"}],[{"docid":"Zoë (film)","start_token":6,"end_token":8}]]}` + "\n",
	"val.jsonl":        `{"annotation_id":"2","classification":"REFUTES","query":"Three.","docids":["b.txt"],"evidences":[]}` + "\n",
	"test.jsonl":       `{"annotation_id":"b.txt","classification":"REFUTES","query":"Two.","evidences":[]}` + "\n",
	"somewhere/secret": "x\n",
}

func TestERASER(t *testing.T) {
	set := mustImport(t, ImportOptions{Format: "eraser", Name: "e", Sources: []string{tree(t, eraserFiles)}})
	wantTexts(t, set, "train", datasets.Text{Tokens: fields("It is a film . It was long ."), Label: 1, Rationale: gold("000001110"),
		Sentences: []int32{5, 9}, Query: fields("Zoë is n't short .")})
	wantTexts(t, set, "dev", datasets.Text{Tokens: fields("One . Two ."), Sentences: []int32{2, 4}, Query: fields("Three .")})
	wantTexts(t, set, "test", datasets.Text{Tokens: fields("One . Two ."), Sentences: []int32{2, 4}, Query: fields("Two .")})
	if m := set.Meta(); !m.Lower || m.Classes[1] != "SUPPORTS" || m.Sources[3].Base != "docs" || m.Sources[3].Bytes != 46 {
		t.Errorf("meta %+v", m)
	}
}

func TestERASERPackedDocuments(t *testing.T) {
	files := map[string]string{
		"docs.jsonl":  `{"docid":"a","document":"Bad plot .\nReally ."}` + "\n\n" + `{"docid":"b","document":"Good fun ."}` + "\n",
		"train.jsonl": `{"annotation_id":"a","classification":"NEG","query":"What?","evidences":[[{"docid":"a","start_token":0,"end_token":1}]]}` + "\n" + `{"annotation_id":"b","classification":"POS","query":"What?","evidences":[]}` + "\n",
	}
	set := mustImport(t, ImportOptions{Format: "eraser", Name: "e", Sources: []string{tree(t, files)}})
	wantTexts(t, set, "train",
		datasets.Text{Tokens: fields("Bad plot . Really ."), Rationale: gold("10000"), Sentences: []int32{3, 5}},
		datasets.Text{Tokens: fields("Good fun ."), Label: 1, Sentences: []int32{3}})
	if q := set.Meta().ConstantQuery; q != "What ?" {
		t.Errorf("constant query %q", q)
	}
}

func TestERASERRefuses(t *testing.T) {
	line := func(docid string, end string) string {
		return `{"annotation_id":"1","classification":"NEG","evidences":[[{"docid":"` + docid + `","start_token":0,"end_token":` + end + `}]]}`
	}
	for what, c := range map[string]struct {
		train, split, want string
	}{
		"beyond the end":     {line("b.txt", "9"), "", "train.jsonl:1: span outside text: span [0 9] of a text with 4 tokens"},
		"no document":        {line("c.txt", "1"), "", `:1: missing document: document "c.txt"`},
		"out of the folder":  {line("../somewhere/secret", "1"), "", ":1: missing document"},
		"JSON":               {`{"annotation_id":`, "", ":1: broken JSON"},
		"no label":           {`{"annotation_id":"b.txt"}`, "", ":1: unknown label"},
		"two documents":      {`{"classification":"A","evidences":[[{"docid":"a","start_token":0,"end_token":1},{"docid":"b","start_token":0,"end_token":1}]]}`, "", ":1: several documents"},
		"a list for a text":  {`{"annotation_id":"1","classification":["NEG"],"docids":["b.txt"]}`, "", ":1: wrong type: classification holds a value of type array"},
		"text for a number":  {`{"annotation_id":"1","classification":"NEG","evidences":[[{"docid":"b.txt","start_token":"0","end_token":1}]]}`, "", "expected a whole number"},
		"half a token":       {`{"annotation_id":"1","classification":"NEG","evidences":[[{"docid":"b.txt","start_token":0.5,"end_token":1}]]}`, "", "expected a whole number"},
		"a document twice":   {`{"classification":"A","docids":["b.txt","b.txt"]}`, "", ":1: several documents"},
		"no token numbers":   {`{"annotation_id":"1","classification":"NEG","evidences":[[{"docid":"b.txt","text":"One"}]]}`, "", ":1: evidence without tokens"},
		"null for a number":  {`{"annotation_id":"1","classification":"NEG","evidences":[[{"docid":"b.txt","start_token":null,"end_token":1}]]}`, "", ":1: evidence without tokens"},
		"null for evidence":  {`{"annotation_id":"1","classification":"NEG","docids":["b.txt"],"evidences":[[null]]}`, "", ":1: null in a list"},
		"file not there":     {"", "train=all.jsonl", "all.jsonl"},
		"nothing to train":   {"", "dev=val.jsonl,test=test.jsonl", "no source gives rows to train on"},
		"dev read and drawn": {"", "dev=0.5", "rows of dev come from"},
		"dev and val":        {"", "train=val.jsonl,dev=dev.jsonl", "dev.jsonl and val.jsonl hold the same examples"},
	} {
		files := map[string]string{"dev.jsonl": ""}
		for name, content := range eraserFiles {
			files[name] = content
		}
		files["train.jsonl"] = c.train + "\n"
		message := importError(t, ImportOptions{Format: "eraser", Sources: []string{tree(t, files)}, Split: c.split})
		if !strings.Contains(message, c.want) {
			t.Errorf("%s: %s\nwant %s", what, message, c.want)
		}
	}
}

func TestTweets(t *testing.T) {
	dir := tree(t, map[string]string{
		"train.csv": "index,textID,text,selected_text,sentiment\n1,a,\" So HAPPY, it`s\nfun!\",\"APPY, it\",positive\n2,b,meh,meh,neutral\n",
		"valid.csv": "index,textID,text,selected_text,sentiment\n3,c,bad\u00a0day,bad,negative\n",
		"test.csv":  "index,textID,text,selected_text,sentiment\n4,d,ha ha ha,ha,positive\n",
	})
	set := mustImport(t, ImportOptions{Format: "tweets", Name: "t", Sources: []string{dir}})
	wantTexts(t, set, "train", datasets.Text{Tokens: fields("so happy , it ` s fun !"), Label: 1, Rationale: gold("01110000")})
	wantTexts(t, set, "dev", datasets.Text{Tokens: fields("bad day"), Rationale: gold("10")})
	wantTexts(t, set, "test", datasets.Text{Tokens: fields("ha ha ha"), Label: 1, Rationale: gold("100")})
	if got := set.Meta().Splits["train"].Skipped["class neutral"]; got != 1 {
		t.Errorf("%d neutral rows left out", got)
	}
	if id := splitTexts(t, set, "dev")[0].ID; id != "c" {
		t.Errorf("identifier %q", id)
	}
}

// With neutral rows there are three classes, in the order of the feeling; their
// text is selected whole as a rule.
func TestTweetsWithNeutral(t *testing.T) {
	const head = "textID,text,selected_text,sentiment\n"
	dir := tree(t, map[string]string{"train.csv": head + "a,so happy,happy,positive\nb,meh,meh,neutral\nc,bad day,bad,negative\n"})
	neutral := func(value string) ImportOptions {
		return ImportOptions{Format: "tweets", Name: "t", Sources: []string{filepath.Join(dir, "train.csv")}, Options: map[string]string{"neutral": value}}
	}
	set := mustImport(t, neutral("true"))
	wantTexts(t, set, "train",
		datasets.Text{Tokens: fields("so happy"), Label: 2, Rationale: gold("01")},
		datasets.Text{Tokens: fields("meh"), Label: 1, Rationale: gold("1")},
		datasets.Text{Tokens: fields("bad day"), Label: 0, Rationale: gold("10")})
	if m := set.Meta(); !slices.Equal(m.Classes, []string{"negative", "neutral", "positive"}) || !strings.Contains(m.Command(), "--set neutral=true") {
		t.Errorf("meta %+v", m)
	}
	if message := importError(t, neutral("yes")); !strings.Contains(message, "neutral=yes: expected true or false") {
		t.Error(message)
	}
}

func TestASTE(t *testing.T) {
	good := "The rice was good and cheap .####[([1], [3], 'POS'), ([1], [5], 'POS')]\n"
	dir := tree(t, map[string]string{"train_triplets.txt": good + "Bad rice .####[([1], [0], 'NEG')]\nRice .####[([0], [0], 'NEU')]\nGood but slow .####[([0], [0], 'POS'), ([0], [2], 'NEG')]\n"})
	set := mustImport(t, ImportOptions{Format: "aste", Name: "a", Sources: []string{dir}})
	wantTexts(t, set, "train", datasets.Text{Tokens: fields("The rice was good and cheap ."), Label: 1, Rationale: gold("0001010")},
		datasets.Text{Tokens: fields("Bad rice ."), Rationale: gold("100")})
	if s := set.Meta().Splits["train"].Skipped; s["neutral"] != 1 || s["mixed polarity"] != 1 {
		t.Errorf("skipped %v", s)
	}
	for line, want := range map[string]string{
		"Bad rice .":                                      "wrong form",
		"Bad .####[([0], [7], 'NEG')]":                    "span outside text",
		"Bad .####[([0], [0], 'NEG'), __im()]":            "wrong form",
		"####[([0], [0], 'NEG')]":                         "span outside text",
		"Bad .####[([0], [99999999999999999999], 'NEG')]": "span outside text",
	} {
		dir := tree(t, map[string]string{"train.txt": good + line + "\n"})
		if message := importError(t, ImportOptions{Format: "aste", Sources: []string{filepath.Join(dir, "train.txt")}}); !strings.Contains(message, "train.txt:2: "+want) {
			t.Errorf("%q: %s", line, message)
		}
	}
}
