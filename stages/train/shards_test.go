package train_test

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"rationale/onnx/safetensors"
	"rationale/stages/stagetest"
	"rationale/stages/train"
)

// TestShards: a run in shards is stopped at many places and comes to its own bytes; its
// parameters are those of a run in one graph, but for the rounding.
func TestShards(t *testing.T) {
	for _, method := range []string{"RNP+A2I", "NIR", "random patterns"} {
		t.Run(method, func(t *testing.T) {
			in := inputs(t, stagetest.Small(method))
			p := params(t, in)
			p.Epochs = 2
			one := stagetest.Run(t, newStage(p), in)
			p.Shards = 2
			whole := stagetest.Run(t, newStage(p), in)
			near(t, whole, one)
			for _, at := range []int64{1, 40, 41} {
				env := stagetest.Env(t, in)
				stopAt(t, newStage(p).KeepEvery(0), env, at)
				goOn(t, newStage(p).KeepEvery(0), env)
				stagetest.SameFiles(t, env.Out, whole)
			}
		})
	}
}

// near compares the states after the last epoch.
func near(t *testing.T, got, want string) {
	t.Helper()
	a, _, err := safetensors.ReadFile(got + "/" + train.StateFile)
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := safetensors.ReadFile(want + "/" + train.StateFile)
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range b {
		worst, values := 0., a[name].Float64s()
		for i, v := range x.Float64s() {
			worst = math.Max(worst, math.Abs(values[i]-v))
		}
		if worst > 1e-3 {
			t.Errorf("%s is off by %v", name, worst)
		}
	}
}

// TestShardsInTheIdentity: one shard is what there was before there were any.
func TestShardsInTheIdentity(t *testing.T) {
	for shards, said := range map[int]bool{0: false, 2: true} {
		text, err := json.Marshal(train.Params{Shards: shards})
		if err != nil || strings.Contains(string(text), `"shards"`) != said {
			t.Errorf("%d shards: %s, %v", shards, text, err)
		}
	}
}

// TestNoShards: graphs that cannot be cut are refused.
func TestNoShards(t *testing.T) {
	several := stagetest.Small("RNP")
	several.StepsPerRun = 2
	device := stagetest.Small("RNP")
	device.Device = true
	in := inputs(t, several)
	for want, in := range map[string]map[string]string{
		"settings: shards = 2; graphs of several steps": in,
		"and those for a device":                        inputs(t, device),
	} {
		p := params(t, in)
		p.Shards = 2
		err := newStage(p).Run(context.Background(), stagetest.Env(t, in))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	p := params(t, in)
	p.Shards = -1
	if err := p.Check(); err == nil || !strings.Contains(err.Error(), "shards = -1") {
		t.Errorf("-1 shards: %v", err)
	}
}
