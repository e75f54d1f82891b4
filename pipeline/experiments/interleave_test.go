package experiments

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"rationale/pipeline/engine"
)

// schedules is how many orders of events are tried; a fifth of them with -short.
const schedules = 200

// TestInterleavings: two commands plan, wait for each other, train and evaluate
// while somebody imports other data, other word vectors and another vocabulary,
// and somebody reads what is there; each of them may be held up at any place
// while the others go on. Whatever the order, what lies in the store under an
// identity is what an undisturbed run stores under it.
func TestInterleavings(t *testing.T) {
	lab := newTestLab(t, Options{Profile: "smoke"})
	sources := t.TempDir()
	writeSources(t, sources)
	law := undisturbed(t, lab, sources)
	root := quickFolder(t)
	var mu sync.Mutex
	total := tally{}
	var g errgroup.Group
	g.SetLimit(16) // they wait for locks and for the disk most of the time
	rounds := schedules
	if testing.Short() {
		rounds /= 5
	}
	for seed := range uint64(rounds) {
		g.Go(func() error {
			p := &play{
				world: newWorld(filepath.Join(root, fmt.Sprint(seed)), sources, lab), law: law,
				director: newDirector(seed), random: rand.New(rand.NewPCG(seed, 8)), seen: tally{},
			}
			err := p.perform()
			mu.Lock()
			defer mu.Unlock()
			for what, n := range p.seen {
				total[what] += n
			}
			if err != nil {
				err = fmt.Errorf("schedule %d: %w", seed, err)
				t.Error(err)
			}
			return nil
		})
	}
	g.Wait()
	t.Logf("%d schedules: %v", rounds, total)
	enough := tally{ // in all schedules
		"done": 300, "change stopped it": 100, "held through an import": 50,
		"waited": 150, "interrupted": 15, "artifacts": 2000, "read": 1000,
	}
	for what, least := range enough {
		if total[what] < least*rounds/schedules {
			t.Errorf("%q happened %d times only in %d schedules: too little was tested", what, total[what], rounds)
		}
	}
}

// quickFolder lies in memory where that is possible: this test is about orders of
// events, and most of its time would be waiting for the disk.
func quickFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "rationale-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// tally counts what happened.
type tally map[string]int

// undisturbed runs every combination of contents in peace: artifact → digest.
func undisturbed(t *testing.T, lab *Lab, sources string) map[string]string {
	t.Helper()
	w, nothing := newWorld(t.TempDir(), sources, lab), func(string) {}
	law := map[string]string{}
	for i := range contents[reviews] * contents[vectors] * contents[vocabulary] {
		err := errors.Join(w.put(reviews, i%3, nothing), w.put(vectors, i/3%2, nothing), w.put(vocabulary, i/6, nothing))
		if err != nil {
			t.Fatal(err)
		}
		plan, err := w.plan(nothing, func() error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		store := w.store(t.Fatal)
		if _, err := engine.Run(t.Context(), plan, engine.Options{Store: store}); err != nil {
			t.Fatal(err)
		}
		for _, step := range plan.Steps() {
			if law[step.ID], err = stored(store, step.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if want := 3*2 + 3*2 + 12 + 12; len(law) != want {
		t.Fatalf("%d identities, want %d", len(law), want)
	}
	return law
}

func (w *world) store(fail func(...any)) *engine.Store {
	store, err := engine.OpenStore(filepath.Join(w.dir, "store"))
	if err != nil {
		fail(err)
	}
	return store
}

// stored is the digest of an artifact, checked against its manifest.
func stored(store *engine.Store, id string) (string, error) {
	if _, err := store.Verify(id); err != nil {
		return "", err
	}
	dir, err := store.Path(id)
	if err != nil {
		return "", err
	}
	return digestOf(dir)
}

// play is one schedule.
type play struct {
	*world
	law      map[string]string
	director *director
	random   *rand.Rand // of the one actor that has its turn
	seen     tally
	errs     []error
	imports  int // that are done
}

func (p *play) perform() error {
	for input := range contents {
		if err := p.put(input, 0, func(string) {}); err != nil {
			return err
		}
	}
	p.director.run(p.command, p.command, p.importer, p.reader)
	p.read()
	return errors.Join(p.errs...)
}

func (p *play) fail(args ...any) { p.errs = append(p.errs, errors.New(fmt.Sprint(args...))) }

// errInterrupted ends a stage as a signal or a full disk does.
var errInterrupted = errors.New("interrupted")

// command plans and works, twice.
func (p *play) command(at func(place string)) {
	for range 2 {
		p.work(at)
		at("between")
	}
}

func (p *play) work(at func(place string)) {
	opened, overtaken := -1, false
	place := func(name string) {
		at(name)
		switch {
		case name == "opened" && opened < 0:
			opened = p.imports
		case opened >= 0 && p.imports > opened:
			overtaken = true
		}
	}
	plan, err := p.plan(place, p.interrupt)
	if err != nil {
		p.fail(err)
		return
	}
	store := p.store(p.fail)
	at(planned)
	_, err = engine.Run(context.Background(), plan, engine.Options{
		Store: store, LockWait: time.Minute, Log: slog.New(&lockWatch{slog.DiscardHandler, func() { p.seen["waited"]++; at(waiting) }}),
	})
	at(worked)
	p.judge(plan, store, err, overtaken)
}

// interrupt ends some of the trainings.
func (p *play) interrupt() error {
	if p.random.IntN(25) == 0 {
		return errInterrupted
	}
	return nil
}

// judge demands that the work is done, or that an error says why it is not.
func (p *play) judge(plan *engine.Plan, store *engine.Store, err error, overtaken bool) {
	var changed *engine.ChangedError
	switch {
	case errors.Is(err, errInterrupted):
		p.seen["interrupted"]++
	case errors.As(err, &changed):
		p.seen["change stopped it"]++
		if changed.Planned == changed.Found || !strings.Contains(err.Error(), "run the command again") {
			p.fail("a change that is none: ", err)
		}
	case err != nil:
		p.fail(err)
	default:
		p.seen["done"]++
		if overtaken {
			p.seen["held through an import"]++
		}
		for _, step := range plan.Steps() {
			p.compare(store, step.ID)
		}
	}
}

// importer replaces one input after the other.
func (p *play) importer(at func(place string)) {
	for range 4 {
		at("import")
		input := []string{reviews, reviews, vectors, vocabulary}[p.random.IntN(4)]
		if err := p.put(input, p.random.IntN(contents[input]), at); err != nil {
			p.fail(err)
		}
		p.imports++
	}
}

// reader looks at what is there, as explaining and exporting do.
func (p *play) reader(at func(place string)) {
	for range 4 {
		at("look")
		p.read()
	}
}

func (p *play) read() {
	store := p.store(p.fail)
	list, err := store.List()
	if err != nil {
		p.fail(err)
	}
	for _, m := range list.Manifests {
		p.compare(store, m.ID)
	}
	p.seen["read"]++
}

func (p *play) compare(store *engine.Store, id string) {
	p.seen["artifacts"]++
	got, err := stored(store, id)
	if err != nil {
		p.fail(err)
	} else if want, ok := p.law[id]; !ok || got != want {
		p.fail(id, " is not what an undisturbed run stores")
	}
}

// lockWatch hears when a run begins to wait for the lock.
type lockWatch struct {
	slog.Handler
	waiting func()
}

func (*lockWatch) Enabled(context.Context, slog.Level) bool { return true }

func (l *lockWatch) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "waiting for the store" {
		l.waiting()
	}
	return nil
}

func (l *lockWatch) WithAttrs([]slog.Attr) slog.Handler { return l }
