package wordpiece

import (
	"sort"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// runeSet is a set of code points as inclusive ranges in rising order.
type runeSet []struct{ first, last rune }

func (s runeSet) has(r rune) bool {
	i := sort.Search(len(s), func(i int) bool { return s[i].last >= r })
	return i < len(s) && s[i].first <= r
}

// lowered are the capital letters of Unicode 16 and 17, which newer libraries
// lower-case and Go's tables do not know yet: ranges and how far away the
// small letters are.
var lowered = []struct{ first, last, by rune }{
	{0x1c89, 0x1c89, 1}, {0xa7cb, 0xa7cb, 0x264 - 0xa7cb}, {0xa7cc, 0xa7cc, 1}, {0xa7ce, 0xa7ce, 1},
	{0xa7d2, 0xa7d2, 1}, {0xa7d4, 0xa7d4, 1}, {0xa7da, 0xa7da, 1}, {0xa7dc, 0xa7dc, 0x19b - 0xa7dc},
	{0x10d50, 0x10d65, 0x20}, {0x16ea0, 0x16eb8, 0x1b},
}

// toLower lower-cases one character without looking at its neighbours. The
// one character that becomes two, U+0130, is the caller's business.
func toLower(r rune) rune {
	if small := unicode.ToLower(r); small != r || r < lowered[0].first {
		return small
	}
	for _, l := range lowered {
		if l.first <= r && r <= l.last {
			return r + l.by
		}
	}
	return r
}

// The Hangul syllables, which decompose by arithmetic (Unicode, chapter 3.12).
const (
	hangulFirst, hangulLast                = 0xac00, 0xd7a3
	leadFirst, vowelFirst, trailFirst      = 0x1100, 0x1161, 0x11a7
	vowelCount, trailCount                 = 21, 28
	iWithDot, iSmall, dotAbove        rune = 0x130, 'i', 0x307
)

// appendDecomposed appends r's full canonical decomposition, which is r
// itself for most characters.
func appendDecomposed(to []rune, r rune) []rune {
	if r >= hangulFirst && r <= hangulLast {
		return appendHangul(to, r-hangulFirst)
	}
	if r >= firstComposed && !undecomposed.has(r) {
		if d := norm.NFD.PropertiesString(string(r)).Decomposition(); d != nil {
			return append(to, []rune(string(d))...)
		}
	}
	return append(to, r)
}

func appendHangul(to []rune, syllable rune) []rune {
	to = append(to, leadFirst+syllable/(vowelCount*trailCount), vowelFirst+syllable/trailCount%vowelCount)
	if trail := syllable % trailCount; trail != 0 {
		to = append(to, trailFirst+trail)
	}
	return to
}

// The first character with a decomposition and the first combining mark.
const (
	firstComposed  = 0xc0
	firstCombining = 0x300
)

// combiningClass is r's canonical combining class, by which marks behind one
// another are ordered; 0 for everything that is not moved.
func combiningClass(r rune) uint8 {
	if r < firstCombining || undecomposed.has(r) {
		return 0
	}
	return norm.NFD.PropertiesString(string(r)).CCC()
}
