package formats

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
	in, err := readOnly(t, opts, dir)
	if err != nil {
		if msg := err.Error(); strings.Contains(msg, "runtime error") {
			t.Fatalf("%q: %v", content, err)
		}
		return
	}
	rows, err := in.spool.Rows()
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for i := range rows.Len() {
		if in.format.Graphs {
			_, err = rows.Graph(i)
		} else {
			_, err = rows.Text(i)
		}
		if err != nil { // it checks what it reads
			t.Fatalf("%q: row %d: %v", content, i, err)
		}
	}
}

// readOnly does the reading half of an import, which is where formats are.
func readOnly(t *testing.T, opts ImportOptions, dir string) (*Intake, error) {
	opts.Name = "fuzz"
	j, err := newJob(opts)
	if err != nil {
		return nil, err
	}
	in := j.intake(t.Context(), nil)
	if err := in.fill(dir); err != nil {
		return nil, err
	}
	if len(in.rows) > 0 {
		if _, err := j.deal(in); err != nil && !strings.Contains(err.Error(), "balancing needs two classes") {
			t.Fatal(err)
		}
	}
	return in, nil
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
