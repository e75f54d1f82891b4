package trigger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"rationale/datasets/spelling"
	"rationale/onnx/nn"
	"rationale/onnx/rationalizer"
	"rationale/onnx/runtime"
	"rationale/stages"
	"rationale/stages/dataset"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// hunt is a search in progress.
type hunt struct {
	params Params
	env    *stages.Env
	run    *train.Finished
	rt     *runtime.Runtime
	model  *model
	source source
	lexicon
	offered int     // candidates at the beginning
	best    Trigger // so far, by J on its own batch
	trace   []Step
}

func newHunt(p Params, env *stages.Env, run *train.Finished, rt *runtime.Runtime) (*hunt, error) {
	h := &hunt{params: p, env: env, run: run, rt: rt}
	target := slices.Index(run.Shape.Classes, p.Target)
	if target < 0 {
		return nil, fmt.Errorf("settings: no class %q in dataset %s: %s", p.Target, p.Dataset, spelling.Hint(p.Target, run.Shape.Classes))
	}
	reader, err := tokenize.OpenReader(env.Inputs[DataRole])
	if err != nil {
		return nil, err
	}
	texts, err := tokenize.Read(env.Inputs[DataRole], "train")
	if err != nil {
		return nil, err
	}
	if h.lexicon, err = newLexicon(reader.Entries(), texts); err != nil {
		return nil, err
	}
	h.offered = len(h.candidates)
	h.source = source{reader: reader, trigger: p.trigger(slices.Repeat([]string{h.words[h.start-1]}, p.Words)), slots: p.Words, target: target}
	h.model, err = newModel(rt, run, rationalizer.Trigger{Slots: p.Words, Beta: p.Beta})
	return h, err
}

// search finds triggers, and tries them on development texts.
func (h *hunt) search(ctx context.Context) (found Found, err error) {
	set, done, err := dataset.Open(h.env, DatasetRole, h.params.Dataset)
	if err != nil {
		return found, err
	}
	defer func() { err = cmp.Or(err, done()) }()
	h.source.set = set
	h.env.Progress.Total(h.units())
	starts := h.climbed
	if h.params.Random {
		starts = h.drawn
	}
	ids, triggers, err := starts(ctx)
	if err != nil {
		return found, err
	}
	dev, err := h.judge(ctx, ids, triggers)
	if err != nil {
		return found, err
	}
	return h.found(triggers, dev), nil
}

// units is how much there is to do: one for each slot of a pass, and for each
// trigger that is judged.
func (h *hunt) units() int64 {
	if h.params.Random {
		return 2 * int64(h.params.Restarts)
	}
	return int64(h.params.Restarts) * (h.slots() + 1)
}

// slots is how many slots a restart searches at most.
func (h *hunt) slots() int64 { return int64(h.params.Passes) * int64(h.params.Words) }

// climbed searches from each start on a batch of its own. Words of triggers that
// were found are left out afterwards, so that the next one is another: a defence
// needs such that the attacker did not use.
func (h *hunt) climbed(ctx context.Context) (ids [][]int, out []Trigger, err error) {
	for restart := range h.params.Restarts {
		if len(h.candidates) == 0 {
			break
		}
		batch, err := h.batch(restart)
		if err != nil {
			return nil, nil, err
		}
		words, j, err := h.climb(batch, restart).from(ctx, h.starts(restart))
		if err != nil {
			return nil, nil, err
		}
		ids, out = append(ids, words), append(out, Trigger{Words: h.inserted(words), J: j})
		h.candidates = slices.DeleteFunc(slices.Clone(h.candidates), func(w int) bool { return slices.Contains(words, w) })
		h.env.Log.Info("trigger found", "restart", restart+1, "words", strings.Join(h.inserted(words), " "), "J", rounded(j))
	}
	return ids, out, nil
}

// drawn draws triggers at random; J is on the first restart's batch.
func (h *hunt) drawn(ctx context.Context) (ids [][]int, out []Trigger, err error) {
	batch, err := h.batch(0)
	if err != nil {
		return nil, nil, err
	}
	for draw := range h.params.Restarts {
		words := h.anyWords("trigger/control", draw)
		j, err := batch.J(ctx, words)
		if err != nil {
			return nil, nil, err
		}
		ids, out = append(ids, words), append(out, Trigger{Words: h.inserted(words), J: j})
		h.env.Progress.Advance(1, "random triggers")
	}
	return ids, out, nil
}

// batch draws the training texts of a restart.
func (h *hunt) batch(restart int) (tried, error) {
	texts, err := h.source.draw("train", h.params.Texts, nn.Stream(h.params.Seed, "trigger/train texts", uint64(restart)))
	if err != nil {
		return tried{}, err
	}
	return h.trying(texts)
}

// trying is the model on these texts.
func (h *hunt) trying(texts placed) (tried, error) {
	fixed := h.run.Batching(together).Fixed
	parts, err := texts.parts(h.model.columns(), h.params.Words, fixed)
	return tried{h.model, parts}, err
}

// starts are "the" in every slot, or any words in later restarts.
func (h *hunt) starts(restart int) []int {
	if restart == 0 {
		return slices.Repeat([]int{h.start}, h.params.Words)
	}
	return h.anyWords("trigger/start", restart)
}

// anyWords draws candidates, all equally likely.
func (h *hunt) anyWords(purpose string, number int) []int {
	r := nn.Stream(h.params.Seed, purpose, uint64(number))
	out := make([]int, h.params.Words)
	for i := range out {
		out[i] = h.candidates[r.IntN(len(h.candidates))]
	}
	return out
}

// inserted are the words that go into texts.
func (h *hunt) inserted(ids []int) []string { return h.params.trigger(h.of(ids)).Words }

// climb is HotFlip on a batch, which notes what it does.
func (h *hunt) climb(batch tried, restart int) climb {
	left := h.slots()
	return climb{
		objective: batch, vectors: h.model.vector, candidates: h.candidates,
		tries: h.params.Candidates, passes: h.params.Passes,
		note: func(pass int, words []int, j float64) {
			h.note(Step{Restart: restart, Pass: pass, Words: h.inserted(words), J: j})
			if pass > 0 {
				h.env.Progress.Advance(1, h.sofar())
				left--
			}
		},
		done: func() { h.env.Progress.Advance(left, h.sofar()) },
	}
}

// note adds a step to the trace, and logs a trigger that is better than all before.
func (h *hunt) note(s Step) {
	h.trace = append(h.trace, s)
	if h.best.Words == nil || s.J > h.best.J {
		h.best = Trigger{Words: s.Words, J: s.J}
		h.env.Log.Info("best trigger so far", "words", strings.Join(s.Words, " "), "J", rounded(s.J), "restart", s.Restart+1, "pass", s.Pass)
	}
}

// rounded is a number as people read it.
func rounded(x float64) string { return fmt.Sprintf("%.4f", x) }

// sofar is the best trigger as a note for people who watch.
func (h *hunt) sofar() string {
	return fmt.Sprintf("best so far: %s, J %s", strings.Join(h.best.Words, " "), rounded(h.best.J))
}

// found puts the result together.
func (h *hunt) found(triggers []Trigger, dev int) Found {
	if !h.params.Random {
		slices.SortStableFunc(triggers, func(a, b Trigger) int { return cmp.Compare(b.DevJ, a.DevJ) })
	}
	p := h.params
	return Found{
		Dataset: p.Dataset, Method: h.run.Result.Graphs.Method, Level: p.Level, Position: p.Position, Target: p.Target,
		Random: p.Random, Candidates: h.offered, DevTexts: dev, Triggers: distinct(triggers), Trace: h.trace,
	}
}

// distinct leaves out triggers that an earlier one is equal to.
func distinct(triggers []Trigger) []Trigger {
	var out []Trigger
	for _, t := range triggers {
		same := func(u Trigger) bool { return slices.Equal(t.Words, u.Words) }
		if !slices.ContainsFunc(out, same) {
			out = append(out, t)
		}
	}
	return out
}
