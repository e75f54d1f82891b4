package experiments

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"rationale/onnx/rationalizer"
	"rationale/pipeline/disk"
	"rationale/pipeline/engine"
	"rationale/pipeline/report"
	"rationale/plots"
	"rationale/stages/evaluate"
	"rationale/stages/figure"
	"rationale/stages/tokenize"
	"rationale/stages/train"
)

// Publish puts the finished batch into the folder dir: figures, records.csv,
// provenance.json and report.html. It lists the files it wrote and leaves
// alone what is there already with the same content. dir must be absent, empty
// or hold results.
func (b *Batch) Publish(store *engine.Store, plan *engine.Plan, dir string) (written []string, err error) {
	p := publisher{store: store, plan: plan, dir: dir}
	if err := disk.Claim(disk.Real{}, dir, "results", p.older); err != nil {
		return nil, err
	}
	m, err := p.material(b)
	if err != nil {
		return nil, err
	}
	for _, f := range b.Figures {
		if err := p.copyFigure(f); err != nil {
			return p.written, err
		}
	}
	for _, f := range m.Figures {
		if err := p.putTable(f.Name, f.Table(m.Records)); err != nil {
			return p.written, err
		}
	}
	return p.written, p.render([]rendering{
		{"records.csv", func(w io.Writer) error { return plots.WriteRecords(w, m.Records) }},
		{provenanceFile, m.WriteProvenance},
		{"report.html", m.Write},
	})
}

// rendering is a file and what writes it.
type rendering struct {
	name  string
	write func(io.Writer) error
}

func (p *publisher) render(files []rendering) error {
	for _, file := range files {
		var content bytes.Buffer
		if err := file.write(&content); err != nil {
			return fmt.Errorf("%s: %w", file.name, err)
		}
		if err := p.put(file.name, content.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// putTable writes a table "paper | ours"; experiments without claims have none.
func (p *publisher) putTable(name string, t *plots.Table) error {
	if len(t.Lines) == 0 {
		return nil
	}
	base := filepath.Join("tables", name)
	return p.render([]rendering{{base + ".md", t.WriteMarkdown}, {base + ".csv", t.WriteCSV}, {base + ".tex", t.WriteLaTeX}})
}

// publisher writes results below dir.
type publisher struct {
	store   *engine.Store
	plan    *engine.Plan
	dir     string
	written []string
}

// older recognises results of a version of the program that left no marker in
// the folder: provenance.json is known by its content.
func (p *publisher) older([]fs.DirEntry) bool {
	data, err := disk.ReadFile(filepath.Join(p.dir, provenanceFile), 1<<30)
	return err == nil && report.IsProvenance(data)
}

const provenanceFile = "provenance.json"

// folder is a node's artifact, checked against its digests.
func (p *publisher) folder(n *engine.Node) (string, error) {
	if _, err := p.store.Verify(p.plan.ID(n)); err != nil {
		return "", fmt.Errorf("%w; the same command makes it again", err)
	}
	return p.store.Path(p.plan.ID(n))
}

// put writes a file in one step, unless it is there with this content.
func (p *publisher) put(name string, content []byte) error {
	path := filepath.Join(p.dir, name)
	if folder := filepath.Dir(path); folder != p.dir {
		if err := disk.Folder(disk.Real{}, folder); err != nil {
			return err
		}
	}
	written, err := disk.WriteFile(disk.Real{}, path, content)
	if written {
		p.written = append(p.written, path)
	}
	return err
}

func (p *publisher) copyFigure(f Figure) error {
	dir, err := p.folder(f.Node)
	if err != nil {
		return err
	}
	for _, ext := range []string{".png", ".svg", ".pdf"} {
		content, err := os.ReadFile(filepath.Join(dir, f.Experiment.Name+ext))
		if err != nil {
			return err
		}
		if err := p.put(filepath.Join("figures", f.Experiment.Name+ext), content); err != nil {
			return err
		}
	}
	return nil
}

// material collects what the report shows.
func (p *publisher) material(b *Batch) (report.Material, error) {
	m := report.Material{Title: "Selective rationalization: reproduced figures", Command: b.command(), Profile: b.Profile}
	for _, f := range b.Figures {
		dir, err := p.folder(f.Node)
		if err != nil {
			return m, err
		}
		png, err := os.ReadFile(filepath.Join(dir, f.Experiment.Name+".png"))
		if err != nil {
			return m, err
		}
		e := f.Experiment
		m.Figures = append(m.Figures, report.Figure{
			Name: e.Name, Title: e.Title, Paper: e.Paper, Expect: e.Expect, PNG: png,
			Claims: e.Claims, Datasets: f.Node.Stage.Params().(figure.Params).Spec.Datasets,
		})
	}
	data := map[string]bool{}
	for _, r := range b.Runs {
		if err := p.addRun(&m, r); err != nil {
			return m, err
		}
		if id := p.plan.ID(r.Data); !data[id] {
			data[id] = true
			if err := p.addData(&m, r.Data); err != nil {
				return m, err
			}
		}
		backend := r.Train.Stage.Params().(train.Params).Engine
		m.Library = fmt.Sprintf("onnxruntime (SHA-256 %.12s…), provider %s", backend.Library, backend.Provider)
		if backend.TF32 {
			m.Library += " with TF32"
		}
	}
	plots.SortRecords(m.Records)
	return m, p.addReadings(&m)
}

// command is the line that makes the batch again.
func (b *Batch) command() string {
	names := make([]string, len(b.Figures))
	for i, f := range b.Figures {
		names[i] = f.Experiment.Name
	}
	return fmt.Sprintf("rationale reproduce %s --profile %s", strings.Join(names, " "), b.Profile)
}

func (p *publisher) addRun(m *report.Material, r *Run) error {
	trained, err := p.folder(r.Train)
	if err != nil {
		return err
	}
	evaluated, err := p.folder(r.Evaluate)
	if err != nil {
		return err
	}
	for _, dir := range []string{trained, evaluated} {
		records, err := figure.ReadRun(dir)
		if err != nil {
			return err
		}
		m.Records = append(m.Records, records...)
	}
	result, err := train.ReadResult(trained)
	if err != nil {
		return err
	}
	examples, err := evaluate.ReadExamples(evaluated)
	if err != nil {
		return err
	}
	run := report.Run{
		ID: p.plan.ID(r.Train), EvaluationID: p.plan.ID(r.Evaluate), Method: r.Method.Name, Dataset: r.Dataset, Seed: r.Seed,
		Settings: r.Settings.list(r.Method), ChosenEpoch: result.Epoch(), Examples: examples,
	}
	if log, ok, err := p.store.Log(run.ID); err == nil && ok {
		run.Seconds, run.PeakRSS, run.Finished = log.Seconds, log.PeakRSS, log.Started
	}
	m.Runs = append(m.Runs, run)
	return nil
}

func (p *publisher) addData(m *report.Material, n *engine.Node) error {
	dir, err := p.folder(n)
	if err != nil {
		return err
	}
	summary, err := tokenize.ReadSummary(dir)
	m.Data = append(m.Data, report.Dataset{ID: p.plan.ID(n), Summary: summary})
	return err
}

// list names all settings and their values.
func (s Settings) list(m rationalizer.Method) [][2]string {
	var out [][2]string
	v := reflect.ValueOf(s)
	for _, f := range reflect.VisibleFields(v.Type()) {
		if name := f.Tag.Get("toml"); name != "" && name != "-" {
			out = append(out, [2]string{name, fmt.Sprint(v.FieldByIndex(f.Index))})
		}
	}
	for _, o := range m.Options {
		value := fmt.Sprint(s.Options[o.Name])
		if o.Flag {
			value = fmt.Sprint(s.Options[o.Name] != 0)
		}
		out = append(out, [2]string{o.Name, value})
	}
	return out
}
