package predict

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// allLines reads all windows.
func allLines(t interface{ Fatalf(string, ...any) }, in io.Reader) (lines []line, windows []int) {
	r := newLineReader(in)
	for {
		window, err := r.window()
		if errors.Is(err, io.EOF) {
			return lines, windows
		}
		if err != nil || len(window) == 0 || len(window) > windowLines {
			t.Fatalf("a window of %d lines, error %v", len(window), err)
		}
		lines, windows = append(lines, window...), append(windows, len(window))
	}
}

// TestLinesAreWhatStandsBetweenEnds, however the bytes arrive.
func TestLinesAreWhatStandsBetweenEnds(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		texts := rapid.SliceOf(rapid.StringMatching(`[a-zü \t]{0,20}`)).Draw(r, "texts")
		end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(r, "end")
		input := strings.Join(texts, end)
		if n := len(texts); n > 0 && (texts[n-1] == "" || rapid.Bool().Draw(r, "ended")) {
			input += end
		}
		var in io.Reader = strings.NewReader(input)
		if rapid.Bool().Draw(r, "slow") {
			in = iotest.OneByteReader(in)
		}
		lines, _ := allLines(r, in)
		var got []string
		for i, l := range lines {
			got = append(got, l.text)
			if l.number != i+1 || l.tooLong {
				r.Fatalf("line %d is %+v", i+1, l)
			}
		}
		if !slices.Equal(got, texts) {
			r.Fatalf("%q, want %q", got, texts)
		}
	})
}

// TestWindowsDoNotWait: a line that has arrived is not kept back for the next, and
// many that have come together.
func TestWindowsDoNotWait(t *testing.T) {
	in, out := io.Pipe()
	r := newLineReader(in)
	for _, text := range []string{"one", "two"} {
		go out.Write([]byte(text + "\n"))
		if window, err := r.window(); err != nil || len(window) != 1 || window[0].text != text {
			t.Fatalf("%v, error %v", window, err)
		}
	}
	if _, windows := allLines(t, strings.NewReader(strings.Repeat("a line\n", 2*windowLines+1))); !slices.Equal(windows, []int{windowLines, windowLines, 1}) {
		t.Errorf("windows of %d lines", windows)
	}
}

// TestHugeLine: it is passed over, not kept, and the next ones are read.
func TestHugeLine(t *testing.T) {
	huge := bytes.Repeat([]byte("x"), maxLine+1)
	lines, _ := allLines(t, io.MultiReader(strings.NewReader("a\n"), bytes.NewReader(huge), strings.NewReader("\nb\n"), bytes.NewReader(huge)))
	want := []line{{1, "a", false}, {2, "", true}, {3, "b", false}, {4, "", true}}
	if !slices.Equal(lines, want) {
		t.Errorf("%d lines, not a, one too long, b, one too long", len(lines))
	}
}

// TestByteOrderMark is left out at the beginning, and nowhere else.
func TestByteOrderMark(t *testing.T) {
	lines, _ := allLines(t, strings.NewReader("\ufeffa\n\ufeffb\n"))
	if want := []line{{1, "a", false}, {2, "\ufeffb", false}}; !slices.Equal(lines, want) {
		t.Errorf("%v", lines)
	}
}

// TestInputFails: the error says that it was stdin.
func TestInputFails(t *testing.T) {
	r := newLineReader(iotest.ErrReader(errTest))
	if _, err := r.window(); !errors.Is(err, errTest) || !strings.Contains(err.Error(), "stdin: ") {
		t.Errorf("error %v", err)
	}
}
