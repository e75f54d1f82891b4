package quote

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// shells are those of the machine; sh is on every one.
func shells(t testing.TB) []string {
	found := []string{"sh"}
	for _, name := range []string{"bash", "dash", "busybox", "zsh", "ksh"} {
		if _, err := exec.LookPath(name); err == nil && name != "busybox" {
			found = append(found, name)
		}
	}
	return found
}

// readBack has a shell print the words of a command line, a NUL behind each.
func readBack(t testing.TB, shell string, words []string) {
	t.Helper()
	line := `printf '%s\000' ` + Command(words...)
	out, err := exec.Command(shell, "-c", line).CombinedOutput()
	want := strings.Join(words, "\x00") + "\x00"
	if err != nil || string(out) != want {
		t.Fatalf("%s read %q as %q (%v), want %q", shell, line, out, err, want)
	}
	if body := strings.TrimRight(words[len(words)-1], "\n"); len(words) == 1 && strings.ContainsFunc(Shell(body), steers) {
		t.Fatalf("%q holds a control character", Shell(body))
	}
}

func TestShellReadsEveryByteBack(t *testing.T) {
	var all []string
	for b := 1; b < 256; b++ {
		all = append(all, string([]byte{byte(b)}), "a"+string([]byte{byte(b)})+"z")
	}
	all = append(all, "", "-n", "--", "-\x01", "~", "~/x", "a=b", "a\n", "\n\n", "a\nb\n\n", "\xff\xfe", "a`id`#b\nc.csv", "$(id)",
		"${HOME}", "'", `"`, `\`, `\n`, "%s%d", "!x", "#x", "*", "\u202eabc", "\u009b31m", "ü", "\x1b]0;pwn\x07", "x\r", "\t", "%\x01s", `\061`+"\x02")
	for _, shell := range shells(t) {
		readBack(t, shell, all)
		for _, word := range all {
			if strings.ContainsAny(word, "\n'\"\\`!$\x1b-") {
				readBack(t, shell, []string{word})
			}
		}
	}
}

func FuzzShell(f *testing.F) {
	f.Add([]byte("a`id`#b\nc.csv\n"))
	f.Add([]byte("\xff'\x01%s\\"))
	f.Fuzz(func(t *testing.T, word []byte) {
		readBack(t, "sh", []string{string(bytes.ReplaceAll(word, []byte{0}, nil))})
	})
}

// Random words, many to a command line, so that one start of a shell tries them all.
func TestShellReadsRandomWordsBack(t *testing.T) {
	known := shells(t)
	rapid.Check(t, func(r *rapid.T) {
		word := rapid.SliceOfN(rapid.Byte().Filter(func(b byte) bool { return b != 0 }), 0, 12)
		var words []string
		for _, w := range rapid.SliceOfN(word, 1, 50).Draw(r, "words") {
			words = append(words, string(w))
		}
		readBack(t, known[len(words)%len(known)], words)
	})
}

func TestPlainWordsStayPlain(t *testing.T) {
	const plain = "rationale data import csv reviews.csv --name reviews --set text=body --split dev=0.1,test=0.1"
	if got := Command(strings.Fields(plain)...); got != plain {
		t.Errorf("%s", got)
	}
	if got := Shell("my file.csv"); got != "'my file.csv'" {
		t.Errorf("%s", got)
	}
}

func TestName(t *testing.T) {
	for name, want := range map[string]string{
		"label": "label", " label": `" label"`, "a b": "a b", "": `""`, "x\x1b[31m": `"x\x1b[31m"`,
		"a\u202eb": `"a\u202eb"`, "größe": "größe", "\xff": `"\xff"`, "a\ufffdb": "a\ufffdb",
	} {
		if got := Name(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

// However the bytes are cut into writes: nothing that steers a terminal comes
// through, everything else does, and nothing is lost.
func TestWriter(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.SliceOf(rapid.OneOf(
			rapid.SampledFrom([]string{"a", "\n", "\t", "\x1b", "\x7f", "\u009b", "\u202e", "\u2066", "\xff", "\xe2", "\x80", "ü", "世", "😀", "\u2028"}),
			rapid.String())).Draw(r, "text")
		whole := strings.Join(text, "")
		var out bytes.Buffer
		w := NewWriter(&out)
		for rest := []byte(whole); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(r, "cut")
			if got, err := w.Write(rest[:n]); got != n || err != nil {
				r.Fatal(got, err)
			}
			rest = rest[n:]
		}
		if err := w.Flush(); err != nil {
			r.Fatal(err)
		}
		if out.String() != Text(whole) {
			r.Fatalf("%q came as %q, want %q", whole, out.String(), Text(whole))
		}
		if !utf8.Valid(out.Bytes()) || strings.ContainsFunc(out.String(), func(c rune) bool { return steers(c) && c != '\n' && c != '\t' }) {
			r.Fatalf("%q came as %q", whole, out.String())
		}
		if strings.ContainsFunc(Line(whole), steers) {
			r.Fatalf("%q is no single line", Line(whole))
		}
	})
}

func TestJSONMeansTheSame(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		want := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("\x7f\u0085\u009b\u202e\u2069\u2028\x1b\n")))).Draw(r, "text")
		raw, err := json.Marshal(want)
		if err != nil {
			r.Fatal(err)
		}
		var got string
		if err := json.Unmarshal([]byte(Text(string(raw))), &got); err != nil || got != want {
			r.Fatalf("%q became %q (%v)", want, got, err)
		}
	})
}
