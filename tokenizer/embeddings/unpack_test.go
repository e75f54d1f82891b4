package embeddings

import (
	"bytes"
	"compress/gzip"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// However a file of vectors is packed and begun, its words are the same.
func TestVectorsAreReadAsTheyAreFound(t *testing.T) {
	plain := "the 1 -0.25\nBZh 7 8\n"
	for what, text := range map[string]string{
		"plain": plain, "byte order mark": "\xef\xbb\xbf" + plain, "gzip": gzipped(t, plain), "header": "2 2\n" + plain,
		"gzip, byte order mark and header": gzipped(t, "\xef\xbb\xbf2 2\n"+plain),
	} {
		table, err := buildFrom(t, GloVe, text)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if got, _ := table.Lookup("the"); table.Len() != 2 || !slices.Equal(got, []float32{1, -.25}) {
			t.Errorf("%s: %d words, the = %v", what, table.Len(), got)
		}
	}
	if table, err := buildFrom(t, Wink, gzipped(t, wink(`{"the":[1,-0.25,1.1,0]}`))); err != nil || table.Len() != 1 {
		t.Errorf("wink as gzip: %v", err)
	}
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Every beginning of a file that ends within a line is refused, packed or not,
// as long as all numbers have as many decimals.
func TestCutVectorsAreRefused(t *testing.T) {
	text := "the 1.25 -0.25\nnaïve 3.50 0.75\n"
	for size := range len(text) {
		prefix := text[:size]
		if strings.HasSuffix(prefix, "\n") || strings.HasPrefix(text[size:], "\n") {
			continue
		}
		if _, err := buildFrom(t, GloVe, prefix); err == nil {
			t.Errorf("%q was read", prefix)
		}
	}
	packed := gzipped(t, text)
	for size := 1; size < len(packed); size++ {
		if _, err := buildFrom(t, GloVe, packed[:size]); err == nil {
			t.Errorf("%d of %d bytes were read", size, len(packed))
		}
	}
}

func TestFilesOfVectors(t *testing.T) {
	for file, want := range map[string]string{"g_ok.txt.gz": "", "g_ok.zip": "g_ok.zip: it is a zip archive; unpack it", "g_big38.txt": "3e+38"} {
		err := BuildFile(context.Background(), filepath.Join("testdata", file), GloVe, filepath.Join(t.TempDir(), FileName), nil)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v; want %q", file, err, want)
		}
	}
}
