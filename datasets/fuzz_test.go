package datasets

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fuzzImport imports one file with hostile content: an error is fine, a panic is
// not, and what is accepted has to come back readable.
func fuzzImport(t *testing.T, opts ImportOptions, file string, content []byte) {
	dir := t.TempDir()
	path := filepath.Join(dir, file)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	opts.Sources = []string{path}
	fuzzSources(t, opts, dir, content)
}

func fuzzSources(t *testing.T, opts ImportOptions, dir string, content []byte) {
	feed, err := feedOnly(t, opts, filepath.Join(dir, spoolName))
	if err != nil {
		if msg := err.Error(); strings.Contains(msg, "runtime error") {
			t.Fatalf("%q: %v", content, err)
		}
		return
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	split, err := openSpool(root, dir, len(feed.rows))
	if err != nil {
		t.Fatal(err)
	}
	defer split.Close()
	for i := range split.Len() {
		text, err := split.Text(i)
		if err == nil {
			err = text.check()
		}
		if err != nil {
			t.Fatalf("%q: row %d: %v", content, i, err)
		}
	}
}

// feedOnly does the reading half of an import, which is where formats are.
func feedOnly(t *testing.T, opts ImportOptions, spool string) (*Feed, error) {
	opts.Name = "fuzz"
	j, err := newJob(opts)
	if err != nil {
		return nil, err
	}
	feed := j.feed(t.Context(), nil)
	if err := feed.fill(spool); err != nil {
		return nil, err
	}
	if len(feed.rows) > 0 {
		if _, err := j.plan(feed); err != nil && !strings.Contains(err.Error(), "balancing needs two classes") {
			t.Fatal(err)
		}
	}
	return feed, nil
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("text,label,s\ngood,1,\"[[0,2]]\"\n"), false)
	f.Add([]byte("\xef\xbb\xbftext,label,s\r\n\"a\"\"b\nc\",x,[]\r\n"), true)
	f.Add([]byte("text,label,s\n\"open,1,1\nx"), true)
	f.Add([]byte("text,label,s"), false)
	f.Fuzz(func(t *testing.T, content []byte, skip bool) {
		fuzzImport(t, ImportOptions{Format: "csv", SkipBad: skip, Options: options("spans=s")}, "x.csv", content)
	})
}

func FuzzJSONL(f *testing.F) {
	f.Add([]byte(`{"text":"good day","label":1,"why":"good"}`+"\n"), false)
	f.Add([]byte(`{"text":["a"],"label":{},"why":null}`+"\n[]\n"), true)
	f.Fuzz(func(t *testing.T, content []byte, skip bool) {
		fuzzImport(t, ImportOptions{Format: "jsonl", SkipBad: skip, Options: options("substring=why")}, "x.jsonl", content)
	})
}

func FuzzBeer(f *testing.F) {
	f.Add([]byte("0.1 0.9 0.5 0.5 0.5\tsome text\n"), false)
	f.Add([]byte(`{"x":["a","b"],"y":[0,1,0,0,0],"1":[[0,1]],"rid":3}`+"\n"), true)
	f.Add(packedSeed, true)
	f.Fuzz(func(t *testing.T, content []byte, annotations bool) {
		name := "train.txt"
		if annotations {
			name = "train.json"
		}
		fuzzImport(t, ImportOptions{Format: "beer", SkipBad: true, Options: options("aspect=1")}, name, content)
	})
}

// packedSeed begins like a gzip file.
var packedSeed = []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03")

func FuzzERASER(f *testing.F) {
	f.Add([]byte(`{"annotation_id":"d","classification":"POS","query":"don't?","evidences":[[{"docid":"d","start_token":0,"end_token":1}]]}`), []byte("a b .\nc\n"))
	f.Add([]byte(`{"annotation_id":"../train.jsonl","classification":"NEG","evidences":null}`), []byte("\r\n \n"))
	f.Fuzz(func(t *testing.T, annotations, document []byte) {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "docs"), 0o755); err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string][]byte{"train.jsonl": annotations, "docs/d": document} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		fuzzSources(t, ImportOptions{Format: "eraser", SkipBad: true, Sources: []string{dir}}, dir, annotations)
	})
}

// The manifest is the one thing that is read before a digest has been checked.
func FuzzManifest(f *testing.F) {
	whole := soundManifest()
	raw, err := whole.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, content []byte) {
		if m, err := decodeManifest(content); err == nil && m.Schema != textSchemaName {
			t.Fatalf("%q was accepted", content)
		}
	})
}
