package formats

import (
	"context"
	"sync/atomic"
	"testing"

	"rationale/datasets"
)

// TestOpenDuringImports: whoever opens a dataset while it is imported over and
// over gets one of the two, whole, and keeps it. An import at the wrong moment
// used to look like damage.
func TestOpenDuringImports(t *testing.T) {
	dir := t.TempDir()
	first := map[string]string{} // digest → first text of train
	for seed := range uint64(2) {
		if _, err := Import(t.Context(), dir, loopOptions(seed), nil); err != nil {
			t.Fatal(err)
		}
		digest, text := firstText(t, dir)
		first[digest] = text
	}
	ctx, stop := context.WithCancel(t.Context())
	var imports atomic.Int64
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for seed := uint64(0); ctx.Err() == nil; seed++ {
			if _, err := Import(ctx, dir, loopOptions(seed%2), nil); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
			imports.Add(1)
		}
	}()
	seen := map[string]int{}
	// However busy the machine is: until enough imports went by.
	for reads := 0; reads < 600 || imports.Load() < 5 || len(seen) < 2; reads++ {
		digest, text := firstText(t, dir)
		if want, ok := first[digest]; !ok || text != want {
			t.Fatalf("digest %s with text %q; want %q", digest, text, want)
		}
		seen[digest]++
	}
	stop()
	<-ended
}

// firstText opens dataset g and reads one text, again after a check of the rest.
func firstText(t *testing.T, dir string) (digest, text string) {
	t.Helper()
	set, err := datasets.Open(dir, "g")
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	split, err := set.Split("train")
	if err != nil {
		t.Fatal(err)
	}
	row, err := split.Text(0)
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Verify(); err != nil {
		t.Fatal(err)
	}
	return set.Digest(), row.ID + " " + row.Tokens[0] + " " + row.Tokens[1] + " " + row.Tokens[2]
}
