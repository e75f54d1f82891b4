package formats

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"rationale/datasets/words"
)

// jsonValues draws JSON of every type and shape, such as people mistake for
// another.
func jsonValues() *rapid.Generator[any] {
	leaf := rapid.OneOf(
		rapid.Just[any](nil), rapid.Map(rapid.Bool(), toAny[bool]), rapid.Map(rapid.IntRange(-1, 3), toAny[int]),
		rapid.Map(rapid.SampledFrom([]json.Number{"0.0", "1.0", "1e0", "1e400", "-0"}), toAny[json.Number]),
		rapid.Map(rapid.SampledFrom([]string{"", " ", "good tea", "0", "1 0", "0 1 1", "[", "[]", "[0, 1]", "[[0, 1]]", "['a', 'b']", `["a"]`, "[sic]", "{'a': 1}", "null", "nan"}), toAny[string]),
		rapid.Map(rapid.StringMatching(`[a-zé' \[\],"0-1]{0,8}`), toAny[string]),
	)
	list := func(item *rapid.Generator[any]) *rapid.Generator[any] {
		return rapid.Map(rapid.SliceOfN(item, 0, 3), func(items []any) any { return append([]any{}, items...) })
	}
	object := rapid.Map(leaf, func(v any) any { return map[string]any{"en": v} })
	return rapid.OneOf(leaf, list(leaf), list(rapid.Map(rapid.IntRange(0, 1), toAny[int])), list(rapid.Map(rapid.SampledFrom([]string{"a", "b c"}), toAny[string])),
		list(list(rapid.Map(rapid.IntRange(-1, 9), toAny[int]))), list(list(leaf)), object, list(object))
}

// rightForms are values that each column has to take.
var rightForms = map[string]any{
	"text": "fine tea", "tokens": []any{"a", "b c"}, "rationale": []any{0, 1}, "spans": []any{[]any{1, 5}}, "substring": "od t", "query": "is it?",
}

func toAny[T any](v T) any { return v }

// spellings are what a cell may not be stored as: the source of a list.
var spellings = regexp.MustCompile(`^\s*([\[(]\s*['"].*['"]\s*,?\s*[\])]|\{\s*['"].*\})\s*$`)

// Whatever stands in a column that promises text, tokens, marks or ranges, an
// import stores exactly that or refuses it by file, line and column.
func TestColumnsStoreExactlyWhatTheyPromise(t *testing.T) {
	dir := t.TempDir()
	accepted := map[string]int{}
	rapid.Check(t, func(r *rapid.T) {
		column := rapid.SampledFrom([]string{"text", "tokens", "rationale", "spans", "substring", "query"}).Draw(r, "column")
		drawn := rapid.OneOf(jsonValues(), rapid.Just(rightForms[column])).Draw(r, "value")
		row := map[string]any{"label": "x", "text": "good tea"}
		set := options(column + "=" + column)
		if column == "tokens" {
			delete(row, "text")
		}
		row[column] = drawn
		raw, err := json.Marshal(row)
		if err != nil {
			r.Skip(err)
		}
		path := oneFile(t, "x.jsonl", string(raw)+"\n")
		in, err := readOnly(t, ImportOptions{Format: "jsonl", Sources: []string{path}, Options: set}, dir)
		if err != nil {
			checkRefusal(r, column, raw, err)
			return
		}
		accepted[column]++
		rows, err := in.spool.Rows()
		if err != nil {
			r.Fatal(err)
		}
		defer rows.Close()
		stored, err := rows.Text(0)
		if err != nil {
			r.Fatal(err)
		}
		exact := false
		switch column {
		case "text":
			text, isText := drawn.(string)
			exact = isText && slices.Equal(stored.Tokens, words.Cut(text, words.Unicode.Spans(text), words.Unicode.Fold)) && !spellings.MatchString(text)
		case "query":
			text, isText := drawn.(string)
			exact = drawn == nil || isText && slices.Equal(stored.Query, words.Cut(text, words.Unicode.Spans(text), words.Unicode.Fold)) && !spellings.MatchString(text)
		case "tokens":
			text, isText := drawn.(string)
			exact = isText && slices.Equal(stored.Tokens, strings.Fields(text)) && !spellings.MatchString(text) || fmt.Sprint(drawn) == fmt.Sprint(stored.Tokens)
		case "substring":
			text, isText := drawn.(string)
			exact = drawn == nil || isText && strings.Contains("good tea", text) && (text == "") == (stored.Rationale == nil)
		case "rationale":
			exact = slices.Equal(stored.Rationale, plainMarks(drawn))
		case "spans":
			exact = slices.Equal(stored.Rationale, plainRanges(drawn, "good tea", [][2]int{{0, 4}, {5, 8}}))
		}
		if !exact {
			r.Fatalf("%s was stored as %+v", raw, stored)
		}
	})
	for _, column := range slices.Sorted(maps.Keys(accepted)) {
		t.Logf("%s: %d accepted", column, accepted[column])
	}
	if len(accepted) < 6 {
		t.Errorf("some columns accepted nothing: %v", accepted)
	}
}

// checkRefusal wants file, line and column, or a fault of the text as a whole.
func checkRefusal(r *rapid.T, column string, raw []byte, err error) {
	message := err.Error()
	whole := strings.Contains(message, "empty t") || strings.Contains(message, "rationale length") || strings.Contains(message, "white space") || strings.Contains(message, "span outside text")
	if !strings.Contains(message, "x.jsonl:1: ") || !whole && !strings.Contains(message, "column "+column) {
		r.Fatalf("%s was refused with %s", raw, message)
	}
}

// plainMarks reads marks as the README has them; nil when they are unknown.
func plainMarks(v any) []bool {
	var fields []string
	switch v := v.(type) {
	case string:
		fields = strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == ',' })
	case []any:
		for _, item := range v {
			fields = append(fields, fmt.Sprint(item))
		}
	}
	var out []bool
	for _, word := range fields {
		out = append(out, word == "1" || word == "true")
	}
	return out
}

// plainRanges marks the words that ranges of characters touch, one character
// after the other.
func plainRanges(v any, text string, words [][2]int) []bool {
	list, isList := v.([]any)
	if !isList {
		return nil
	}
	inside := make([]bool, utf8.RuneCountInString(text))
	for _, item := range list {
		pair := item.([]any)
		for i := pair[0].(int); i < pair[1].(int); i++ {
			inside[i] = true
		}
	}
	var out []bool
	for _, word := range words {
		out = append(out, slices.Contains(inside[word[0]:word[1]], true))
	}
	return out
}

// A span marks the words that it covers, whatever the line ends and the bytes
// that characters take, in CSV as in JSON.
func TestSpansMarkTheWordsTheyCover(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		var words, ends []string
		var places [][2]int
		text, at := "", 0
		for i := range rapid.IntRange(1, 6).Draw(r, "words") {
			word := rapid.SampledFrom([]string{"tea", "é", "e\u0301", "𝒳y", "Ünï", "茶", "\"", "ß"}).Draw(r, "word")
			end := rapid.SampledFrom([]string{" ", "\r\n", "\n", "\n\n", "\r\n\r\n", " \r\n", "\u00a0", "\u2003"}).Draw(r, "end")
			words, ends = append(words, word), append(ends, end)
			places = append(places, [2]int{at, at + utf8.RuneCountInString(word)})
			text += words[i] + ends[i]
			at += utf8.RuneCountInString(word + end)
		}
		from := rapid.IntRange(0, at).Draw(r, "from")
		to := rapid.IntRange(from, at).Draw(r, "to")
		want := plainRanges([]any{[]any{from, to}}, text, places)
		ranges := fmt.Sprintf("[[%d, %d]]", from, to)
		lineEnd := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(r, "line end")
		quoted, _ := json.Marshal(text)
		for name, file := range map[string]string{
			"csv":   "text,label,why" + lineEnd + `"` + strings.ReplaceAll(text, `"`, `""`) + `",x,"` + ranges + `"` + lineEnd,
			"jsonl": `{"text":` + string(quoted) + `,"label":"x","why":` + ranges + `}` + lineEnd,
		} {
			path := oneFile(t, "x."+name, file)
			in, err := readOnly(t, ImportOptions{Format: name, Sources: []string{path}, Options: options("spans=why", "words=space")}, dir)
			if err != nil {
				r.Fatalf("%q: %v", file, err)
			}
			rows, err := in.spool.Rows()
			if err != nil {
				r.Fatal(err)
			}
			stored, err := rows.Text(0)
			rows.Close()
			if err != nil || !slices.Equal(stored.Tokens, words) || !slices.Equal(stored.Rationale, want) {
				r.Fatalf("%q: %v %v, %v; want %v", file, stored.Tokens, stored.Rationale, err, want)
			}
		}
	})
}

// A file that ends within a record is refused, whether bad rows are skipped or not.
func TestEveryPrefixWithinARecordIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		format, file string
		options      []string
	}{
		"JSON":          {"jsonl", `{"text":"a \"b\"","label":"neg"}` + "\n" + `{"text":"b","label":"pos","n":[1]}` + "\n" + `{"text":"c","label":"neg"}` + "\n", nil},
		"quoted fields": {"csv", "\"text\",\"label\"\r\n\"a\r\n\"\"b\"\"\",\"neg\"\r\n\"b\",\"pos\"\r\n\"two\n\nlines\",\"neg\"\r\n", nil},
		"bare fields":   {"csv", "text,label\na,neg\nb,pos\nc,neg\nd,pos\n", nil},
	} {
		for size := range len(c.file) {
			prefix := c.file[:size]
			if whole(c.format, prefix, c.file) {
				continue
			}
			for _, skip := range []bool{false, true} {
				path := oneFile(t, "x."+c.format, prefix)
				if _, err := Import(t.Context(), t.TempDir(), ImportOptions{Format: c.format, Name: "x", Sources: []string{path}, Options: options(c.options...), SkipBad: skip}, nil); err == nil {
					t.Errorf("%s: %q was imported (skip %t)", name, prefix, skip)
				}
			}
		}
	}
}

// whole tells whether a prefix ends where a record of the file does, with its
// line end or without.
func whole(format, prefix, file string) bool {
	rest := file[len(prefix):]
	ended := strings.HasPrefix(rest, "\n") || strings.HasPrefix(rest, "\r\n") || strings.HasSuffix(prefix, "\n")
	if format == "jsonl" {
		last := prefix[strings.LastIndexByte(strings.TrimSuffix(prefix, "\n"), '\n')+1:]
		return ended && json.Valid([]byte(last))
	}
	return strings.Count(prefix, "\n") > 0 && (ended || strings.HasSuffix(prefix, "\r")) && strings.Count(prefix, `"`)%2 == 0
}

// Lists are lists in all their spellings, and texts with brackets are texts.
func TestListsAreToldFromTexts(t *testing.T) {
	for text, want := range map[string]bool{
		"['a', 'b']": true, `["a","b"]`: true, "['a' 'b'\n 'c']": true, "('a', 'b')": true, "('a',)": true, "{'en': 'a'}": true,
		`["it's"]`: true, "array(['a', 'b'], dtype=object)": true, `['it\'s']`: true, "['a' ... 'z']": true,
		"[deleted]": false, "('Great!')": false, "['tis the season]": false, `["Nice", he said]`: false, "{sigh}": false, "[1] [2]": false, "": false,
	} {
		if got := isSource(text); got != want {
			t.Errorf("%s: %t", strconv.Quote(text), got)
		}
	}
	for text, want := range map[string]bool{
		"[CLS] a [SEP]": false, "[ laughs ] good": false, "[1 2 3]": true, `["cut`: true, "a [b]": false, "[a [b] c]": true,
	} {
		if got := looksListed(text); got != want {
			t.Errorf("tokens %s: %t", strconv.Quote(text), got)
		}
	}
}

// The fuzzer may not find a JSON value that is stored as something else.
func FuzzValue(f *testing.F) {
	for _, seed := range []string{`"a"`, `["a"]`, `[0,1]`, `[[0,1]]`, `null`, `{"a":1}`, `1.0`, `[null]`, `[[0]]`, `[[0,1,2]]`, `"['a']"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return
		}
		raw = bytes.TrimSpace(raw)
		v := jsonValue("c", raw)
		var strings []string
		if tokens, err := v.tokens(); err == nil && v.kind == aList {
			if json.Unmarshal(raw, &strings) != nil || !slices.Equal(tokens, strings) {
				t.Fatalf("%s became %q", raw, tokens)
			}
		}
		if _, err := v.text(); err == nil && v.kind != aText && v.kind != nothing {
			t.Fatalf("%s is no text", raw)
		}
		var pairs [][]float64
		if ranges, err := v.ranges(); err == nil && ranges != nil {
			if json.Unmarshal(raw, &pairs) != nil || len(pairs) != len(ranges) {
				t.Fatalf("%s became %v", raw, ranges)
			}
			for i, pair := range pairs {
				if len(pair) != 2 || pair[0] != float64(ranges[i][0]) || pair[1] != float64(ranges[i][1]) {
					t.Fatalf("%s became %v", raw, ranges)
				}
			}
		}
	})
}
