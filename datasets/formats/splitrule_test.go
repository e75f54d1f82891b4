package formats

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParseSplit(t *testing.T) {
	got, err := parseSplit("train=val.jsonl, test=target/x.train,dev=0.1,by=document")
	if err != nil {
		t.Fatal(err)
	}
	want := &splitRule{files: []splitFile{{"train", "val.jsonl"}, {"test", "target/x.train"}}, dev: 0.1, byDocument: true}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(splitRule{}, splitFile{})); diff != "" {
		t.Error(diff)
	}
}

func TestParseSplitRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"dev":                       "not of the form",
		"dev=":                      "not of the form",
		"dve=0.1":                   "did you mean dev?",
		"train=0.8":                 "train keeps what dev and test leave",
		"dev=1.5":                   "between 0 and 1",
		"dev=NaN":                   "between 0 and 1",
		"dev=0.1,dev=0.2":           "two shares",
		"dev=0.5,test=0.5":          "nothing is left",
		"by=file,dev=0.1":           "expected row or document",
		"by=document":               "needs a share",
		"column=fold,train=a.jsonl": "not from both",
		"dev=0.1,,":                 "not of the form",
	} {
		if _, err := parseSplit(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want something with %q", text, err, want)
		}
	}
}

func TestSplitOfName(t *testing.T) {
	for path, want := range map[string]string{
		"a/train.csv": "train", "x/valid.csv": "dev", "reviews.aspect0.heldout.txt.gz": "dev",
		"oracle/hotel_Service.dev": "dev", "target/hotel_Service.train": "test", "annotations/hotel_Service.train": "test",
		"annotations.json": "test", "train_triplets.txt": "train", "reviews.csv": "", "train_and_test.csv": "",
		"Validation-2.tsv": "dev", "contest.csv": "",
	} {
		if got := splitOfName(path); got != want {
			t.Errorf("%s: %q; want %q", path, got, want)
		}
	}
}

// Every row stays in exactly one split, shares are exact, documents stay whole.
func TestDealShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 400).Draw(t, "rows")
		rule := &splitRule{dev: rapid.Float64Range(0.01, 0.4).Draw(t, "dev"), test: 0.2, byDocument: rapid.Bool().Draw(t, "by document")}
		rows := make([]spooled, n)
		for i := range rows {
			rows[i] = spooled{split: "train", document: int32(i / 3)}
		}
		if err := dealShares(rows, rule, rapid.Uint64().Draw(t, "seed")); err != nil {
			if n > 12 || !rule.byDocument {
				t.Fatal(err)
			}
			return
		}
		counts, home := map[string]int{}, map[int32]string{}
		for _, row := range rows {
			counts[row.split]++
			if before, seen := home[row.document]; rule.byDocument && seen && before != row.split {
				t.Fatalf("document %d lies in %s and %s", row.document, before, row.split)
			}
			home[row.document] = row.split
		}
		slack := 0
		if rule.byDocument {
			slack = 2
		}
		for _, s := range rule.shares() {
			want := int(s.part*float64(n) + 0.5)
			if got := counts[s.split]; got < want || got > want+slack {
				t.Fatalf("%s has %d of %d rows; want %d", s.split, got, n, want)
			}
		}
	})
}

func TestSharesDependOnSeedOnly(t *testing.T) {
	deal := func(seed uint64) (dev []int) {
		rows := make([]spooled, 100)
		for i := range rows {
			rows[i].split = "train"
		}
		if err := dealShares(rows, &splitRule{dev: 0.1}, seed); err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if row.split == "dev" {
				dev = append(dev, i)
			}
		}
		return dev
	}
	if !cmp.Equal(deal(1), deal(1)) || cmp.Equal(deal(1), deal(2)) {
		t.Errorf("seed 1 gives %v and %v, seed 2 %v", deal(1), deal(1), deal(2))
	}
}
