package main

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// The modes of damage.
const (
	kept      = "digest kept"
	rewritten = "digest rewritten"
	plain     = "no digest"
)

// kind is one kind of file, and what the program does with it.
type kind struct {
	name   string
	weight int      // of ten inputs or so, how many
	needs  []string // what of the scene is copied
	files  []string // patterns of the files that are damaged
	drop   []string // patterns of what is removed first, so that it is made again
	calls  [][]string
	stdin  string
	modes  []string
	reseal func(dir, path string) error
	state  func(dir string) (string, error)
	check  check
	names  []string // further names by which an error may call the file
	codes  []int    // further exit codes that mean something
	unread bool     // some of the calls do not look at the file
	freely bool     // an error may leave artifacts of other stages
	// stateOnly: what is printed may differ.
	stateOnly bool
	library   bool                        // the file stands in for the library
	invent    func(r *rand.Rand) []string // a call in place of calls; nothing is damaged
	heals     bool                        // what a digest shows to be damaged is made again as it was
}

var digested = []string{kept, rewritten}

// kinds lists all.
func kinds(s *scene) []kind {
	all := append(sourceKinds(), inputKinds()...)
	all = append(all, readKinds(s)...)
	all = append(all, otherKinds(s)...)
	return append(all, madeKinds(s)...)
}

func importing(format string, more ...string) [][]string {
	call := append([]string{"data", "import", format}, more...)
	return [][]string{append(call, "--name", "imported", "--balance", "off")}
}

// sourceKinds are the formats of data import.
func sourceKinds() []kind {
	docs := func(doc func(dir, id string) (string, error)) sourceReader {
		return sourceReader{map[string]string{"train": "train.jsonl", "dev": "val.jsonl", "test": "test.jsonl"}, eraserRows(doc)}
	}
	formats := []struct {
		name, folder string
		files        []string
		reader       sourceReader
		call         [][]string
	}{
		{"csv", "csv", []string{"*.csv"}, sourceReader{splitFiles("%s.csv"), readCSVRows},
			importing("csv", "src/csv/train.csv", "src/csv/dev.csv", "src/csv/test.csv", "--set", "id=key", "--set", "text=body", "--set", "label=stars", "--set", "rationale=why", "--set", "words=space")},
		{"jsonl", "jsonl", []string{"*.jsonl"}, sourceReader{splitFiles("%s.jsonl"), readJSONRows},
			importing("jsonl", "src/jsonl/train.jsonl", "src/jsonl/dev.jsonl", "src/jsonl/test.jsonl", "--set", "tokens=words", "--set", "rationale=why", "--set", "id=id")},
		{"beer", "beer", []string{"*.gz", "*.json"}, sourceReader{map[string]string{"train": "reviews.aspect1.train.txt.gz", "dev": "reviews.aspect1.heldout.txt.gz", "test": "annotations.json"}, readBeerRows},
			importing("beer", "src/beer")},
		{"hotel", "hotel", []string{"*/*"}, sourceReader{map[string]string{"train": "oracle/hotel_Service.train", "dev": "oracle/hotel_Service.dev", "test": "target/hotel_Service.train"}, readHotelRows},
			importing("hotel", "src/hotel")},
		{"eraser", "eraser", []string{"*.jsonl"}, docs(documentFile), importing("eraser", "src/eraser")},
		{"eraser documents", "eraser", []string{"docs/*"}, docs(documentFile), importing("eraser", "src/eraser")},
		{"eraser docs.jsonl", "packed", []string{"docs.jsonl"}, docs(packedDocument), importing("eraser", "src/packed")},
		{"tweets", "tweets", []string{"*.csv"}, sourceReader{map[string]string{"train": "train.csv", "dev": "valid.csv", "test": "test.csv"}, readTweetRows}, importing("tweets", "src/tweets")},
		{"aste", "aste", []string{"*.txt"}, sourceReader{splitFiles("%s_triplets.txt"), readASTERows}, importing("aste", "src/aste")},
	}
	var all []kind
	for _, f := range formats {
		folder := "src/" + f.folder
		k := kind{
			name: "source: " + f.name, weight: 6, needs: []string{folder}, calls: f.call, modes: []string{plain},
			state: importedState, check: asImported(folder, f.reader), names: []string{".jsonl:", "docs", "no source gives rows to train on"},
		}
		for _, pattern := range f.files {
			k.files = append(k.files, folder+"/"+pattern)
		}
		if f.name == "beer" {
			k.modes = []string{kept, rewritten} // of gzip, whose check sum is inside
			k.reseal = nil
		}
		all = append(all, k)
	}
	return append(all, kind{
		name: "source: glove", weight: 6, needs: []string{"src/glove"}, files: []string{"src/glove/glove.txt"}, modes: []string{plain},
		calls: [][]string{{"data", "import", "glove", "src/glove/glove.txt"}}, state: vectorState, check: asGloVe,
	})
}

func splitFiles(pattern string) map[string]string {
	files := map[string]string{}
	for _, split := range []string{"train", "dev", "test"} {
		files[split] = fmt.Sprintf(pattern, split)
	}
	return files
}

// inputKinds are what lies outside of the store once it is imported.
func inputKinds() []kind {
	tokenized := []string{"data", "tokenize", "toys", "--json", "-q"}
	describe := []string{"data", "describe", "toys", "--json"}
	pieces := func(path string) [][]string {
		return [][]string{{"tokenize", "--vocab", path, "--json"}, {"tokenize", "--vocab", path}}
	}
	return []kind{
		{name: "dataset: Arrow", weight: 14, needs: []string{"out/data", "cache"}, files: []string{"out/data/toys/*.arrow"},
			calls: [][]string{describe, tokenized}, modes: digested, reseal: resealDataset, check: soundDataset, freely: true},
		{name: "dataset: poisoned Arrow", weight: 6, needs: []string{"out/data", "cache"}, files: []string{"out/data/toys-poisoned/*.arrow"},
			calls: [][]string{{"data", "describe", "toys-poisoned", "--json"}, {"data", "tokenize", "toys-poisoned", "--json", "-q"}}, modes: digested, reseal: resealDataset, check: soundDataset, freely: true},
		{name: "dataset: manifest", weight: 8, needs: []string{"out/data", "cache"}, files: []string{"out/data/toys/manifest.json"},
			calls: [][]string{describe, tokenized, {"list", "datasets"}}, modes: digested, reseal: resealDataset, check: soundDataset, freely: true, names: []string{"toys"}},
		{name: "word vectors", weight: 8, needs: []string{"out/data", "cache"}, files: []string{tablePath},
			calls: [][]string{tokenized}, modes: digested, reseal: resealTable, check: finiteTable, freely: true},
		{name: "WordPiece vocab.txt", weight: 6, needs: []string{"src/pieces"}, files: []string{"src/pieces/vocab.txt"}, stdin: someText + "\n",
			calls: pieces("src/pieces/vocab.txt"), modes: []string{plain}, check: asListed},
		{name: "WordPiece tokenizer.json", weight: 6, needs: []string{"src/hf"}, files: []string{"src/hf/tokenizer.json"}, stdin: someText + "\n",
			calls: pieces("src/hf"), modes: []string{plain}, check: asNumbered, names: []string{"src/hf"}},
	}
}

// readKinds are the files of finished artifacts that verbs read.
func readKinds(s *scene) []kind {
	in := func(id string, names ...string) (files []string) {
		for _, name := range names {
			files = append(files, "out/store/artifacts/"+id+"/"+name)
		}
		return files
	}
	run := func(verb string, more ...string) []string { return append([]string{verb, s.Run}, more...) }
	numbers := [][]string{run("evaluate", "--json"), run("evaluate"), run("export", "copy")}
	answers := [][]string{run("explain", someText, "--json"), run("explain", someText), run("export", "copy")}
	store := []string{"out/store", "out/data"}
	all := []kind{
		{name: "store: manifest", weight: 10, files: in("*", "manifest.json"), unread: true,
			calls: [][]string{{"list", "runs"}, {"list", "runs", "--json"}, run("evaluate", "--json"), run("explain", "--json"), run("export", "copy"), run("compare", s.Run)}, check: finite},
		{name: "store: records.csv", weight: 8, files: in(s.Evaluation, "records.csv"), calls: numbers, check: asRecorded},
		{name: "store: rationales.jsonl", weight: 8, files: in(s.Evaluation, "rationales.jsonl"),
			calls: [][]string{run("explain", "--json"), run("explain"), run("explain", "--html", "page.html")}, check: asExplained},
		{name: "store: eval_model.onnx", weight: 6, files: in(s.Evaluation, "eval_model.onnx"), calls: answers, check: saneAnswer(s)},
		{name: "store: run.json", weight: 6, files: in(s.Run, "run.json"), calls: numbers, check: asRun},
		{name: "store: summary.json, vocab.txt", weight: 8, files: in(s.Data, "summary.json", "vocab.txt"), calls: answers, check: saneAnswer(s)},
	}
	for i := range all {
		all[i].needs, all[i].modes, all[i].reseal = store, digested, resealArtifact
		all[i].names = append(all[i].names, "artifact")
		all[i].state, all[i].check = filesBelowState("copy", "page.html"), asCopied(s, all[i].check)
	}
	return all
}

// madeKinds are the inputs of stages: what reads them is made again.
func madeKinds(s *scene) []kind {
	store := []string{"out", "cache"}
	in := func(ids ...string) (files []string) {
		for _, id := range ids {
			files = append(files, "out/store/artifacts/"+id)
		}
		return files
	}
	again := func(name string, weight int, files []string, drop ...string) kind {
		return kind{name: name, weight: weight, needs: store, files: files, drop: in(drop...), calls: [][]string{s.train}, modes: digested,
			reseal: resealArtifact, state: evaluationOf(s.Evaluation), check: soundInputs(s), freely: true, heals: true}
	}
	return []kind{
		again("stage input: tokenized Arrow", 3, in(s.Data+"/*.arrow"), s.Run, s.Evaluation),
		again("stage input: vectors.safetensors", 1, in(s.Data+"/vectors.safetensors"), s.Run, s.Evaluation),
		again("stage input: graphs", 2, in(s.Graphs+"/*.onnx", s.Graphs+"/graphs.json"), s.Run, s.Evaluation),
		again("stage input: checkpoint", 2, in(s.Weights+"/checkpoint.safetensors"), s.Run, s.Evaluation),
		again("stage input: run", 2, in(s.Run+"/checkpoint.safetensors", s.Run+"/run.json"), s.Evaluation),
		{name: "figures and their numbers", weight: 4, needs: []string{"out", "cache"}, modes: digested, reseal: resealArtifact,
			files:     in("figure-*/*", "train-*/records.csv", "evaluate-*/records.csv", "evaluate-*/rationales.jsonl"),
			stateOnly: true, calls: [][]string{figureRun, {"status", "a2i-fig3", "--dataset", "toys", "--profile", "smoke"}}, codes: []int{exitStale}, state: filesBelowState("out/results/figures", "out/results/tables", "out/results/records.csv"),
			check: finite, freely: true, unread: true, heals: true},
		{name: "saved state of a training", weight: 1, needs: []string{"long", "out/data", "cache"}, files: []string{"long/store/work/train-*/resume.safetensors"},
			calls: [][]string{append(append([]string{}, longTraining...), "--out", "long")}, modes: digested, reseal: resealResume,
			state: filesBelowState("long/store/artifacts"), check: finite, freely: true, unread: true, heals: true},
	}
}

// evaluationOf gives the digests of an evaluation's files.
func evaluationOf(id string) func(dir string) (string, error) {
	return filesBelowState("out/store/artifacts/" + id)
}

// filesBelowState lists the digests of files, and of all files below folders.
func filesBelowState(places ...string) func(dir string) (string, error) {
	return func(dir string) (string, error) {
		var b strings.Builder
		for _, start := range places {
			err := fs.WalkDir(os.DirFS(dir), start, func(path string, e fs.DirEntry, err error) error {
				if os.IsNotExist(err) {
					return nil
				}
				if err != nil || e.IsDir() {
					return err
				}
				data, err := os.ReadFile(filepath.Join(dir, path))
				fmt.Fprintf(&b, "%s %x\n", path, sha256.Sum256(data))
				return err
			})
			if err != nil {
				return "", err
			}
		}
		return b.String(), nil
	}
}
