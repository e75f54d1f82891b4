package runtime

import (
	"math"
	"path/filepath"
	"testing"
)

func TestReadLimit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "limit")
	if got := readLimit(file); got != math.MaxInt64 {
		t.Errorf("no file: %d", got)
	}
	for text, want := range map[string]int64{
		"4096\n": 4096, "max\n": math.MaxInt64, "9223372036854771712": 9223372036854771712, "-1": math.MaxInt64, "": math.MaxInt64,
	} {
		writeFile(t, file, text)
		if got := readLimit(file); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestMachineMemory(t *testing.T) {
	if got := MachineMemory(); got < 1<<28 {
		t.Errorf("%d bytes", got)
	}
}
