package plots

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// drawRecord makes any record, with keys that need quoting in CSV.
var drawRecord = rapid.Custom(func(t *rapid.T) Record {
	text := func(name string) string {
		return rapid.StringOf(rapid.SampledFrom([]rune("ab,\"\n é+"))).Draw(t, name)
	}
	return Record{
		Stage: text("stage"), Run: text("run"), Dataset: text("dataset"), Method: text("method"),
		Encoder: text("encoder"), Seed: rapid.Int64().Draw(t, "seed"), Epoch: rapid.IntRange(0, 300).Draw(t, "epoch"),
		Split: text("split"), Mask: text("mask"), Metric: text("metric"),
		Value:    rapid.OneOf(rapid.Float64Range(-1e300, 1e300), rapid.Just(math.NaN())).Draw(t, "value"),
		Selected: rapid.Bool().Draw(t, "selected"),
	}
})

func TestRecordsSurviveWritingAndReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOf(drawRecord).Draw(t, "records")
		var file bytes.Buffer
		if err := WriteRecords(&file, records); err != nil {
			t.Fatal(err)
		}
		got, err := ReadRecords(&file, "records.csv")
		if err != nil {
			t.Fatal(err)
		}
		SortRecords(records)
		if diff := cmp.Diff(records, got, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestRecordsAreWrittenInOneOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOf(drawRecord).Draw(t, "records")
		shuffled := rapid.Permutation(records).Draw(t, "shuffled")
		var a, b bytes.Buffer
		if err := WriteRecords(&a, records); err != nil {
			t.Fatal(err)
		}
		if err := WriteRecords(&b, shuffled); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Fatalf("%s\n%s", a.Bytes(), b.Bytes())
		}
	})
}

func TestWriteRecords(t *testing.T) {
	records := []Record{
		{Stage: "train", Run: "r1", Dataset: "tweets", Method: "RNP+A2I", Encoder: "gru", Seed: 2, Epoch: 10, Split: "dev", Mask: "sampled", Metric: "asr", Value: 0.30000000000000004, Selected: true},
		{Stage: "train", Run: "r1", Dataset: "tweets", Method: "RNP+A2I", Encoder: "gru", Seed: 2, Epoch: 9, Split: "dev", Mask: "sampled", Metric: "asr", Value: .5},
		{Stage: "evaluate", Run: "r0", Dataset: `a, "b"`, Method: "RNP", Encoder: "gru", Seed: -1, Split: "test", Metric: "recall", Value: math.NaN()},
	}
	rand.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	var file bytes.Buffer
	if err := WriteRecords(&file, records); err != nil {
		t.Fatal(err)
	}
	want := `dataset,method,encoder,run,seed,stage,split,mask,metric,epoch,selected,value
"a, ""b""",RNP,gru,r0,-1,evaluate,test,,recall,0,false,
tweets,RNP+A2I,gru,r1,2,train,dev,sampled,asr,9,false,0.5
tweets,RNP+A2I,gru,r1,2,train,dev,sampled,asr,10,true,0.30000000000000004
`
	if diff := cmp.Diff(want, file.String()); diff != "" {
		t.Error(diff)
	}
	if err := WriteRecords(&file, []Record{{Metric: "asr", Value: math.Inf(1)}}); err == nil {
		t.Error("an infinite value was written")
	}
}

func TestReadRecordsNamesWhatIsWrong(t *testing.T) {
	const header = "dataset,method,encoder,run,seed,stage,split,mask,metric,epoch,selected,value\n"
	const good = "tweets,RNP,gru,r,1,train,dev,,asr,1,false,0.5\n"
	for _, test := range []struct{ name, file, want string }{
		{"empty", "", "records.csv is empty: expected a header line with the columns dataset, method"},
		{"missing column", strings.Replace(header, ",mask", "", 1), `line 1: column "mask" is missing`},
		{"unknown column", strings.Replace(header, "mask", "maks", 1), `line 1: unknown column "maks" (known: dataset, method`},
		{"column twice", strings.Replace(header, "mask", "split", 1), `line 1: column "split" comes twice`},
		{"bad seed", header + good + strings.Replace(good, ",1,train", ",one,train", 1), `line 3: column "seed": "one": invalid syntax`},
		{"bad epoch", header + strings.Replace(good, ",1,false", ",-1,false", 1), `line 2: column "epoch": "-1": an epoch is counted from 1`},
		{"bad flag", header + strings.Replace(good, "false", "perhaps", 1), `line 2: column "selected": "perhaps"`},
		{"bad value", header + strings.Replace(good, "0.5", "0,5", 1), `line 2: wrong number of fields`},
		{"not finite", header + strings.Replace(good, "0.5", "NaN", 1), `line 2: column "value": "NaN": the number must be finite`},
		{"out of range", header + strings.Replace(good, "0.5", "1e999", 1), `line 2: column "value": "1e999": value out of range`},
		{"not UTF-8", header + strings.Replace(good, "asr", "a\xff", 1), `line 2: cell 9, "a\xff", is not UTF-8`},
		{"open quote", header + `"tweets`, `line 2`},
		{"line after a quoted break", header + strings.Replace(good, "tweets", "\"a\nb\"", 1) + strings.Replace(good, "0.5", "x", 1), `line 4: column "value"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadRecords(strings.NewReader(test.file), "records.csv")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if err != nil && !strings.HasPrefix(err.Error(), "records.csv") {
				t.Errorf("%v does not begin with the file's name", err)
			}
		})
	}
}

func TestReadRecordsAcceptsAnyOrderOfColumns(t *testing.T) {
	file := "\ufeffvalue,dataset,selected,method,encoder,run,seed,stage,split,mask,metric,epoch\n.5,tweets,true,RNP,gru,r,1,train,dev,,asr,1\n"
	got, err := ReadRecords(strings.NewReader(file), "x")
	if err != nil {
		t.Fatal(err)
	}
	want := []Record{{Stage: "train", Run: "r", Dataset: "tweets", Method: "RNP", Encoder: "gru", Seed: 1, Epoch: 1, Split: "dev", Metric: "asr", Value: .5, Selected: true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzReadRecords(f *testing.F) {
	f.Add("dataset,method,encoder,run,seed,stage,split,mask,metric,epoch,selected,value\na,b,c,d,1,e,f,g,h,1,true,.5\n")
	f.Fuzz(func(t *testing.T, file string) {
		records, err := ReadRecords(strings.NewReader(file), "f")
		if err == nil && WriteRecords(new(bytes.Buffer), records) != nil {
			t.Error("records that were read cannot be written")
		}
	})
}
