package assess

import (
	"context"
	"fmt"

	"rationale/onnx/rationalizer"
	"rationale/onnx/rationalizer/metric"
	"rationale/plots"
	"rationale/stages"
	"rationale/stages/defend/removal"
	"rationale/stages/measure"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// assessment is an assessment in progress.
type assessment struct {
	params  Params
	env     *stages.Env
	target  int
	goldCut int
	sides   []*defended // clean, and triggered where there is one
	records []plots.Record
}

// measure measures with each noise seed and with arg-max masks.
func (a *assessment) measure(ctx context.Context) error {
	rt, err := a.params.Engine.Open()
	if err != nil {
		return err
	}
	defer rt.Close()
	for _, side := range a.sides {
		if err := side.open(rt, a.params.Batch); err != nil {
			return err
		}
	}
	a.env.Progress.Total(int64(a.params.Draws + 1))
	if err := a.sample(ctx); err != nil {
		return err
	}
	numbers, err := a.numbers(ctx, measure.Draw{ArgMax: true})
	if err != nil {
		return err
	}
	a.note("argmax", numbers)
	a.env.Progress.Advance(1, "arg-max masks")
	return nil
}

// sample measures with each noise seed and notes the first draw and the mean.
func (a *assessment) sample(ctx context.Context) error {
	draws := make([][]measure.Number, a.params.Draws)
	for i := range draws {
		var err error
		if draws[i], err = a.numbers(ctx, measure.Draw{Seed: uint64(i), Epoch: a.epoch()}); err != nil {
			return err
		}
		a.env.Progress.Advance(1, "sampled masks")
	}
	if len(draws) > 0 {
		a.note("sampled", draws[0])
		a.note(fmt.Sprintf("sampled-mean-%d", len(draws)), measure.Means(draws))
	}
	return nil
}

// epoch is the run's chosen one.
func (a *assessment) epoch() int { return a.sides[0].Result.Epoch() }

// numbers are all that one draw of masks gives.
func (a *assessment) numbers(ctx context.Context, d measure.Draw) ([]measure.Number, error) {
	var out []measure.Number
	for _, side := range a.sides {
		predictions, err := side.ask(ctx, d)
		if err != nil {
			return nil, err
		}
		of := a.clean
		if side.Triggers != nil {
			of = a.triggered
		}
		numbers, err := of(side, predictions)
		if err != nil {
			return nil, err
		}
		out = append(out, numbers...)
	}
	return out, nil
}

// clean measures the model on clean texts: ACC, and GR where it selects.
func (a *assessment) clean(side *defended, predictions []measure.Prediction) ([]measure.Number, error) {
	accuracy := metric.NewAccuracy(len(side.Shape.Classes))
	if err := accuracy.Add(side.answers(predictions)); err != nil {
		return nil, err
	}
	out := []measure.Number{{Metric: Accuracy, Value: accuracy.Rates().Raw.Float64()}}
	if predictions[0].Selected == nil {
		return out, nil
	}
	gr, err := side.gr(predictions)
	if err != nil || gr.Kept+gr.Skipped == 0 {
		return out, err
	}
	return append(out,
		measure.Number{Metric: GR, Value: gr.Macro.Float64()}, measure.Number{Metric: GRMicro, Value: gr.Micro.Float64()},
		measure.Number{Metric: GRSkipped, Value: float64(gr.Skipped)}, measure.Number{Metric: GRCut, Value: float64(a.goldCut)},
	), nil
}

// triggered measures the attack: ASR.
func (a *assessment) triggered(side *defended, predictions []measure.Prediction) ([]measure.Number, error) {
	asr := metric.NewTriggerASR(a.target)
	if err := asr.Add(side.answers(predictions)); err != nil {
		return nil, err
	}
	rates := asr.Rates()
	return []measure.Number{
		{Metric: ASR, Value: rates.NonTarget.Float64()}, {Metric: ASRAll, Value: rates.All.Float64()},
		{Metric: TriggersCut, Value: float64(side.triggersCut())},
	}, nil
}

func (a *assessment) note(mask string, numbers []measure.Number) {
	for _, n := range numbers {
		a.records = append(a.records, plots.Record{
			Stage: "assess", Split: "test", Mask: mask, Metric: n.Metric, Epoch: a.epoch(), Selected: true, Value: n.Value,
		})
	}
}

// goldCut counts the gold units of clean test texts that no model reads.
func goldCut(env *stages.Env, side *removal.Side) (int, error) {
	summary, err := tokenize.ReadSummary(env.Inputs[train.DataRole])
	counts := summary.Splits["test"]
	if side.Result.Graphs.Unit == rationalizer.Sentence {
		return counts.GoldSentencesCut, err
	}
	return counts.GoldCut, err
}
