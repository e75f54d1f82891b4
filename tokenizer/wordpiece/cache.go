package wordpiece

import (
	"hash/maphash"
	"sync/atomic"
)

const (
	cacheSlots   = 1 << 17
	cacheLongest = 64 // bytes; longer words are rare and do not come twice
)

// split is a normalised word cut into pieces. It never changes once made.
type split struct {
	word string
	ids  []int32
	ends []int32 // where each piece ends in word, in bytes
}

// cache remembers how words were split. A word may stand in one of two
// neighbouring slots; the word that came first gives way, so that memory is
// bounded. Slots are read and written atomically, so that nobody waits, and
// what is in them never changes an answer.
type cache struct {
	seed  maphash.Seed
	slots [cacheSlots]atomic.Pointer[split]
}

func newCache() *cache { return &cache{seed: maphash.MakeSeed()} }

// get finds the word's split, or makes and keeps it.
func (c *cache) get(word []byte, make func(word string) *split) *split {
	if c == nil || len(word) > cacheLongest {
		return make(string(word))
	}
	slot := maphash.Bytes(c.seed, word) % cacheSlots
	newer, older := &c.slots[slot], &c.slots[slot^1]
	first := newer.Load()
	if first != nil && first.word == string(word) {
		return first
	}
	if s := older.Load(); s != nil && s.word == string(word) {
		return s
	}
	s := make(string(word))
	newer.Store(s)
	if first != nil {
		older.Store(first)
	}
	return s
}
