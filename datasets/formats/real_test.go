package formats

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rationale/datasets"
)

// realData finds a folder of real data: below RATIONALE_DATA, or in shared/data
// beside the repository. Such data never lies inside the repository.
func realData(t testing.TB, name string) string {
	t.Helper()
	data := os.Getenv("RATIONALE_DATA")
	if data == "" {
		data = filepath.Join(repositoryRoot(t), "..", "shared", "data")
	}
	path := filepath.Join(data, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no real data: %v", err)
	}
	return path
}

func repositoryRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			break
		}
		dir = parent
	}
	t.Skip("no go.mod above the package")
	return ""
}

// mustImport imports into a fresh folder and opens the result.
func mustImport(t testing.TB, opts ImportOptions) *datasets.Set {
	t.Helper()
	dir := t.TempDir()
	if _, err := Import(t.Context(), dir, opts, nil); err != nil {
		t.Fatal(err)
	}
	set, err := datasets.Open(dir, opts.Name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	return set
}

func mustDescribe(t testing.TB, set *datasets.Set) datasets.Stats {
	t.Helper()
	stats, err := datasets.Describe(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stats.Splits {
		t.Logf("%-5s rows %6d per class %v mean %.1f (cut %.1f) longest %d cut off %.4f gold %.4f no rationale %d query %d",
			s.Name, s.Rows, s.PerClass, s.MeanLength, s.MeanCut, s.Longest, s.CutShare, s.GoldShare, s.WithoutRationale, s.WithQuery)
	}
	return stats
}

// splitRows checks the number of rows of each split.
func splitRows(t *testing.T, stats datasets.Stats, want ...int) {
	t.Helper()
	for i, s := range stats.Splits {
		if s.Rows != want[i] {
			t.Errorf("%s: %d rows; want %d", s.Name, s.Rows, want[i])
		}
	}
}

// near checks a share against a figure known to three decimals.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if got < want-0.0006 || got > want+0.0006 {
		t.Errorf("%s: %.4f; want %.3f", what, got, want)
	}
}

func TestRealTweets(t *testing.T) {
	set := mustImport(t, ImportOptions{Format: "tweets", Name: "tweets", Sources: []string{realData(t, "tweet_sentiment_extraction")}})
	stats := mustDescribe(t, set)
	splitRows(t, stats, 13103, 1611, 1649)
	for i, want := range []float64{0.270, 0.280, 0.269} {
		near(t, "gold share of "+stats.Splits[i].Name, stats.Splits[i].GoldShare, want)
	}
	t.Log(set.Meta().SharedTexts, set.Meta().Command())
}

func TestRealTweetsOfThreeClasses(t *testing.T) {
	set := mustImport(t, ImportOptions{
		Format: "tweets", Name: "tweets", Sources: []string{realData(t, "tweet_sentiment_extraction")}, Options: map[string]string{"neutral": "true"},
	})
	stats := mustDescribe(t, set)
	splitRows(t, stats, 21984, 2748, 2748)
	if want := []int{6209, 8881, 6894}; !slices.Equal(stats.Splits[0].PerClass, want) {
		t.Errorf("training texts per class %v; want %v", stats.Splits[0].PerClass, want)
	}
}

func TestRealASTE(t *testing.T) {
	set := mustImport(t, ImportOptions{Format: "aste", Name: "14res", Sources: []string{filepath.Join(realData(t, "aste_v2"), "14res")}})
	splitRows(t, mustDescribe(t, set), 840+231, 193+60, 351+86)
	read := 0
	for _, split := range datasets.SplitNames {
		m := set.Meta().Splits[split]
		read += m.Rows + m.Skipped["mixed polarity"] + m.Skipped["neutral"]
	}
	if read != 1266+310+492 {
		t.Errorf("%d rows read; want 2068", read)
	}
}

func TestRealMovies(t *testing.T) {
	set := mustImport(t, ImportOptions{Format: "eraser", Name: "movies", Sources: []string{realData(t, "eraser_movies")}})
	stats := mustDescribe(t, set)
	splitRows(t, stats, 1600, 200, 199)
	if set.Meta().ConstantQuery == "" || stats.Splits[0].WithQuery != 0 {
		t.Errorf("the constant question was not dropped")
	}
	for i, want := range []float64{0.086, 0.065, 0.303} {
		m := set.Meta().Splits[datasets.SplitNames[i]]
		near(t, "rate of "+datasets.SplitNames[i], float64(m.RationaleTokens)/float64(m.Tokens), want)
	}
}

func TestRealFEVER(t *testing.T) {
	set := mustImport(t, ImportOptions{
		Format: "eraser", Name: "fever", Sources: []string{realData(t, "eraser_fever")},
		Split: "train=val.jsonl,test=test.jsonl,dev=0.1,by=document",
	})
	stats := mustDescribe(t, set)
	if rows := stats.Splits[0].Rows + stats.Splits[1].Rows; rows != 6122 || stats.Splits[2].Rows != 6111 {
		t.Errorf("%d rows of val and %d of test; want 6122 and 6111", rows, stats.Splits[2].Rows)
	}
	if dev := stats.Splits[1].Rows; dev < 600 || dev > 640 {
		t.Errorf("%d rows in dev; want a tenth of 6122", dev)
	}
	if classes := set.Meta().Classes; classes[1] != "SUPPORTS" {
		t.Errorf("classes %v", classes)
	}
	t.Log(set.Meta().SharedTexts, set.Meta().Command())
}

func TestRealMultiRC(t *testing.T) {
	set := mustImport(t, ImportOptions{
		Format: "eraser", Name: "multirc", Sources: []string{realData(t, "eraser_multirc")},
		Split: "train=val.jsonl,test=test.jsonl,dev=0.07,by=document",
	})
	stats := mustDescribe(t, set)
	if rows := stats.Splits[0].Rows + stats.Splits[1].Rows; rows != 3214 || stats.Splits[2].Rows != 4848 {
		t.Errorf("%d rows of val and %d of test; want 3214 and 4848", rows, stats.Splits[2].Rows)
	}
	dev, err := set.Split("dev")
	if err != nil {
		t.Fatal(err)
	}
	text, err := dev.Text(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%q %q %v", text.ID, text.Query, text.Sentences)
}

// Token positions count as in the benchmark: every span of evidence holds the
// text that its annotators saw.
func TestRealEvidenceText(t *testing.T) {
	for _, folder := range []string{"eraser_movies", "eraser_fever", "eraser_multirc"} {
		dir := realData(t, folder)
		docs, err := openLibrary(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer docs.close()
		files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		spans := 0
		for _, file := range files {
			spans += checkEvidence(t, docs, file)
		}
		t.Logf("%s: %d spans", folder, spans)
		if spans == 0 {
			t.Errorf("%s: no span was compared", folder)
		}
	}
}

func checkEvidence(t *testing.T, docs *library, file string) (spans int) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		var a struct {
			Evidences [][]struct {
				eraserEvidence
				Text string `json:"text"`
			} `json:"evidences"`
		}
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatal(err)
		}
		for _, e := range slices.Concat(a.Evidences...) {
			doc, err := docs.get(e.DocID)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(doc.tokens[*e.Start:*e.End], " "); got != e.Text {
				t.Fatalf("%s: %s[%d:%d] is %q; want %q", file, e.DocID, e.Start, e.End, got, e.Text)
			}
			spans++
		}
	}
	return spans
}
