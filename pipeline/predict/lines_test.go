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

// allLines reads all pieces.
func allLines(t interface{ Fatalf(string, ...any) }, in io.Reader) (lines []line, pieces []int) {
	r := newLineReader(in)
	for {
		piece, err := r.piece()
		if errors.Is(err, io.EOF) {
			return lines, pieces
		}
		if err != nil || len(piece) == 0 || len(piece) > pieceLines {
			t.Fatalf("a piece of %d lines, error %v", len(piece), err)
		}
		lines, pieces = append(lines, piece...), append(pieces, len(piece))
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

// TestPiecesDoNotWait: a line that has arrived is not kept back for the next, and
// many that have come together.
func TestPiecesDoNotWait(t *testing.T) {
	in, out := io.Pipe()
	r := newLineReader(in)
	for _, text := range []string{"one", "two"} {
		go out.Write([]byte(text + "\n"))
		if piece, err := r.piece(); err != nil || len(piece) != 1 || piece[0].text != text {
			t.Fatalf("%v, error %v", piece, err)
		}
	}
	if _, pieces := allLines(t, strings.NewReader(strings.Repeat("a line\n", 2*pieceLines+1))); !slices.Equal(pieces, []int{pieceLines, pieceLines, 1}) {
		t.Errorf("pieces of %d lines", pieces)
	}
}

// TestWindowsAreBounded by their lines and by their bytes.
func TestWindowsAreBounded(t *testing.T) {
	short, long := line{text: "a"}, line{text: strings.Repeat("a", windowBytes/2)}
	for _, c := range []struct {
		lines []line
		want  bool
	}{
		{nil, false},
		{slices.Repeat([]line{short}, windowLines-1), false},
		{slices.Repeat([]line{short}, windowLines), true},
		{[]line{long, short}, false},
		{[]line{long, short, long}, true},
	} {
		if got := full(c.lines); got != c.want {
			t.Errorf("full says %t of %d lines", got, len(c.lines))
		}
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
	if _, err := r.piece(); !errors.Is(err, errTest) || !strings.Contains(err.Error(), "stdin: ") {
		t.Errorf("error %v", err)
	}
}
