package campaign

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
)

// textMutations work on lines, numbers, quotes and keys.
var textMutations = []Mutation{
	{"line repeated", repeatLine}, {"line removed", removeLine}, {"lines swapped", swapLines}, {"foreign line", foreignLine},
	{"other number", otherNumber}, {"invalid UTF-8", insertOne("\xff", "\xc3\x28", "\xed\xa0\x80", `\ud800`)},
	{"NUL bytes", insertOne("\x00", strings.Repeat("\x00", 4096))},
	{"control characters", insertOne("\x1b[31m", "\r", "\x7f", "\u0085", "\u202e", "\x1b]0;x\x07")},
	{"separators", insertOne("\"", "\t", ",", "\n", "\r\n", " ", "####", "'", "`", "\\", "{", "}", "[", "]", ":")},
	{"key repeated", repeatKey}, {"key renamed", renameKey}, {"value of another type", otherType}, {"deeply nested", nest}, {"long line", longLine},
}

func lines(data []byte) [][]byte { return bytes.SplitAfter(data, []byte("\n")) }

func join(lines [][]byte) []byte { return bytes.Join(lines, nil) }

func repeatLine(r *rand.Rand, data, _ []byte) []byte {
	all := lines(data)
	i := r.IntN(len(all))
	return join(slices.Insert(all, i, slices.Repeat([][]byte{all[i]}, 1+r.IntN(3))...))
}

func removeLine(r *rand.Rand, data, _ []byte) []byte {
	all := lines(data)
	i := r.IntN(len(all))
	return join(slices.Delete(all, i, i+1))
}

func swapLines(r *rand.Rand, data, _ []byte) []byte {
	all := lines(data)
	i, j := r.IntN(len(all)), r.IntN(len(all))
	all[i], all[j] = all[j], all[i]
	return join(all)
}

// foreignLine puts a line of another file into this one.
func foreignLine(r *rand.Rand, data, other []byte) []byte {
	all, foreign := lines(data), lines(other)
	return join(slices.Insert(all, r.IntN(len(all)), foreign[r.IntN(len(foreign))]))
}

var decimal = regexp.MustCompile(`-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?`)

// decimals are numbers that readers of text go wrong with.
var decimals = []string{
	"-1", "0", "2", "-0", "1e308", "1e999", "1e-400", "NaN", "Inf", "-Infinity", "0x10", "1_000", "007", "+1", "٣",
	"9223372036854775807", "9223372036854775808", "18446744073709551616", "4294967296", "2147483648", "1000000", "0.1e", "",
}

func otherNumber(r *rand.Rand, data, _ []byte) []byte {
	return replaceOne(r, data, decimal, []byte(decimals[r.IntN(len(decimals))]))
}

// replaceOne replaces one match among those near a random place.
func replaceOne(r *rand.Rand, data []byte, pattern *regexp.Regexp, with []byte) []byte {
	from := r.IntN(len(data) + 1)
	found := pattern.FindIndex(data[from:])
	if found == nil {
		return data
	}
	return slices.Replace(data, from+found[0], from+found[1], with...)
}

func insertOne(pieces ...string) func(r *rand.Rand, data, other []byte) []byte {
	return func(r *rand.Rand, data, _ []byte) []byte {
		return slices.Insert(data, r.IntN(len(data)+1), []byte(pieces[r.IntN(len(pieces))])...)
	}
}

var keyValue = regexp.MustCompile(`"[A-Za-z_0-9]+": ?("[^"\n]*"|-?[0-9.]+|true|false|null)`)

// repeatKey gives a JSON object the same key twice, once with another value or
// other letters.
func repeatKey(r *rand.Rand, data, _ []byte) []byte {
	from := r.IntN(len(data) + 1)
	found := keyValue.FindIndex(data[from:])
	if found == nil {
		return data
	}
	pair := string(data[from+found[0] : from+found[1]])
	key, _, _ := strings.Cut(pair, ":")
	again := []string{pair, key + ":1", key + `:"other"`, key + ":null", strings.ToUpper(key) + ":2"}[r.IntN(5)]
	return slices.Insert(data, from+found[1], []byte(", "+again)...)
}

func renameKey(r *rand.Rand, data, _ []byte) []byte {
	from := r.IntN(len(data) + 1)
	found := keyValue.FindIndex(data[from:])
	if found == nil {
		return data
	}
	return slices.Insert(data, from+found[0]+1, []byte([]string{"x", " ", "\u212a"}[r.IntN(3)])...)
}

var scalar = regexp.MustCompile(`("[^"\n]*"|\b-?[0-9.]+\b|true|false|null)`)

func otherType(r *rand.Rand, data, _ []byte) []byte {
	values := []string{"null", "1", `"x"`, "[]", "{}", "true", "-1.5", `[null]`, `""`}
	return replaceOne(r, data, scalar, []byte(values[r.IntN(len(values))]))
}

func nest(r *rand.Rand, data, _ []byte) []byte {
	pair := []string{"[]", "{}", "()"}[r.IntN(3)]
	depth := 1 << r.IntN(18)
	open := strings.Repeat(pair[:1], depth)
	if pair == "{}" {
		open = strings.Repeat(`{"a":`, depth)
	}
	return replaceOne(r, data, scalar, []byte(open+"1"+strings.Repeat(pair[1:], depth)))
}

func longLine(r *rand.Rand, data, _ []byte) []byte {
	piece := []string{"a", "a ", "1 ", "\"", "0, "}[r.IntN(5)]
	return slices.Insert(data, r.IntN(len(data)+1), bytes.Repeat([]byte(piece), 1<<r.IntN(18))...)
}

// Value is a text that somebody might give where a number or a name is meant.
func Value(r *rand.Rand) string {
	switch r.IntN(4) {
	case 0:
		return decimals[r.IntN(len(decimals))]
	case 1:
		damaged, _ := Mutate(r, []byte([]string{"0.5", "12", "true", "toys", "dev=0.1,test=0.1", "train=train.csv"}[r.IntN(6)]), []byte("a=b"))
		return strings.ReplaceAll(string(damaged[:min(len(damaged), 1<<12)]), "\x00", "")
	case 2:
		return []string{"", " ", "..", "../x", "/", "-", "--", "~", "*", "$(id)", "a b", "\x1b[31m", "\u202e", "\xff", "CON", "=", ",", "é", strings.Repeat("x", 300)}[r.IntN(19)]
	}
	return []string{"dev=0.5", "test=1", "dev=0", "dev=-0.1", "dev=NaN", "train=0.5", "by=document", "column=key", "dev=dev.csv", "train=dev.csv", "dev=0.1,dev=0.2", "x=1", "dev=1e-300"}[r.IntN(13)]
}
