package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/apache/arrow/go/v15/arrow/array"
	"github.com/apache/arrow/go/v15/arrow/ipc"

	"rationale/pipeline/campaign"
)

// asRun: the epoch printed is the one that run.json names, and one of the run's.
func asRun(k place, o campaign.Observation) error {
	var printed struct {
		Epoch  *int
		Params struct{ Epochs int }
	}
	if json.Unmarshal([]byte(o.Stdout), &printed) != nil || printed.Epoch == nil {
		return finite(k, o)
	}
	var want struct{ Chosen struct{ Epoch int } }
	if err := readJSON(k.path, &want); err != nil {
		return err
	}
	if e := *printed.Epoch; e != want.Chosen.Epoch || e < 1 || e > printed.Params.Epochs {
		return fmt.Errorf("epoch %d of %d is printed, the file says %d", e, printed.Params.Epochs, want.Chosen.Epoch)
	}
	return finite(k, o)
}

// asCopied: an export is what lies in the store, and whatever else the check
// wants.
func asCopied(s *scene, more check) check {
	return func(k place, o campaign.Observation) error {
		for name, id := range map[string]string{"eval_model.onnx": s.Evaluation, "vocab.txt": s.Data} {
			copied, err := os.ReadFile(filepath.Join(k.dir, "copy", name))
			if os.IsNotExist(err) {
				continue // nothing was exported
			}
			stored, storedErr := os.ReadFile(filepath.Join(k.dir, "out/store/artifacts", id, name))
			if err != nil || storedErr != nil || !bytes.Equal(copied, stored) {
				return fmt.Errorf("%s was not copied as it is: %v %v", name, err, storedErr)
			}
		}
		return more(k, o)
	}
}

// asNumbered: each piece has the id that tokenizer.json gives it.
func asNumbered(k place, o campaign.Observation) error {
	var whole struct {
		Model struct{ Vocab map[string]int }
	}
	if err := readJSON(k.path, &whole); err != nil {
		return err
	}
	var printed struct {
		Pieces []string
		IDs    []int
	}
	if json.Unmarshal([]byte(o.Stdout), &printed) != nil {
		return nil
	}
	for i, piece := range printed.Pieces {
		if id, ok := whole.Model.Vocab[piece]; !ok || id != printed.IDs[i] {
			return fmt.Errorf("piece %q has the id %d, the file says %d", piece, printed.IDs[i], id)
		}
	}
	return nil
}

// soundInputs: what the stages have read is sound by the word of small readers
// of its own, and what came out is finite.
func soundInputs(s *scene) check {
	return func(k place, o campaign.Observation) error {
		var err error
		switch filepath.Ext(k.path) {
		case ".safetensors":
			err = finiteTensors(k.path)
		case ".arrow":
			err = soundPieces(k.path)
		}
		if err != nil {
			return err
		}
		return finite(k, o)
	}
}

// finiteTensors reads a file of float32 tensors.
func finiteTensors(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil || len(raw) < 8 {
		return fmt.Errorf("%d bytes: %w", len(raw), err)
	}
	var header map[string]struct {
		DType   string
		Offsets [2]int `json:"data_offsets"`
	}
	size := binary.LittleEndian.Uint64(raw)
	if size > uint64(len(raw)-8) {
		return fmt.Errorf("a header of %d bytes", size)
	}
	entries := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw[8:8+size], &entries); err != nil {
		return err
	}
	delete(entries, "__metadata__")
	kept, err := json.Marshal(entries)
	if err == nil {
		err = json.Unmarshal(kept, &header)
	}
	if err != nil {
		return err
	}
	data := raw[8+size:]
	for name, entry := range header {
		if entry.DType != "F32" || entry.Offsets[0] > entry.Offsets[1] || entry.Offsets[1] > len(data) {
			return fmt.Errorf("%s is %v at %v", name, entry.DType, entry.Offsets)
		}
		for at := entry.Offsets[0]; at+4 <= entry.Offsets[1]; at += 4 {
			x := math.Float32frombits(binary.LittleEndian.Uint32(data[at:]))
			if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) {
				return fmt.Errorf("%s holds %v", name, x)
			}
		}
	}
	return nil
}

// soundPieces holds a tokenized split against its summary.
func soundPieces(path string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("Arrow's own reader cannot read it: %v", p)
		}
	}()
	var summary struct {
		Vocabulary int
		Classes    []string
		Settings   struct {
			Max int `json:"max_length"`
		}
		Splits map[string]struct{ Texts int }
	}
	if err := readJSON(filepath.Join(filepath.Dir(path), "summary.json"), &summary); err != nil {
		return err
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	r, err := ipc.NewReader(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	texts := 0
	for r.Next() {
		record := r.Record()
		for i := range int(record.NumRows()) {
			texts++
			ids, words := intsOf(record.Column(5).(*array.List), i), intsOf(record.Column(7).(*array.List), i)
			from, to := record.Column(2).(*array.List).ValueOffsets(i)
			gold, tokens := marksAt(record.Column(4), i), int(to-from)
			label := record.Column(1).(*array.Int64).Value(i)
			if len(ids) != len(words) || gold != nil && len(gold) != tokens || len(ids) > summary.Settings.Max || label < 0 || int(label) >= len(summary.Classes) {
				return fmt.Errorf("text %d: %d ids, %d words, %d marks, label %d", texts, len(ids), len(words), len(gold), label)
			}
			if len(ids) > 0 && (slices.Min(ids) < 0 || int(slices.Max(ids)) >= summary.Vocabulary) {
				return fmt.Errorf("text %d: ids %v of %d", texts, ids, summary.Vocabulary)
			}
		}
	}
	if want := summary.Splits[strings.TrimSuffix(filepath.Base(path), ".arrow")].Texts; texts != want {
		return fmt.Errorf("%d texts; the summary says %d", texts, want)
	}
	return nil
}

func intsOf(list *array.List, i int) []int32 {
	from, to := list.ValueOffsets(i)
	return list.ListValues().(*array.Int32).Int32Values()[from:to]
}

// wholeImport: an import with odd settings that was accepted has stored all of
// the source's rows, under a name that is one.
func wholeImport(k place, o campaign.Observation) error {
	folders, err := filepath.Glob(filepath.Join(k.dir, "out", "data", "*", "manifest.json"))
	if err != nil || len(folders) != 1 {
		return fmt.Errorf("%d datasets: %v", len(folders), err)
	}
	all, err := readDataset(filepath.Dir(folders[0]))
	if err != nil {
		return err
	}
	if n := len(all["train"]) + len(all["dev"]) + len(all["test"]); n == 0 || n > sceneTexts {
		return fmt.Errorf("%d rows of %d", n, sceneTexts)
	}
	return finite(k, o)
}

// asSet: the settings hold the value that was given, as a number where it is
// one.
func asSet(_ place, o campaign.Observation) error {
	settings := map[string]any{}
	if _, err := toml.Decode(o.Stdout, &settings); err != nil {
		return err
	}
	for key, value := range settings {
		if x, ok := value.(float64); ok && (math.IsNaN(x) || math.IsInf(x, 0)) {
			return fmt.Errorf("%s = %v", key, x)
		}
	}
	key, value, _ := strings.Cut(o.Given, "=")
	got := fmt.Sprint(settings[key])
	given, err := strconv.ParseFloat(value, 64)
	kept, _ := strconv.ParseFloat(got, 64) // text is compared as such
	if got != value && (err != nil || given != kept) {
		return fmt.Errorf("%s=%s became %s", key, value, got)
	}
	return nil
}
