package wordpiece

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"
	"time"

	sugarme "github.com/sugarme/tokenizer"
	"github.com/sugarme/tokenizer/model/wordpiece"
	sugarmenorm "github.com/sugarme/tokenizer/normalizer"
	"github.com/sugarme/tokenizer/pretokenizer"
	"golang.org/x/sys/unix"
)

// movieTexts reads the reviews of ERASER Movies, newlines and all.
func movieTexts(b testing.TB) []string {
	b.Helper()
	names, err := filepath.Glob(dataFile(b, "eraser_movies", "docs") + "/*.txt")
	if err != nil {
		b.Fatal(err)
	}
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = movieText(b, filepath.Base(name))
	}
	return texts
}

// tweetTexts reads the text column of the tweets.
func tweetTexts(b testing.TB) []string {
	b.Helper()
	dir := dataFile(b, "tweet_sentiment_extraction")
	names, err := filepath.Glob(dir + "/*.csv")
	if err != nil {
		b.Fatal(err)
	}
	var texts []string
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			b.Fatal(err)
		}
		for _, row := range rows[1:] {
			texts = append(texts, row[2])
		}
	}
	return texts
}

// sugarmePipeline is the tokenizer that the module itself would build.
func sugarmePipeline(b testing.TB) *sugarme.Tokenizer {
	b.Helper()
	model, err := wordpiece.NewWordPieceFromFile(vocabularyFile(b, uncasedFile), "[UNK]")
	if err != nil {
		b.Fatal(err)
	}
	t := sugarme.NewTokenizer(model)
	t.WithNormalizer(sugarmenorm.NewBertNormalizer(true, true, true, true))
	t.WithPreTokenizer(pretokenizer.NewBertPreTokenizer())
	return t
}

// cpuTime is the processor time of all threads so far, the garbage collector's
// included: what counts where other programs run too.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// each runs encode over the texts again and again and reports tokens a second,
// by the clock and by processor time.
// encode gives the number of pieces.
func each(b *testing.B, texts []string, encode func(text string) int) {
	b.Helper()
	b.ReportAllocs()
	pieces := 0
	before := cpuTime(b)
	for b.Loop() {
		for _, text := range texts {
			pieces += encode(text)
		}
	}
	b.ReportMetric(float64(pieces)/b.Elapsed().Seconds(), "tokens/s")
	b.ReportMetric(float64(pieces)/(cpuTime(b)-before).Seconds(), "tokens/cpu-s")
	b.ReportMetric(float64(pieces)/float64(b.N), "tokens/op")
}

// BenchmarkEncodeText reads whole corpora: with the cache kept from pass to
// pass, with an empty one at the start of each, with none, and with the
// module's own pipeline. Texts on which that one fails count no pieces.
func BenchmarkEncodeText(b *testing.B) {
	for name, read := range map[string]func(testing.TB) []string{"movies": movieTexts, "tweets": tweetTexts} {
		b.Run(name, func(b *testing.B) {
			texts := read(b)
			b.Run("ours", func(b *testing.B) {
				bert := uncased(b)
				each(b, texts, func(text string) int { return bert.EncodeText(text).Len() })
			})
			b.Run("ours-cold", func(b *testing.B) {
				bert := uncased(b)
				each(b, texts, func(text string) int {
					if text == texts[0] {
						bert.cache = newCache()
					}
					return bert.EncodeText(text).Len()
				})
			})
			b.Run("ours-uncached", func(b *testing.B) {
				bert := uncased(b)
				bert.cache = nil
				each(b, texts, func(text string) int { return bert.EncodeText(text).Len() })
			})
			b.Run("sugarme", func(b *testing.B) {
				pipeline := sugarmePipeline(b)
				each(b, texts, func(text string) int { return sugarmePieces(pipeline, text) })
			})
		})
	}
}

func sugarmePieces(t *sugarme.Tokenizer, text string) (pieces int) {
	defer func() {
		if recover() != nil {
			pieces = 0
		}
	}()
	e, err := t.EncodeSingle(text)
	if err != nil {
		return 0
	}
	return len(e.Ids)
}
