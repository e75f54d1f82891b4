package predict_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

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

// atLeast is how many texts are asked about: test texts, again and again where there
// are fewer.
const atLeast = 4096

// BenchmarkPredict answers for lines of JSON, from reading them to writing the answers.
func BenchmarkPredict(b *testing.B) {
	eachDataset(b, func(b *testing.B, m *infer.Model, texts []string) {
		lines := asLines(b, texts)
		o := predict.Options{JSONL: true, Workers: runtime.NumCPU()}
		measure(b, len(texts), func() error {
			return predict.Texts(b.Context(), m, o, bytes.NewReader(lines), func(x predict.Answered) error {
				if len(x.Refused) > 0 {
					b.Fatalf("line %d: %v", x.Refused[0].Line, x.Refused[0].Err)
				}
				return nil
			})
		})
	})
}

// BenchmarkModel is the model's share of BenchmarkPredict: the same texts, already read.
func BenchmarkModel(b *testing.B) {
	eachDataset(b, func(b *testing.B, m *infer.Model, texts []string) {
		var given []tokenize.Given
		for _, text := range texts {
			g, err := m.Prepare("", text)
			if err != nil {
				b.Fatal(err)
			}
			given = append(given, g)
		}
		measure(b, len(texts), func() error {
			_, err := m.AnswerAll(b.Context(), given)
			return err
		})
	})
}

// measure tells how many texts a second the work does, and the processor time of one,
// which other programs on the machine change less.
func measure(b *testing.B, texts int, work func() error) {
	if err := work(); err != nil { // page faults make the first time slower
		b.Fatal(err)
	}
	before := cpuTime(b)
	for b.Loop() {
		if err := work(); err != nil {
			b.Fatal(err)
		}
	}
	texts *= b.N
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(texts), "cpu-µs/text")
	b.ReportMetric(float64(texts)/b.Elapsed().Seconds(), "texts/s")
}

func cpuTime(b *testing.B) time.Duration {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// eachDataset gives an exported model and texts of generated reviews, and of tweets and
// films where the real data is.
func eachDataset(b *testing.B, use func(b *testing.B, m *infer.Model, texts []string)) {
	b.Run("generated", func(b *testing.B) {
		ask(b, stagetest.Run(b, generate.New(generate.Params{
			Name: "reviews", Aspect: "aroma", Train: 200, Dev: 100, Test: 2000, Seed: 1,
		}), nil), "reviews", use)
	})
	for _, c := range []struct{ name, format, folder string }{
		{"tweets", "tweets", "tweet_sentiment_extraction"},
		{"movies", "eraser", "eraser_movies"},
	} {
		b.Run(c.name, func(b *testing.B) {
			source, dir := filepath.Join(stagetest.RealData(b, c.folder), c.folder), b.TempDir()
			o := formats.ImportOptions{Format: c.format, Name: c.name, Sources: []string{source}}
			if _, err := formats.Import(b.Context(), dir, o, nil); err != nil {
				b.Fatal(err)
			}
			ask(b, dir, c.name, use)
		})
	}
}

// ask opens a model that was exported, and gives it texts of its dataset.
func ask(b *testing.B, dir, name string, use func(b *testing.B, m *infer.Model, texts []string)) {
	m, err := infer.OpenExported(exportedOn(b, dir, name), ort.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	use(b, m, testTexts(b, dir, name))
}

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

// testTexts are the test texts of a dataset, as often as it takes.
func testTexts(b *testing.B, dir, name string) []string {
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
	var texts []string
	for len(texts) < atLeast {
		text, err := test.Text(len(texts) % test.Len())
		if err != nil {
			b.Fatal(err)
		}
		texts = append(texts, strings.Join(text.Tokens, " "))
	}
	return texts
}

// asLines are texts as predict reads them, a JSON object a line.
func asLines(b *testing.B, texts []string) []byte {
	var out bytes.Buffer
	for _, text := range texts {
		if err := json.NewEncoder(&out).Encode(map[string]string{"text": text}); err != nil {
			b.Fatal(err)
		}
	}
	return out.Bytes()
}
