package tokenize_test

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"rationale/stages/stagetest"
	"rationale/stages/tokenize"
)

// reread gives a function that reads a training split of other bytes, whose
// digest an attacker would have made to fit.
func reread(t *testing.T) (whole []byte, read func(data []byte) ([]tokenize.Text, error)) {
	_, _, dir := readAll(t, tokenize.Params{MaxLength: 9, RandomWidth: 2}, nil)
	files, broken := stagetest.Files(t, dir), t.TempDir()
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(broken, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(tokenize.SummaryFile, files[tokenize.SummaryFile])
	return files["train.arrow"], func(data []byte) ([]tokenize.Text, error) {
		write("train.arrow", data)
		return tokenize.Read(broken, "train")
	}
}

// TestDamagedStream cuts a stream anywhere and replaces it.
func TestDamagedStream(t *testing.T) {
	whole, read := reread(t)
	if _, err := read(whole); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(whole); n += 7 {
		if _, err := read(whole[:n]); err == nil || !strings.Contains(err.Error(), "train.arrow") {
			t.Errorf("%d bytes of %d: %v", n, len(whole), err)
		}
	}
	if _, err := read([]byte("id,label\n")); err == nil || !strings.Contains(err.Error(), "train.arrow") {
		t.Errorf("error %v; want one that names the file", err)
	}
	if _, err := tokenize.Read(t.TempDir(), "dev"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing split: %v", err)
	}
}

// TestHostileStream changes bytes and numbers: an error before Arrow's reader
// loses its way and without much memory, or texts that fit to their summary.
func TestHostileStream(t *testing.T) {
	whole, read := reread(t)
	random := rand.New(rand.NewPCG(3, 3))
	refused := 0
	const inputs = 1000
	for range inputs {
		data := slices.Clone(whole)
		at := random.IntN(len(data) - 8)
		switch random.IntN(3) {
		case 0:
			data[at] ^= 1 << random.IntN(8)
		case 1:
			binary.LittleEndian.PutUint64(data[at&^7:], []uint64{0, 1 << 31, 1 << 40, 1<<63 - 1, 1<<64 - 8}[random.IntN(5)])
		case 2:
			copy(data[at:], data[random.IntN(len(data)):])
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		texts, err := read(data)
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20+100*uint64(len(data)) {
			t.Fatalf("%d bytes of memory for a file of %d (%v)", taken, len(data), err)
		}
		if err != nil {
			refused++
			if strings.Contains(err.Error(), "not a readable Arrow stream") || !strings.Contains(err.Error(), "train.arrow") {
				t.Fatal(err)
			}
			continue
		}
		for _, x := range texts {
			if len(x.Word) != len(x.IDs) || len(x.Roles) != len(x.IDs) || x.Gold != nil && len(x.Gold) != len(x.IDs) || len(x.IDs) > 9 || x.Label < 0 || x.Label > 1 || slices.Min(x.IDs) < 0 {
				t.Fatalf("accepted: %+v", x)
			}
		}
	}
	t.Logf("%d of %d refused", refused, inputs)
	if refused < inputs/2 {
		t.Errorf("only %d of %d were refused", refused, inputs)
	}
}
