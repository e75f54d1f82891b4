package campaign

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

var samples = map[string][]byte{
	"text": []byte("id,text,label\na,\"good 1\",yes\nb,\"bad 2.5\",no\n"), "json": []byte("{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2}\n"),
	"binary": bytes.Repeat([]byte{0, 1, 2, 3, 40, 0, 0, 0}, 20), "empty": nil, "one byte": {7},
}

// TestMutate: whatever the file, the damage shows, is the same for the same
// seed, leaves the original alone and does not grow without bounds.
func TestMutate(t *testing.T) {
	for name, sample := range samples {
		before := bytes.Clone(sample)
		for seed := range uint64(2000) {
			damaged, how := Mutate(rand.New(rand.NewPCG(seed, 1)), sample, samples["json"])
			again, _ := Mutate(rand.New(rand.NewPCG(seed, 1)), sample, samples["json"])
			switch {
			case bytes.Equal(damaged, sample):
				t.Fatalf("%s, %s, seed %d: nothing changed", name, how, seed)
			case !bytes.Equal(damaged, again):
				t.Fatalf("%s, %s, seed %d: two results", name, how, seed)
			case !bytes.Equal(before, sample):
				t.Fatalf("%s, %s, seed %d: the original changed", name, how, seed)
			case len(damaged) > 2<<20:
				t.Fatalf("%s, %s, seed %d: %d bytes", name, how, seed, len(damaged))
			}
		}
	}
}

// TestEveryMutationWorks: each changes at least one of the samples.
func TestEveryMutationWorks(t *testing.T) {
	for _, m := range Mutations() {
		changed := 0
		for _, sample := range samples {
			for seed := range uint64(50) {
				if !bytes.Equal(m.apply(rand.New(rand.NewPCG(seed, 1)), bytes.Clone(sample), samples["json"]), sample) {
					changed++
				}
			}
		}
		if changed == 0 {
			t.Errorf("%s changes nothing", m.Name)
		}
	}
}
