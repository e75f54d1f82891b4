package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rationale/pipeline/disk/disktest"
	"rationale/stages"
)

// toy is a stage that digests its inputs and its text in a chain of steps,
// keeping where it is in its work folder after each, as training does.
type toy struct {
	name    string
	version int
	params  toyParams
	// onStep is called before each step; an error stops the stage.
	onStep func(ctx context.Context, name string, step int) error
	// ran notes each start of a stage and the step it went on from.
	ran *runLog
}

type toyParams struct {
	Text  string
	Steps int
}

func (s *toy) Name() string { return s.name }
func (s *toy) Version() int { return s.version }
func (s *toy) Params() any  { return s.params }

func (s *toy) Run(ctx context.Context, env *stages.Env) error {
	at, chain, err := s.resume(env)
	if err != nil {
		return err
	}
	if s.ran != nil {
		s.ran.add(s.name, at)
	}
	env.Progress.Total(int64(s.params.Steps))
	env.Progress.Advance(int64(at), "")
	for ; at < s.params.Steps; at++ {
		if s.onStep != nil {
			if err := s.onStep(ctx, s.name, at); err != nil {
				return err
			}
		}
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", chain, at))
		chain = hex.EncodeToString(sum[:])
		if err := saveState(env.Work, at+1, chain); err != nil {
			return err
		}
		env.Progress.Advance(1, "step "+strconv.Itoa(at+1))
	}
	if err := os.MkdirAll(filepath.Join(env.Out, "sub", "deep"), 0o755); err != nil {
		return err
	}
	err = os.WriteFile(filepath.Join(env.Out, "sub", "deep", "text.txt"), []byte(s.params.Text), 0o644)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(env.Out, "chain.txt"), []byte(chain), 0o644)
}

// resume gives the step to go on from, or the beginning.
func (s *toy) resume(env *stages.Env) (at int, chain string, err error) {
	data, err := os.ReadFile(filepath.Join(env.Work, "state"))
	if err == nil {
		_, err = fmt.Sscan(string(data), &at, &chain)
		return at, chain, err
	}
	h := sha256.New()
	fmt.Fprintln(h, s.params.Text)
	for _, role := range slices.Sorted(maps.Keys(env.Inputs)) {
		fmt.Fprintln(h, role)
		if err := hashTree(h, env.Inputs[role]); err != nil {
			return 0, "", err
		}
	}
	for _, role := range slices.Sorted(maps.Keys(env.Opened)) {
		fmt.Fprintf(h, "%s\n%s", role, env.Opened[role].(interface{ read() []byte }).read())
	}
	return 0, hex.EncodeToString(h.Sum(nil)), nil
}

func saveState(work string, at int, chain string) error {
	tmp := filepath.Join(work, "state.tmp")
	if err := os.WriteFile(tmp, fmt.Appendf(nil, "%d %s", at, chain), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(work, "state"))
}

func hashTree(w io.Writer, dir string) error {
	return filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		fmt.Fprintf(w, "%s %x\n", strings.TrimPrefix(name, dir), data)
		return err
	})
}

// runLog notes which stages ran, in the order of their starts.
type runLog struct {
	mu      sync.Mutex
	started []string
	from    map[string]int // the step that the last start went on from
}

func (l *runLog) add(name string, from int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.started = append(l.started, name)
	if l.from == nil {
		l.from = map[string]int{}
	}
	l.from[name] = from
}

// take returns the sorted names of the stages that ran and forgets them.
func (l *runLog) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	names := slices.Sorted(slices.Values(l.started))
	l.started = nil
	return names
}

// shape is a graph: each entry is a node's name and those of its inputs, in
// an order in which inputs come first. A node without inputs reads the
// external folder "raw".
type shape [][]string

var shapes = map[string]shape{
	"single":  {{"a"}},
	"chain":   {{"a"}, {"b", "a"}, {"c", "b"}},
	"diamond": {{"a"}, {"b", "a"}, {"c", "a"}, {"d", "b", "c"}},
	"fan-out": {{"a"}, {"b", "a"}, {"c", "a"}, {"d", "a"}},
	"join":    {{"a"}, {"b"}, {"c"}, {"d", "a", "b", "c"}},
}

// names lists the shape's nodes.
func (sh shape) names() []string {
	var names []string
	for _, n := range sh {
		names = append(names, n[0])
	}
	return names
}

// cone lists, sorted, a node and all that depend on it.
func (sh shape) cone(name string) []string {
	in := map[string]bool{name: true}
	for _, n := range sh {
		for _, input := range n[1:] {
			in[n[0]] = in[n[0]] || in[input]
		}
	}
	var cone []string
	for _, n := range sh {
		if in[n[0]] {
			cone = append(cone, n[0])
		}
	}
	return slices.Sorted(slices.Values(cone))
}

// graph is a shape made of toy stages.
type graph struct {
	nodes  map[string]*Node
	stages map[string]*toy
	order  []*Node
	ran    *runLog
}

// rawDigest stands for whatever the folder raw holds: these graphs are about
// other things than its content.
const rawDigest = "00000000000000000000000000000000000000000000000000000000000000aa"

// newGraph builds a shape whose roots read the folder raw.
func newGraph(sh shape, raw string) *graph {
	g := &graph{nodes: map[string]*Node{}, stages: map[string]*toy{}, ran: &runLog{}}
	for _, entry := range sh {
		name := entry[0]
		stage := &toy{name: name, version: 1, params: toyParams{Text: "text of " + name, Steps: 4}, ran: g.ran}
		n := &Node{Stage: stage, Label: "make " + name, Weight: 2}
		for _, input := range entry[1:] {
			n.Inputs = append(n.Inputs, Input{Role: "from-" + input, From: g.nodes[input]})
		}
		if len(entry) == 1 {
			n.Inputs = []Input{{Role: "raw", Dir: raw, Digest: rawDigest, Open: openRaw}}
		}
		g.nodes[name], g.stages[name] = n, stage
		g.order = append(g.order, n)
	}
	return g
}

func (g *graph) plan(t testing.TB) *Plan {
	t.Helper()
	p, err := NewPlan(g.order...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// onStep has every stage of the graph call f before each of its steps.
func (g *graph) onStep(f func(ctx context.Context, name string, step int) error) {
	for _, s := range g.stages {
		s.onStep = f
	}
}

func newStore(t testing.TB) *Store {
	t.Helper()
	return openStore(t, filepath.Join(t.TempDir(), "store"))
}

func openStore(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	s.fs = disktest.Lazy{}
	return s
}

func newRaw(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "data.txt"), []byte("raw data"), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustRun(t testing.TB, p *Plan, s *Store) Report {
	t.Helper()
	report, err := Run(context.Background(), p, Options{Store: s, Jobs: 2, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func mustCheck(t testing.TB, p *Plan, s *Store) []Decision {
	t.Helper()
	decisions, err := p.Check(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return decisions
}

// toRun lists, sorted, the stages that the decisions want to run.
func toRun(decisions []Decision) []string {
	var names []string
	for _, d := range decisions {
		if d.Run {
			names = append(names, d.Stage)
		}
	}
	return slices.Sorted(slices.Values(names))
}

// contents digests every artifact of the plan, manifests included.
func contents(t testing.TB, p *Plan, s *Store) map[string]string {
	t.Helper()
	got := map[string]string{}
	for _, step := range p.steps {
		if _, err := s.Verify(step.ID); err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		if err := hashTree(h, s.artifact(step.ID)); err != nil {
			t.Fatal(err)
		}
		got[step.ID] = hex.EncodeToString(h.Sum(nil))
	}
	return got
}

// treeState lists everything below dir with times of change and contents.
func treeState(t testing.TB, dir string) string {
	t.Helper()
	var b bytes.Buffer
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %v %d %s", name, info.Mode(), info.Size(), info.ModTime().Format(time.RFC3339Nano))
		if !e.IsDir() {
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %x", sha256.Sum256(data))
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
