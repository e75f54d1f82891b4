package wordpiece

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// stretch is where a character of the normalised text comes from: the bytes
// [from, to) of the original.
type stretch struct{ from, to int }

// char is one character on its way through the normaliser.
type char struct {
	r rune
	stretch
	class    uint8 // canonical combining class
	inserted bool  // it stands behind the character that it was decomposed from
}

// normalizer does what Hugging Face's BertNormalizer does, in the same order:
// clean, set off ideographs, strip accents, lower-case.
type normalizer struct {
	clean, ideographs, strip, lower bool
}

// run normalises text, whose first byte is byte base of the original, and
// leaves the result in s.chars.
func (n normalizer) run(s *scratch, text string, base int) {
	s.chars = s.chars[:0]
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		n.take(s, char{r: r, stretch: stretch{base + i, base + i + size}})
		i += size
	}
	if n.strip {
		s.decompose()
		s.chars = slices.DeleteFunc(s.chars, func(c char) bool { return c.r >= firstCombining && marks.has(c.r) })
	}
	if n.lower {
		s.lowerCase()
	}
}

// take cleans one character and sets off ideographs. A byte that is not UTF-8
// arrives as U+FFFD.
func (n normalizer) take(s *scratch, c char) {
	switch {
	case n.clean && controls.has(c.r):
		return
	case n.clean && unicode.IsSpace(c.r):
		c.r = ' '
	case n.ideographs && c.r >= ideographs[0].first && ideographs.has(c.r):
		space := char{r: ' ', stretch: c.stretch}
		s.chars = append(s.chars, space, c, space)
		return
	}
	s.chars = append(s.chars, c)
}

// decompose brings s.chars into normal form D. Where it changes the order of
// marks, the stretches stay in the order of the text, and the marks take them
// in their new order: so does the library that this one agrees with.
func (s *scratch) decompose() {
	s.spare = s.spare[:0]
	for _, c := range s.chars {
		s.runes = appendDecomposed(s.runes[:0], c.r)
		for i, r := range s.runes {
			s.spare = append(s.spare, char{r: r, class: combiningClass(r), inserted: i > 0})
		}
	}
	orderMarks(s.spare)
	source := -1
	for i := range s.spare {
		c := &s.spare[i]
		if !c.inserted {
			source++
		}
		c.stretch = s.chars[max(source, 0)].stretch
	}
	s.chars, s.spare = s.spare, s.chars
}

// orderMarks sorts each run of marks by combining class, keeping the order of
// equals.
func orderMarks(chars []char) {
	for i := 0; i < len(chars); i++ {
		start := i
		for i < len(chars) && chars[i].class != 0 {
			i++
		}
		if i-start > 1 {
			slices.SortStableFunc(chars[start:i], func(a, b char) int { return int(a.class) - int(b.class) })
		}
	}
}

// lowerCase lower-cases s.chars one by one. U+0130 is the only character that
// becomes two.
func (s *scratch) lowerCase() {
	s.spare = s.spare[:0]
	for _, c := range s.chars {
		if c.r == iWithDot {
			s.spare = append(s.spare, char{r: iSmall, stretch: c.stretch}, char{r: dotAbove, stretch: c.stretch})
			continue
		}
		c.r = toLower(c.r)
		s.spare = append(s.spare, c)
	}
	s.chars, s.spare = s.spare, s.chars
}
