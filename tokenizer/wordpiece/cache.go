package wordpiece

import (
	"hash/maphash"
	"sync/atomic"
)

const (
	cacheSlots     = 1 << 15
	cacheLongest   = 64 // bytes; longer words are rare and do not come twice
	cacheSlotsMask = cacheSlots - 1
)

// split is a normalised word cut into pieces. It never changes once made.
type split struct {
	word string
	ids  []int32
	ends []int32 // where each piece ends in word, in bytes
}

// cache remembers how words were split. Each word has one slot, which the
// next word with the same slot takes over, so that memory is bounded; slots
// are read and written atomically, so that nobody waits. What is in it never
// changes an answer.
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
	slot := &c.slots[maphash.Bytes(c.seed, word)&cacheSlotsMask]
	if s := slot.Load(); s != nil && s.word == string(word) {
		return s
	}
	s := make(string(word))
	slot.Store(s)
	return s
}
