package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rationale/pipeline/campaign"
)

// What the campaign takes from the environment: how many inputs, the seed, and
// the number of a single one.
const (
	inputsVar = "CAMPAIGN_INPUTS"
	seedVar   = "CAMPAIGN_SEED"
	onlyVar   = "CAMPAIGN_ONLY"
)

const (
	// shortInputs is the campaign of an ordinary test run.
	shortInputs = 200
	// wholeProgram is of how many inputs one goes to a process of its own.
	wholeProgram = 20
	patience     = time.Minute
	maxMemory    = 1 << 30
)

// TestCampaign damages a valid file of every kind that the program reads, many
// times over, and judges what the program makes of it: a clear error, or the
// result that the damaged file justifies.
func TestCampaign(t *testing.T) {
	if testing.Short() {
		t.Skip("trains models and runs for some time")
	}
	inputs, seed := fromEnvironment(t, inputsVar, shortInputs), fromEnvironment(t, seedVar, 1)
	c := &hunt{t: t, scene: newScene(t), seed: uint64(seed), undamaged: map[string]campaign.Observation{}}
	c.kinds = kinds(c.scene)
	started := time.Now()
	c.run(inputs)
	t.Logf("%d inputs, seed %d, in %v\n%s", inputs, seed, time.Since(started).Round(time.Second), &c.table)
	if path := os.Getenv("CAMPAIGN_TABLE"); path != "" {
		if err := os.WriteFile(path, []byte(c.table.String()), 0o644); err != nil {
			t.Error(err)
		}
	}
}

func fromEnvironment(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.Fatalf("%s=%s: expected a number", name, text)
	}
	return n
}

// hunt is a campaign at work.
type hunt struct {
	t     *testing.T
	scene *scene
	kinds []kind
	seed  uint64

	mu        sync.Mutex
	table     campaign.Table
	undamaged map[string]campaign.Observation // by kind and call
}

// run shares the inputs among as many workers as there are processors.
func (c *hunt) run(inputs int) {
	numbers := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			w := &campaign.Worker{Command: c.workerCommand, Patience: patience}
			defer w.Close()
			for number := range numbers {
				if err := c.one(w, number); err != nil {
					c.t.Errorf("input %d: %v", number, err)
				}
			}
		})
	}
	only := os.Getenv(onlyVar)
	for number := range inputs {
		if only == "" || only == strconv.Itoa(number) {
			numbers <- number
		}
	}
	close(numbers)
	workers.Wait()
}

// pick chooses kind, mode and call of an input. Kinds come in turn, each as
// often as its weight.
func (c *hunt) pick(number int, r *rand.Rand) (k kind, mode string, call []string) {
	var turns []int
	for i, k := range c.kinds {
		turns = append(turns, slices.Repeat([]int{i}, k.weight)...)
	}
	shuffled := rand.New(rand.NewPCG(c.seed, 0)).Perm(len(turns))
	k = c.kinds[turns[shuffled[number%len(turns)]]]
	mode = k.modes[r.IntN(len(k.modes))]
	if k.invent != nil {
		return k, mode, k.invent(r)
	}
	return k, mode, k.calls[r.IntN(len(k.calls))]
}

// one damages one file and judges what comes of it.
func (c *hunt) one(w *campaign.Worker, number int) error {
	r := rand.New(rand.NewPCG(c.seed, uint64(number)+1))
	k, mode, call := c.pick(number, r)
	want, err := c.without(w, k, call)
	if err != nil {
		return err
	}
	dir, err := c.copyOf(k)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path, how, err := damageOne(r, dir, k, mode)
	if err != nil {
		return fmt.Errorf("%s: %w", k.name, err)
	}
	before, err := k.stateOf(dir)
	if err != nil {
		return err
	}
	o, err := c.observe(w, dir, k, call, mode, k.library || parts[call[0]] == nil && r.IntN(wholeProgram) == 0)
	if err != nil {
		return err
	}
	expect := k.expect(place{dir, path}, mode, call, want, before, o)
	outcome, why := campaign.Judge(o, expect)
	c.mu.Lock()
	c.table.Add(k.name, mode, outcome)
	c.mu.Unlock()
	if outcome == campaign.Memory {
		w.Close() // what it keeps is not the next one's
	}
	if !outcome.Good() {
		rel, _ := filepath.Rel(dir, path)
		c.t.Errorf("input %d (%s, %s): %s: %s of %s: rationale %s\n%s\nexit code %d, %v, %s\n%s", number, k.name, mode,
			outcome, how, rel, strings.Join(call, " "), clip(why), o.Code, o.Took.Round(time.Millisecond), o.End, clip(o.Stderr))
	}
	return nil
}

func clip(text string) string {
	if len(text) > 3000 {
		return text[:1500] + "\n…\n" + text[len(text)-1500:]
	}
	return text
}

// expect is what the judge has to know about this input.
func (k kind) expect(at place, mode string, call []string, want campaign.Observation, before string, o campaign.Observation) campaign.Expectation {
	base := filepath.Base(at.path)
	e := campaign.Expectation{
		Names:  append([]string{base, filepath.Base(filepath.Dir(at.path))}, k.names...),
		Notice: mode == kept && !k.unread && k.reseal != nil,
		Stdout: want.Stdout, State: want.State, Before: before, Codes: k.codes, Memory: maxMemory,
	}
	if k.check != nil && (mode != kept || !k.heals || call[0] == "status") {
		e.Justified = func(o campaign.Observation) error { return k.check(at, o) }
	}
	if k.freely {
		e.Before = o.State
	}
	if k.stateOnly {
		e.Stdout = o.Stdout
	}
	if k.invent != nil {
		e.Names = nil
	}
	return e
}

func (k kind) stateOf(dir string) (string, error) {
	if k.state == nil {
		return "", nil
	}
	return k.state(dir)
}

// without is what the call gives when nothing is damaged.
func (c *hunt) without(w *campaign.Worker, k kind, call []string) (campaign.Observation, error) {
	if k.invent != nil || k.library {
		return campaign.Observation{}, nil // there is nothing undamaged
	}
	key := k.name + strings.Join(call, " ")
	c.mu.Lock()
	o, known := c.undamaged[key]
	c.mu.Unlock()
	if known {
		return o, nil
	}
	dir, err := c.copyOf(k)
	if err != nil {
		return o, err
	}
	defer os.RemoveAll(dir)
	if o, err = c.observe(w, dir, k, call, plain, false); err != nil {
		return o, err
	}
	if o.Code != exitDone {
		return o, fmt.Errorf("undamaged, %q ends with code %d %s\n%s", call, o.Code, o.End, o.Stderr)
	}
	c.mu.Lock()
	c.undamaged[key] = o
	c.mu.Unlock()
	return o, nil
}

// copyOf makes a folder with what the kind needs of the scene.
func (c *hunt) copyOf(k kind) (string, error) {
	dir, err := os.MkdirTemp(c.scene.dir, "case-")
	if err != nil {
		return "", err
	}
	for _, name := range k.needs {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			return "", err
		}
		if err := linkTree(filepath.Join(c.scene.dir, name), filepath.Join(dir, name)); err != nil {
			return "", err
		}
	}
	for _, pattern := range k.drop {
		if err := os.RemoveAll(filepath.Join(dir, pattern)); err != nil {
			return "", err
		}
	}
	return dir, nil
}
