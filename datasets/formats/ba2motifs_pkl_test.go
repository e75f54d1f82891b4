package formats

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rationale/datasets"
	"rationale/datasets/motifs"
)

// pickledArrays are adjacency, features and labels of graphs, as they are pickled.
type pickledArrays struct {
	shapes  [3][]int
	numbers [3][]float64
}

// pickledMade are the arrays of made-up graphs, cycles first.
func pickledMade(rows int) pickledArrays {
	p := pickledArrays{shapes: [3][]int{{rows, 25, 25}, {rows, 25, 10}, {rows, 2}}}
	for i := range p.numbers {
		n := 1
		for _, size := range p.shapes[i] {
			n *= size
		}
		p.numbers[i] = make([]float64, n)
	}
	for i := range rows {
		g := pickledGraph(i, rows)
		for _, e := range g.Edges {
			p.numbers[0][(i*25+int(e[0]))*25+int(e[1])], p.numbers[0][(i*25+int(e[1]))*25+int(e[0])] = 1, 1
		}
		for j, x := range g.Features {
			p.numbers[1][i*250+j] = float64(x)
		}
		p.numbers[2][2*i+g.Label] = 1
	}
	return p
}

// pickledGraph is graph i of so many: the first half has cycles.
func pickledGraph(i, rows int) datasets.Graph {
	half := rows / 2
	return motifs.BA2Motif(1, "train", 2*(i%half)+i/half)
}

// bytes are the arrays as Python 3 pickles them with protocol 4.
func (p pickledArrays) bytes() []byte {
	b := []byte("\x80\x04(")
	for i := range p.shapes {
		b = append(b, "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01("...)
		for _, size := range p.shapes[i] {
			b = append(b, 'M', byte(size), byte(size>>8))
		}
		b = append(b, "tcnumpy\ndtype\n\x8c\x02f8\x89\x88\x87R(K\x03\x8c\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89B"...)
		b = binary.LittleEndian.AppendUint32(b, uint32(8*len(p.numbers[i])))
		for _, x := range p.numbers[i] {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
		}
		b = append(b, "tb"...)
	}
	return append(b, "t."...)
}

// file is the pickle in a fresh folder.
func (p pickledArrays) file(t testing.TB) string {
	t.Helper()
	return oneFile(t, "BA-2motif.pkl", string(p.bytes()))
}

func TestPickledMotifs(t *testing.T) {
	const rows = 40
	set := mustImport(t, ImportOptions{Format: "ba2motifs-pkl", Name: "p", Sources: []string{pickledMade(rows).file(t)}})
	graphRows(t, set, 10, rows, 0, 0)
	for i, got := range splitGraphs(t, set, "train") {
		want := pickledGraph(i, rows)
		want.ID = fmt.Sprintf("BA-2motif.pkl:%d", i+1)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("graph %d:\n%s", i, diff)
		}
	}
	if m := set.Meta(); !cmp.Equal(m.Classes, []string{"cycle", "house"}) || len(m.Sources) != 1 || m.Sources[0].Base != "BA-2motif.pkl" {
		t.Errorf("%+v", m)
	}
	set = mustImport(t, ImportOptions{Format: "ba2motifs-pkl", Name: "p", Sources: []string{pickledMade(rows).file(t)}, Split: "dev=0.1,test=0.1", Seed: 1})
	graphRows(t, set, 10, 32, 4, 4)
}

func TestPickledMotifsFaults(t *testing.T) {
	for what, c := range map[string]struct {
		change func(p *pickledArrays)
		want   string
	}{
		"one direction": {func(p *pickledArrays) { p.numbers[0][625+1] = 1 - p.numbers[0][625+1] }, "BA-2motif.pkl:2: adjacency: entry (1, 0)"},
		"weight":        {func(p *pickledArrays) { p.numbers[0][1], p.numbers[0][25] = 2, 2 }, "BA-2motif.pkl:1: adjacency: entry (1, 0) is 2; expected 0 or 1"},
		"no number":     {func(p *pickledArrays) { p.numbers[0][0] = math.NaN() }, "adjacency: entry (0, 0) is NaN"},
		"loop":          {func(p *pickledArrays) { p.numbers[0][26] = 1 }, "entry (1, 1) is 1; expected 0 or 1, and 0 from a node to itself"},
		"feature":       {func(p *pickledArrays) { p.numbers[1][3] = math.Inf(1) }, "node features: node 0 has a feature that is no number"},
		"no label":      {func(p *pickledArrays) { p.numbers[2][0] = 0 }, "BA-2motif.pkl:1: label: (0, 0); expected (1, 0) or (0, 1)"},
		"two labels":    {func(p *pickledArrays) { p.numbers[2][1] = 1 }, "label: (1, 1)"},
		"other label": {func(p *pickledArrays) { p.numbers[2][2], p.numbers[2][3] = 0, 1 },
			"BA-2motif.pkl:2: motif: the label is number 1 and the motif a cycle; in the graphs before, label 0 goes with cycle"},
		"no motif": {func(p *pickledArrays) {
			for j := range 25 {
				p.numbers[0][24*25+j], p.numbers[0][j*25+24] = 0, 0
			}
		}, "BA-2motif.pkl:1: motif: 3 edges join nodes 20 to 24; expected 5 of a cycle or 6 of a house"},
		"shapes":       {func(p *pickledArrays) { p.shapes[0] = []int{4, 625} }, "arrays of the shapes [4 625], [4 25 10] and [4 2]; expected [graphs 25 25]"},
		"fewer labels": {func(p *pickledArrays) { p.shapes[2], p.numbers[2] = []int{3, 2}, p.numbers[2][:6] }, "[4 25 10] and [3 2]"},
	} {
		p := pickledMade(4)
		c.change(&p)
		if got := importError(t, ImportOptions{Format: "ba2motifs-pkl", Name: "p", Sources: []string{p.file(t)}}); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s; want %q", what, got, c.want)
		}
	}
}

// A pickle that would run something is refused by name, and so is one cut short.
func TestPickledMotifsAreNotRun(t *testing.T) {
	whole := string(pickledMade(2).bytes())
	for content, want := range map[string]string{
		"\x80\x04cos\nsystem\n\x8c\x09touch /x\x85R.": `BA-2motif.pkl: byte 2 of the pickle: it would use "system" of module "os"`,
		whole[:len(whole)-3]:                          "is the file truncated?",
		"(I1\nt.":                                     "no pickle of protocol 2 or later",
		whole + whole:                                 "bytes follow the end of the pickle",
	} {
		if got := importError(t, ImportOptions{Format: "ba2motifs-pkl", Name: "p", Sources: []string{oneFile(t, "BA-2motif.pkl", content)}}); !strings.Contains(got, want) {
			t.Errorf("%s; want %q", got, want)
		}
	}
}

// A graph that cannot be used can be left out, as a row of any source.
func TestPickledMotifsSkipBad(t *testing.T) {
	p := pickledMade(6)
	p.numbers[2][0] = 0.5
	set := mustImport(t, ImportOptions{Format: "ba2motifs-pkl", Name: "p", Sources: []string{p.file(t)}, SkipBad: true})
	graphRows(t, set, 10, 5, 0, 0)
	if skipped := set.Meta().Splits["train"].Skipped; skipped["bad row: label"] != 1 {
		t.Errorf("%v", skipped)
	}
}

func FuzzPickledMotifs(f *testing.F) {
	f.Add(pickledMade(2).bytes())
	f.Fuzz(func(t *testing.T, content []byte) {
		fuzzImport(t, ImportOptions{Format: "ba2motifs-pkl"}, "BA-2motif.pkl", content)
	})
}

// The published file, where somebody has it.
func TestRealBA2Motifs(t *testing.T) {
	path := filepath.Join(realData(t, "ba2motifs"), "BA-2motif.pkl")
	if _, err := os.Stat(path); err != nil {
		t.Skip(err)
	}
	set := mustImport(t, ImportOptions{Format: "ba2motifs-pkl", Name: "p", Sources: []string{path}})
	graphRows(t, set, 10, 1000, 0, 0)
	if s := set.Meta().Splits["train"]; s.PerClass[0] != 500 || s.PerClass[1] != 500 || s.Nodes != 25_000 {
		t.Errorf("%+v", s)
	}
}
