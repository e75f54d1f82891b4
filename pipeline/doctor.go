package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strings"

	"golang.org/x/sys/unix"

	"rationale/datasets"
	"rationale/onnx/runtime"
	"rationale/pipeline/checkpoints"
	"rationale/tokenizer/embeddings"
)

// doctorCmd is `rationale doctor`.
type doctorCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*doctorCmd) Help() string {
	return `Exit code 0 when everything needed is there, 1 when not. What is optional (a GPU, word vectors, imported datasets) never fails, nor does an onnxruntime of a version that the tests were not run with.

Example:

    rationale doctor`
}

// checkup is one line of the doctor's report.
type checkup struct {
	Name   string `json:"name"`
	State  string `json:"state"` // OK, untested, missing, or optional: missing but not needed
	Detail string `json:"detail"`
	Fix    string `json:"fix,omitempty"`
}

func newCheckup(f runtime.Finding) checkup {
	switch {
	case f.Untested:
		return checkup{Name: f.Name, State: "untested", Detail: f.Detail, Fix: f.Fix}
	case f.OK:
		return checkup{Name: f.Name, State: "OK", Detail: f.Detail}
	case f.Optional:
		return checkup{Name: f.Name, State: "optional", Detail: f.Detail, Fix: f.Fix}
	}
	return checkup{Name: f.Name, State: "missing", Detail: f.Detail, Fix: f.Fix}
}

// Run looks at everything and prints it.
func (c *doctorCmd) Run(ctx context.Context, a *app) error {
	var all []checkup
	for _, f := range runtime.Diagnose(ctx, a.computing()) {
		all = append(all, newCheckup(f))
	}
	all = append(all,
		newCheckup(vectorsFinding()),
		newCheckup(checkpointFinding()),
		newCheckup(datasetsFinding(a.dataDir())),
		newCheckup(diskFinding(a.Out)),
		checkup{Name: "program", State: "OK", Detail: fmt.Sprintf("%s, %s, %d processors", revision(), goruntime.Version(), goruntime.NumCPU())},
	)
	if err := c.print(a, all); err != nil {
		return err
	}
	return verdict(all)
}

func (c *doctorCmd) print(a *app, all []checkup) error {
	if c.JSON {
		return a.printJSON(all)
	}
	for _, k := range all {
		a.printf("%-9s%s: %s\n", k.State, k.Name, k.Detail)
		if k.Fix != "" {
			a.printf("         → %s\n", k.Fix)
		}
	}
	return nil
}

// verdict fails when something needed is missing.
func verdict(all []checkup) error {
	var missing []string
	for _, k := range all {
		if k.State == "missing" {
			missing = append(missing, k.Name)
		}
	}
	if missing == nil {
		return nil
	}
	return fmt.Errorf("needed and missing: %s", strings.Join(missing, ", "))
}

func vectorsFinding() runtime.Finding {
	f := runtime.Finding{Name: "word vectors", Optional: true,
		Fix: "make embeddings, or " + gloveExample + "; generated data runs without"}
	dir, err := embeddingsDir()
	if err != nil {
		f.Detail = err.Error()
		return f
	}
	path := filepath.Join(dir, embeddings.FileName)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		f.Detail = "no " + path
		return f
	}
	table, err := embeddings.Open(path)
	if err != nil {
		f.Detail = err.Error()
		return f
	}
	defer table.Close()
	f.OK, f.Detail = true, fmt.Sprintf("%s: %d words, %d numbers each, from %s", path, table.Len(), table.Dim(), table.Source())
	return f
}

func checkpointFinding() runtime.Finding {
	f := runtime.Finding{Name: "BERT", Optional: true,
		Fix: "make bert, or name the folder of a checkpoint of yours by --checkpoint; only --encoder bert needs one"}
	dir, err := checkpoints.Dir()
	if err == nil {
		f.Detail, err = checkpoints.MiniLM.Find(dir)
	}
	if f.OK = err == nil; !f.OK {
		f.Detail = err.Error()
	}
	return f
}

// datasetsFinding opens every imported dataset.
func datasetsFinding(dir string) runtime.Finding {
	f := runtime.Finding{Name: "datasets", Optional: true, Fix: "rationale data import --help; the generated dataset needs no import"}
	names, err := datasets.List(dir)
	if err != nil {
		f.Detail = err.Error()
		return f
	}
	if len(names) == 0 {
		f.Detail = "none imported in " + dir
		return f
	}
	var damaged []string
	for _, name := range names {
		set, err := datasets.Open(dir, name)
		if err != nil {
			damaged = append(damaged, err.Error())
			continue
		}
		set.Close()
	}
	f.OK, f.Detail = true, fmt.Sprintf("%s in %s, all undamaged", strings.Join(names, ", "), dir)
	if damaged != nil {
		f.OK, f.Detail = false, fmt.Sprintf("%d of %d damaged: %s", len(damaged), len(names), strings.Join(damaged, "; "))
		f.Fix = "import what is damaged again; nothing else needs it"
	}
	return f
}

// neededDisk is room for the quick profile and some more, in bytes.
const neededDisk = 1 << 30

// diskFinding asks for the free room where the output folder lies or will lie.
func diskFinding(dir string) runtime.Finding {
	f := runtime.Finding{Name: "disk", Fix: "free some room, or choose another folder with --out"}
	existing, err := nearestFolder(dir)
	if err != nil {
		f.Detail = err.Error()
		return f
	}
	var s unix.Statfs_t
	if err := unix.Statfs(existing, &s); err != nil {
		f.Detail = fmt.Sprintf("%s: %v", existing, err)
		return f
	}
	free := s.Bavail * uint64(s.Bsize)
	f.OK = free >= neededDisk
	f.Detail = fmt.Sprintf("%.1f GB free for %s", float64(free)/1e9, dir)
	return f
}

// nearestFolder is the folder itself or the first above it that exists.
func nearestFolder(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(abs); err == nil || abs == filepath.Dir(abs) {
			return abs, err
		}
		abs = filepath.Dir(abs)
	}
}
