package predict_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"rationale/datasets/formats"
	ort "rationale/onnx/runtime"
	"rationale/pipeline/predict"
	"rationale/stages/dataset"
	"rationale/stages/generate"
	"rationale/stages/infer"
	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// A model of the papers' size: units each direction, numbers of a word vector.
const hidden, width = 100, 100

// exportedOn is the folder of a model of the papers' size, trained briefly on an
// imported dataset.
func exportedOn(b *testing.B, dir, name string) string {
	b.Helper()
	data := stagetest.Run(b, tokenize.New(tokenize.Params{Dataset: name, MaxLength: 256, RandomWidth: width, RandomVectors: 1}),
		map[string]string{tokenize.DatasetRole: dir})
	p := stagetest.Small("RNP")
	p.Hyper.Hidden = hidden
	evaluation, _ := stagetest.Evaluated(b, p, data, name)
	return stagetest.Exported(b, evaluation, data, nil)
}

// testLines are the test texts of a dataset, a JSON object a line.
func testLines(b *testing.B, dir, name string) []byte {
	b.Helper()
	set, err := dataset.OpenIn(dir, name)
	if err != nil {
		b.Fatal(err)
	}
	defer set.Close()
	test, err := set.Split("test")
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	for i := range test.Len() {
		text, err := test.Text(i)
		if err != nil {
			b.Fatal(err)
		}
		if err := json.NewEncoder(&out).Encode(map[string]string{"text": strings.Join(text.Tokens, " ")}); err != nil {
			b.Fatal(err)
		}
	}
	return out.Bytes()
}

// BenchmarkPredict answers for the test texts of generated reviews, again and again,
// and of tweets where the real data is.
func BenchmarkPredict(b *testing.B) {
	b.Run("generated", func(b *testing.B) {
		benchmark(b, stagetest.Run(b, generate.New(generate.Params{
			Name: "reviews", Aspect: "aroma", Train: 200, Dev: 100, Test: 2000, Seed: 1,
		}), nil), "reviews")
	})
	b.Run("tweets", func(b *testing.B) {
		const folder = "tweet_sentiment_extraction"
		source, dir := filepath.Join(stagetest.RealData(b, folder), folder), b.TempDir()
		o := formats.ImportOptions{Format: "tweets", Name: "tweets", Sources: []string{source}}
		if _, err := formats.Import(b.Context(), dir, o, nil); err != nil {
			b.Fatal(err)
		}
		benchmark(b, dir, "tweets")
	})
}

func benchmark(b *testing.B, dir, name string) {
	m, err := infer.OpenExported(exportedOn(b, dir, name), ort.Options{Threads: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	lines := testLines(b, dir, name)
	o := predict.Options{JSONL: true, Workers: runtime.NumCPU()}
	texts := 0
	for b.Loop() {
		err := predict.Texts(b.Context(), m, o, bytes.NewReader(lines), func(x predict.Answered) error {
			if len(x.Refused) > 0 {
				b.Fatalf("line %d: %v", x.Refused[0].Line, x.Refused[0].Err)
			}
			texts += x.Lines
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(texts)/b.Elapsed().Seconds(), "texts/s")
}
