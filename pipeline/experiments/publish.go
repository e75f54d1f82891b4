package experiments

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"rationale/datasets/quote"
	"rationale/onnx/rationalizer"
	"rationale/pipeline/disk"
	"rationale/pipeline/engine"
	"rationale/pipeline/report"
	"rationale/plots"
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
	for _, e := range b.Experiments {
		for i, f := range e.Figures {
			if err := p.copyFigure(e.Drawings[i], e.file(f.Name)); err != nil {
				return p.written, err
			}
		}
	}
	for _, e := range m.Experiments {
		for _, t := range e.Tables {
			if err := p.putTable(t); err != nil {
				return p.written, err
			}
		}
	}
	for _, d := range m.Drawings() {
		if err := p.putDrawing(d); err != nil {
			return p.written, err
		}
	}
	return p.written, p.render([]rendering{
		{"records.csv", func(w io.Writer) error { return plots.WriteRecords(w, m.Records) }},
		{ProvenanceFile, m.WriteProvenance},
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

// putTable writes a table that has numbers; each of its sheets is a file.
func (p *publisher) putTable(t report.Table) error {
	if t.Empty() {
		return nil
	}
	base := filepath.Join("tables", t.Name)
	files := []rendering{{base + ".md", t.WriteMarkdown}, {base + ".tex", t.WriteLaTeX}}
	for _, s := range t.Sheets {
		name := base
		if s.Name != "" {
			name += "-" + s.Name
		}
		files = append(files, rendering{name + ".csv", s.WriteCSV})
	}
	return p.render(files)
}

// putDrawing writes a picture of graphs in all formats.
func (p *publisher) putDrawing(d report.Drawing) error {
	for _, format := range plots.Formats {
		content, err := plots.Render(&d.Graphs, format)
		if err != nil {
			return fmt.Errorf("figure %s: %w", d.Name, err)
		}
		if err := p.put(filepath.Join("figures", d.Name+"."+string(format)), content); err != nil {
			return err
		}
	}
	return nil
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
	data, err := disk.ReadFile(filepath.Join(p.dir, ProvenanceFile), 1<<30)
	return err == nil && report.IsProvenance(data)
}

// ProvenanceFile is the file of the results that says what is behind each number.
const ProvenanceFile = "provenance.json"

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

func (p *publisher) copyFigure(drawing *engine.Node, name string) error {
	dir, err := p.folder(drawing)
	if err != nil {
		return err
	}
	for _, ext := range []string{".png", ".svg", ".pdf"} {
		content, err := os.ReadFile(filepath.Join(dir, name+ext))
		if err != nil {
			return err
		}
		if err := p.put(filepath.Join("figures", name+ext), content); err != nil {
			return err
		}
	}
	return nil
}

// command is the line that makes the batch again.
func (b *Batch) command() string { return quote.Command(b.asked...) }

// list names all settings and their values.
func (s Settings) list(m rationalizer.Method) [][2]string {
	var out [][2]string
	v := reflect.ValueOf(s)
	for _, f := range reflect.VisibleFields(v.Type()) {
		value := v.FieldByIndex(f.Index)
		if name, optional := settingName(f); name != "" && !(optional && value.IsZero()) {
			out = append(out, [2]string{name, fmt.Sprint(value)})
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
