package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"

	"rationale/datasets/quote"
	"rationale/onnx/rationalizer"
	"rationale/onnx/tensor"
	"rationale/pipeline/campaign"
	"rationale/pipeline/engine"
	"rationale/pipeline/experiments"
	"rationale/stages"
	"rationale/tokenizer"
)

// parts are pieces of the program that the campaign calls by themselves, under
// names that no verb has.
var parts = map[string]func(args []string, out io.Writer) error{
	"part:settings": planSettings,
	"part:model":    runExported,
}

func runPart(part func([]string, io.Writer) error, args []string, stdout, stderr io.Writer) int {
	err := stages.Guard(func() error { return part(args, stdout) })
	if err != nil {
		message := quote.NewWriter(stderr) // as the program prints it
		fmt.Fprintln(message, "rationale:", err)
		if failed := message.Flush(); failed != nil {
			return exitFailed
		}
	}
	return exitCode(err)
}

// planSettings plans a run as train does, and prints its settings instead of
// training for however long they say.
func planSettings(args []string, out io.Writer) error {
	key, value, _ := strings.Cut(args[0], "=")
	lab, err := experiments.NewLab(experiments.Options{Data: "out/data", Embeddings: filepath.Dir(tablePath), Profile: "smoke", Provider: "cpu"})
	if err != nil {
		return err
	}
	planned, err := lab.Run(experiments.RunSpec{Method: "RNP+A2I", Dataset: "toys", Seed: 1, Set: map[string]string{key: value}})
	if err != nil {
		return planError(err)
	}
	if _, err := engine.NewPlan(planned.Evaluate); err != nil {
		return err
	}
	return errors.Join(toml.NewEncoder(out).Encode(planned.Settings), toml.NewEncoder(out).Encode(planned.Settings.Options))
}

// runExported runs the model of an exported folder on its first words.
func runExported(args []string, out io.Writer) error {
	f, err := tokenizer.OpenFile(filepath.Join(args[0], "vocab.txt"), 1<<20)
	if err != nil {
		return err
	}
	defer f.Close()
	words, err := tokenizer.ReadWords(f, f.Name(), true)
	if err != nil {
		return err
	}
	var ids []int64
	for _, id := range words.Encode(strings.Fields(someText)).IDs {
		ids = append(ids, int64(id))
	}
	path := filepath.Join(args[0], "eval_model.onnx")
	answers, err := askModel(context.Background(), path, ids, func() {})
	if err == nil {
		err = rationalizer.Asked{Texts: 1, Length: len(ids), Classes: 2}.Check(path, answers)
	}
	if err != nil {
		return err
	}
	numbers := map[string][]string{}
	for name, t := range answers {
		if t.DType() != tensor.Float32 {
			return errors.New(name + " is not of the type asked for")
		}
		for _, x := range t.Float64s() {
			numbers[name] = append(numbers[name], fmt.Sprint(x))
		}
	}
	return json.NewEncoder(out).Encode(numbers)
}

// otherKinds are what lies outside of the store and of imports.
func otherKinds(s *scene) []kind {
	verbs := func(r *rand.Rand) []string {
		x := campaign.Value(r)
		return [][]string{
			{"evaluate", x}, {"explain", x, "tea"}, {"explain", s.Run, "--n", x}, {"compare", s.Run, x}, {"export", x, "copy"}, {"export", s.Run, x},
			{"data", "describe", x}, {"data", "tokenize", x}, {"tokenize", "--vocab", x}, {"reproduce", x, "--dry-run"}, {"reproduce", "--seeds", x, "--dry-run"},
			{"reproduce", "--dataset", x, "--dry-run"}, {"list", x}, {"train", "--method", x, "--dataset", "toys"}, {"train", "--method", "RNP", "--dataset", x},
			{"train", "--method", "RNP", "--dataset", "toys", "--encoder", "x" + x}, {"--jobs", x, "list", "methods"}, {x}, {x, x}, {"explain", s.Run, x},
			{"cell", x}, {"cell", "random-patterns", x},
		}[r.IntN(22)]
	}
	imports := func(r *rand.Rand) []string {
		call := importing("csv", "src/csv/train.csv", "--set", "text=body", "--set", "label=stars", "--split", "dev=0.25,test=0.25")[0]
		x := campaign.Value(r)
		return append(call, [][]string{
			{"--split", x}, {"--seed", x}, {"--balance", x}, {"--set", "words=" + x}, {"--set", "label=" + x}, {"--set", "delimiter=" + x},
			{"--set", "classes=" + x}, {"--set", x}, {"--name", x}, {"--set", "text=" + x}, {"--set", "lower=" + x}, {"--set", "drop=" + x},
		}[r.IntN(12)]...)
	}
	settings := func(r *rand.Rand) []string {
		keys := experiments.Keys()
		return []string{"part:settings", keys[r.IntN(len(keys))] + "=" + campaign.Value(r)}
	}
	everything := []string{"src", "out", "cache"}
	return []kind{
		{name: "command line: names", weight: 10, needs: everything, modes: []string{plain}, invent: verbs, check: finiteUnlessGiven, freely: true, codes: []int{exitStale}},
		{name: "command line: import", weight: 10, needs: []string{"src/csv"}, modes: []string{plain}, invent: imports, state: importedState, check: wholeImport},
		{name: "command line: settings", weight: 10, needs: []string{"out/data", "cache"}, modes: []string{plain}, invent: settings, check: asSet},
		{name: "exported model", weight: 10, needs: []string{"model"}, files: []string{"model/eval_model.onnx", "model/vocab.txt"}, modes: []string{plain},
			calls: [][]string{{"part:model", "model"}}, check: finite},
		{name: "library", weight: 2, needs: []string{"out", "cache", "lib"}, files: []string{pinnedLibrary}, modes: []string{kept, plain}, library: true,
			calls: [][]string{{"doctor"}, {"explain", s.Run, someText}, s.train}, check: finite, unread: true, names: []string{"onnxruntime"}},
		{name: "results: provenance.json", weight: 4, needs: []string{"out"}, files: []string{"out/results/provenance.json"}, modes: []string{plain},
			calls: [][]string{{"cell", "random-patterns"}, {"cell", "random-patterns", "--json"}, {"cell", "random-patterns", "method=classifier", "split=dev"}, {"cell", "random-patterns", "method=classifier", "split=dev", "--json"}}, check: finite},
		{name: "store: records of how, markers", weight: 4, needs: []string{"out", "cache"}, files: []string{"out/store/log/*", "out/store/.rationale", "out/store/*/.rationale", "out/results/.rationale"}, modes: []string{plain},
			calls: [][]string{figureRun, {"list", "runs"}, {"list", "runs", "--json"}, {"evaluate", s.Run}}, check: finite, freely: true, stateOnly: true, names: []string{"store", "results"}},
	}
}

// pinnedLibrary is where the library lies in a scene's cache.
const pinnedLibrary = "cache/rationale/onnxruntime-1.29.0-linux-amd64/libonnxruntime.so.1"
