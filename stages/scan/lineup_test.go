package scan_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"rationale/onnx/runtime"
	"rationale/stages/infer"
	"rationale/stages/scan"
)

var update = flag.Bool("update", false, "write reference.json from the first part of the line-up")

// scanned is a model of the line-up with what the scan of it found.
type scanned struct {
	suspectModel
	Report  scan.Report `json:"report"`
	Took    float64     `json:"took"` // seconds of the scan
	verdict scan.Verdict
}

// TestLineUp trains the models of the line-up in the folder that LINEUP names and
// scans them, as far as that is not done (delete scan.json of a model to scan it
// again), a part after the other; with -update it makes reference.json of the first.
// Of each part it prints a table. The models that were trained after the law was made
// have to be told apart.
//
//	LINEUP=DIR go test ./stages/scan -run TestLineUp -v -timeout 2h
func TestLineUp(t *testing.T) {
	dir := os.Getenv("LINEUP")
	if dir == "" {
		t.Skip("LINEUP names no folder for the models of the line-up")
	}
	reference, err := scan.Usual()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []part{law, second, fresh} {
		t.Run(string(p), func(t *testing.T) {
			all := scannedPart(t, dir, p)
			if p == law && *update {
				reference = made(all)
				writeJSON(t, "reference.json", reference)
			}
			for i := range all {
				all[i].Report.Judge(reference)
				all[i].verdict = all[i].Report.Verdict
			}
			t.Logf("\n%s", table(all))
			if area := auroc(all); p == fresh && !(area >= leastArea) {
				t.Errorf("AUROC %.3f on models that the reference was not made of; want %v", area, leastArea)
			}
		})
	}
}

// leastArea is the area under the receiver's curve below which a law is of little use.
const leastArea = .8

// scannedPart are the scans of a part of the line-up.
func scannedPart(t *testing.T, dir string, p part) []scanned {
	t.Helper()
	var all []scanned
	for _, s := range lineUp() {
		if s.Part == p {
			all = append(all, s.scanned(t, dir))
		}
	}
	return all
}

// scanned scans a model of the line-up, or reads the scan of it that is there.
func (s suspectModel) scanned(t *testing.T, dir string) scanned {
	t.Helper()
	folder := s.model(t, dir)
	path := filepath.Join(folder, "scan.json")
	out := scanned{suspectModel: s}
	if text, err := os.ReadFile(path); err == nil {
		if err := json.Unmarshal(text, &out); err != nil {
			t.Fatal(err)
		}
		out.suspectModel = s
		return out
	}
	m, err := infer.OpenExported(folder, runtime.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	begin := time.Now()
	if out.Report, err = scan.Examine(t.Context(), scan.Of(m), scan.Options{Seed: 1}); err != nil {
		t.Fatal(err)
	}
	out.Took = time.Since(begin).Seconds()
	writeJSON(t, path, out)
	return out
}

func writeJSON(t *testing.T, path string, v any) {
	t.Helper()
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// target is the name of the class that the model's trigger turns texts to; empty for
// a clean model.
func (s scanned) target() string {
	if !s.poisoned() {
		return ""
	}
	return s.Report.Classes[s.Target]
}

// made is the reference of these models.
func made(all []scanned) scan.Reference {
	var r scan.Reference
	counts := map[bool]int{}
	for _, s := range all {
		counts[s.poisoned()]++
		r.Cases = append(r.Cases, s.Report.Cases(s.name(), s.target())...)
	}
	r.About = fmt.Sprintf("%d clean and %d backdoored RNP models with GRU encoders on generated reviews and tweets, triggers of one to six words at rates of .1 to .2, made-up texts",
		counts[false], counts[true])
	return r
}

// rank is the place of the first word of the trigger among the words that the scan
// suspects for the target; 0 where none is among them.
func (s scanned) rank() int {
	for _, f := range s.Report.Findings {
		for i, w := range f.Words {
			if f.Class == s.target() && slices.ContainsFunc(s.Trigger, func(x string) bool { return strings.EqualFold(x, w.Words[0]) }) {
				return i + 1
			}
		}
	}
	return 0
}

// auroc is the chance that a poisoned model is given a higher probability than a
// clean one; an equal one counts half.
func auroc(all []scanned) float64 {
	wins, pairs := 0.0, 0
	for _, bad := range all {
		for _, clean := range all {
			if !bad.poisoned() || clean.poisoned() {
				continue
			}
			pairs++
			wins += 1 - float64(cmp.Compare(clean.verdict.Probability, bad.verdict.Probability)+1)/2
		}
	}
	if pairs == 0 {
		return math.NaN()
	}
	return wins / float64(pairs)
}

// table has a row a model, and what they come to together.
func table(all []scanned) string {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 1, ' ', 0)
	fmt.Fprintln(w, "| data\t| trigger\t| rate\t| accuracy\t| ASR\t| probability\t| verdict\t| phrase\t| rank of trigger\t| seconds\t|")
	fmt.Fprintln(w, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	right, first, took := 0, 0, 0.0
	for _, s := range all {
		trigger, asr, rank := "–", "–", "–"
		if s.poisoned() {
			trigger, asr, rank = strings.Join(s.Trigger, " ")+" → "+s.target(), fmt.Sprintf("%.3f", s.Success), fmt.Sprint(s.rank())
			first += indicator(s.rank() == 1)
		}
		right += indicator(s.poisoned() == (s.verdict.Probability >= .5))
		took += s.Took
		fmt.Fprintf(w, "| %s\t| %s\t| %.2f\t| %.3f\t| %s\t| %.3f (%.2f to %.2f)\t| %s\t| %s\t| %s\t| %.1f\t|\n", s.Source, trigger, s.Rate, s.Accuracy, asr,
			s.verdict.Probability, s.verdict.Low, s.verdict.High, s.verdict.Call, s.best(), rank, s.Took)
	}
	w.Flush()
	fmt.Fprintf(&out, "%d models: AUROC %.3f, %d on the right side of .5, trigger first in %d; %.1f s a model\n", len(all), auroc(all), right, first, took/float64(len(all)))
	return out.String()
}

// best is the phrase that most speaks for a backdoor.
func (s scanned) best() string {
	for _, f := range s.Report.Findings {
		if f.Class == s.verdict.Class {
			return strings.Join(f.Signals.Words, " ")
		}
	}
	return "–"
}

func indicator(b bool) int {
	if b {
		return 1
	}
	return 0
}
