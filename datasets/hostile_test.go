package datasets

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v15/arrow"
)

// tinyTexts have everything that a text can have, or lack.
var tinyTexts = []Text{
	{ID: "a", Tokens: strings.Fields("one two three"), Label: 1, Rationale: []bool{true, false, true}, Sentences: []int32{2, 3}, Query: strings.Fields("is it"), Spaces: []bool{false, true, false}},
	{ID: "b", Tokens: strings.Fields("four"), Sentences: []int32{}},
	{ID: "größe", Tokens: strings.Fields("fünf sechs sieben acht neun zehn elf zwölf dreizehn"), Label: 1, Rationale: make([]bool, 9), Sentences: []int32{9}},
}

// tinyFile is an Arrow file of these texts.
func tinyFile(t testing.TB, texts []Text) []byte {
	t.Helper()
	rows := make([]Row, len(texts))
	for i := range texts {
		rows[i] = &texts[i]
	}
	return fileOf(t, &hostileTexts, rows)
}

// fileOf is an Arrow file of rows, which nothing has checked.
func fileOf(t testing.TB, meta *Meta, rows []Row) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tiny.arrow")
	w, err := newRowWriter(path, meta.columns(), arrow.NewMetadata([]string{"schema", "split"}, []string{meta.schemaName(), "train"}))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.add(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// readHostile reads texts; see readHostileAs.
func readHostile(t testing.TB, raw []byte, rows int) error {
	t.Helper()
	return readHostileAs(t, &hostileTexts, raw, rows, func(s *Split, i int) (Row, error) {
		text, err := s.Text(i)
		return &text, err
	})
}

// readHostileAs reads bytes whose digest fits, as an attacker would make it fit:
// an error names the file and comes before Arrow's reader loses its way, memory
// stays in proportion, and what is accepted is sound.
func readHostileAs(t testing.TB, meta *Meta, raw []byte, rows int, read func(*Split, int) (Row, error)) error {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	split := newSplit("train", &mapping{path: "hostile.arrow", data: raw}, meta)
	err := split.parse(rows)
	for i := 0; err == nil && i < rows; i++ {
		var row Row
		if row, err = read(split, i); err == nil {
			if fault := row.fits(meta); fault != nil {
				t.Fatalf("row %d was accepted: %+v: %v", i, row, fault)
			}
		}
	}
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20+100*uint64(len(raw)) {
		t.Fatalf("%d bytes of memory for a file of %d (%v)", taken, len(raw), err)
	}
	if err != nil && (!strings.Contains(err.Error(), "hostile.arrow") || strings.Contains(err.Error(), "cannot be read as an Arrow file")) {
		t.Fatalf("%v", err)
	}
	return err
}

// What such files pretend to be of: datasets of two classes.
var (
	hostileTexts  = Meta{Spaces: true, Classes: make([]string, 2)}
	hostileGraphs = Meta{Graphs: &GraphMeta{Features: 2}, Classes: make([]string, 2)}
)

// numbers that ask for much, or for less than nothing.
var numbers = []uint64{0, 1, 7, 8, 1 << 20, 1<<31 - 1, 1 << 31, 1 << 40, 1<<63 - 1, 1 << 63, 1<<64 - 1, 1<<64 - 8}

// mutate changes one to three places.
func mutate(random *rand.Rand, whole []byte) []byte {
	raw := bytes.Clone(whole)
	for range 1 + random.IntN(3) {
		at := random.IntN(len(raw) - 8)
		switch random.IntN(6) {
		case 0:
			raw[at] ^= 1 << random.IntN(8)
		case 1:
			raw[at] = byte(random.IntN(256))
		case 2:
			binary.LittleEndian.PutUint64(raw[at&^7:], numbers[random.IntN(len(numbers))])
		case 3:
			binary.LittleEndian.PutUint32(raw[at&^3:], uint32(numbers[random.IntN(len(numbers))]))
		case 4:
			copy(raw[at:], raw[random.IntN(len(raw)):]) // something that is right elsewhere
		case 5:
			raw = raw[:max(16, random.IntN(len(raw)))]
		}
	}
	return raw
}

func TestHostileArrowFiles(t *testing.T) {
	whole := tinyFile(t, tinyTexts)
	if err := readHostile(t, whole, len(tinyTexts)); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(7, 7))
	refused := 0
	const inputs = 10_000
	for range inputs {
		if readHostile(t, mutate(random, whole), len(tinyTexts)) != nil {
			refused++
		}
	}
	t.Logf("%d of %d refused, the others read as texts", refused, inputs)
	if refused < inputs/2 {
		t.Errorf("only %d of %d changed files were refused", refused, inputs)
	}
}

func FuzzArrowFile(f *testing.F) {
	f.Add(tinyFile(f, tinyTexts))
	f.Fuzz(func(t *testing.T, raw []byte) { readHostile(t, raw, len(tinyTexts)) })
}

// What Arrow can hold but no import stores is refused where it is read.
func TestUnsoundTextsAreRefused(t *testing.T) {
	for what, text := range map[string]Text{
		"rationale longer than the text":  {Tokens: strings.Fields("a b"), Rationale: make([]bool, 3)},
		"rationale shorter than the text": {Tokens: strings.Fields("a b"), Rationale: make([]bool, 1)},
		"spaces of another length":        {Tokens: strings.Fields("a b"), Spaces: make([]bool, 3)},
		"sentence behind the end":         {Tokens: strings.Fields("a b"), Sentences: []int32{3}},
		"sentences that fall":             {Tokens: strings.Fields("a b"), Sentences: []int32{2, 1, 2}},
		"class that is not there":         {Tokens: strings.Fields("a b"), Label: 2},
		"negative class":                  {Tokens: strings.Fields("a b"), Label: -1},
		"no token":                        {Tokens: []string{}},
		"empty token":                     {Tokens: []string{"a", ""}},
		"no UTF-8":                        {Tokens: []string{"\xff"}},
		"NUL byte":                        {Tokens: []string{"a\x00"}},
	} {
		if text.Sentences == nil {
			text.Sentences = []int32{}
		}
		if err := readHostile(t, tinyFile(t, []Text{text}), 1); err == nil || !strings.Contains(err.Error(), "row 0") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
