package fault

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf16"
)

// CheckJSON refuses what a JSON reader would take silently: a key that an object
// has twice, and half of a surrogate pair, which becomes another character. same
// says which keys count as one.
func CheckJSON(text string, same func(key string) string) error {
	if err := CheckSurrogates(text); err != nil {
		return err
	}
	return checkKeys(text, same)
}

// CheckNulls refuses null as an element of a list, which becomes 0 or "" where
// the list is one of numbers or texts. The text has to be valid JSON.
func CheckNulls(text string) error {
	var open []byte
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = stringEnd(text, i) - 1
		case '{', '[':
			open = append(open, text[i])
		case '}', ']':
			open = open[:len(open)-1]
		case 'n':
			if len(open) > 0 && open[len(open)-1] == '[' {
				return New("null in a list", "null at byte %d stands in a list; it is neither a number nor a text", i+1)
			}
			i += len("ull")
		}
	}
	return nil
}

// ExactKey tells keys apart as they stand.
func ExactKey(key string) string { return key }

// AnyCase takes keys for one that differ in the size of letters only, as reading
// into named fields does.
func AnyCase(key string) string { return strings.ToLower(strings.ToUpper(key)) }

// CheckSurrogates looks at the escapes of valid JSON, in which a backslash stands
// within strings only.
func CheckSurrogates(text string) error {
	for i := strings.IndexByte(text, '\\'); i >= 0 && i+1 < len(text); {
		next := i + 2
		if first := escaped(text[i:]); utf16.IsSurrogate(first) {
			if utf16.DecodeRune(first, escaped(text[i+6:])) == '\uFFFD' {
				return New("lone surrogate", "%s at byte %d is half of a character; the other half is missing", text[i:i+6], i+1)
			}
			next = i + 12
		}
		step := strings.IndexByte(text[next:], '\\')
		if step < 0 {
			return nil
		}
		i = next + step
	}
	return nil
}

// escaped is the number of an escape \uXXXX at the beginning of text, else 0.
func escaped(text string) rune {
	if len(text) < 6 || text[:2] != `\u` {
		return 0
	}
	n, err := strconv.ParseUint(text[2:6], 16, 16)
	if err != nil {
		return 0
	}
	return rune(n)
}

// checkKeys walks through valid JSON and keeps the keys of every object that is
// open; a nil map stands for a list.
func checkKeys(text string, same func(string) string) error {
	var open []map[string]bool
	key := false // the next string is a key
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			end := stringEnd(text, i)
			if key {
				name := same(unquoted(text[i:end]))
				seen := open[len(open)-1]
				if seen[name] {
					return New("key twice", "%s stands twice in one object, the second time at byte %d; which one counts is not clear", text[i:end], i+1)
				}
				seen[name] = true
			}
			i, key = end-1, false
		case '{':
			open, key = append(open, map[string]bool{}), true
		case '[':
			open, key = append(open, nil), false
		case '}', ']':
			open = open[:len(open)-1]
		case ',':
			key = open[len(open)-1] != nil
		}
	}
	return nil
}

// stringEnd is the place behind the string that begins at i in valid JSON.
func stringEnd(text string, i int) int {
	for i++; text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// unquoted is what a valid JSON string says.
func unquoted(text string) string {
	if !strings.Contains(text, `\`) {
		return text[1 : len(text)-1]
	}
	var out string
	_ = json.Unmarshal([]byte(text), &out) // valid: cannot fail
	return out
}
