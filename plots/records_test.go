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
		Labels: drawLabels.Draw(t, "labels"), Stage: text("stage"), Run: text("run"), Epoch: rapid.IntRange(0, 300).Draw(t, "epoch"),
		Split: text("split"), Mask: text("mask"), Metric: text("metric"),
		Value:    rapid.OneOf(rapid.Float64Range(-1e300, 1e300), rapid.Just(math.NaN())).Draw(t, "value"),
		Selected: rapid.Bool().Draw(t, "selected"),
	}
})

// drawLabels makes labels with values for some of the keys.
var drawLabels = rapid.Custom(func(t *rapid.T) Labels {
	l := Labels{}
	for _, k := range keyTable {
		value := rapid.StringOf(rapid.SampledFrom([]rune("ab,\"\n é+"))).Draw(t, k.Name)
		if k.Kind == Number {
			value = rapid.SampledFrom([]string{"", "0", "0.1", "-1", "1e-07", "18446744073709551615"}).Draw(t, k.Name)
		}
		l = l.With(k.Name, value)
	}
	return l
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
	a2i := Labels{"dataset": "tweets", "method": "RNP+A2I", "seed": "2"}
	records := []Record{
		{Labels: a2i, Stage: "train", Run: "r1", Epoch: 10, Split: "dev", Mask: "sampled", Metric: "asr", Value: 0.30000000000000004, Selected: true},
		{Labels: a2i, Stage: "train", Run: "r1", Epoch: 9, Split: "dev", Mask: "sampled", Metric: "asr", Value: .5},
		{Labels: Labels{"dataset": "tweets", "method": "RNP+A2I", "seed": "10"}, Stage: "train", Run: "r0", Split: "dev", Metric: "asr"},
		{Labels: Labels{"dataset": `a, "b"`, "method": "RNP", "sparsity": "0.1", "seed": "-1"}, Stage: "evaluate", Run: "r0", Split: "test", Metric: "recall", Value: math.NaN()},
	}
	rand.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	var file bytes.Buffer
	if err := WriteRecords(&file, records); err != nil {
		t.Fatal(err)
	}
	want := `dataset,method,sparsity,seed,run,stage,split,mask,metric,epoch,selected,value
"a, ""b""",RNP,0.1,-1,r0,evaluate,test,,recall,0,false,
tweets,RNP+A2I,,2,r1,train,dev,sampled,asr,9,false,0.5
tweets,RNP+A2I,,2,r1,train,dev,sampled,asr,10,true,0.30000000000000004
tweets,RNP+A2I,,10,r0,train,dev,,asr,0,false,0
`
	if diff := cmp.Diff(want, file.String()); diff != "" {
		t.Error(diff)
	}
	for want, r := range map[string]Record{
		"infinite":                       {Metric: "asr", Value: math.Inf(1)},
		`unknown key "metohd"`:           {Labels: Labels{"metohd": "RNP"}},
		`sparsity is "0.10"; expected a`: {Labels: Labels{"sparsity": "0.10"}},
		`seed is "one"; expected a`:      {Labels: Labels{"seed": "one"}},
	} {
		if err := WriteRecords(&file, []Record{r}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want %q", r, err, want)
		}
	}
}

func TestReadRecordsNamesWhatIsWrong(t *testing.T) {
	const header = "dataset,method,encoder,run,seed,stage,split,mask,metric,epoch,selected,value\n"
	const good = "tweets,RNP,gru,r,1,train,dev,,asr,1,false,0.5\n"
	for _, test := range []struct{ name, file, want string }{
		{"empty", "", "records.csv is empty: expected a header line with the columns stage, split"},
		{"missing column", strings.Replace(header, ",mask", "", 1), `line 1: column "mask" is missing`},
		{"unknown column", strings.Replace(header, "mask", "maks", 1), `line 1: unknown column "maks" (known: stage, split`},
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
	labels := Labels{"dataset": "tweets", "method": "RNP", "encoder": "gru", "seed": "1"}
	want := []Record{{Labels: labels, Stage: "train", Run: "r", Epoch: 1, Split: "dev", Metric: "asr", Value: .5, Selected: true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Numbers are read as they are written, so that selectors find them; the file of
// a run has no labels.
func TestReadRecordsWithFewKeys(t *testing.T) {
	const columns = "stage,split,mask,metric,epoch,selected,value"
	const row = "train,dev,,asr,1,true,.5"
	for header, labels := range map[string]Labels{columns: nil, "sparsity,seed," + columns: {"sparsity": "0.1", "seed": "7"}} {
		cells := row
		if labels != nil {
			cells = "1e-1,007," + row
		}
		got, err := ReadRecords(strings.NewReader(header+"\n"+cells+"\n"), "x")
		if err != nil {
			t.Fatal(err)
		}
		want := []Record{{Labels: labels, Stage: "train", Epoch: 1, Split: "dev", Metric: "asr", Value: .5, Selected: true}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
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
