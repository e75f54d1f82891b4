package formats

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rationale/datasets"
	"rationale/datasets/generator"
	"rationale/datasets/publish"
	"rationale/datasets/words"
)

// ImportOptions says what to import and how.
type ImportOptions struct {
	Format  string   // one of All
	Name    string   // of the dataset: letters, digits, '.', '_', '-'
	Sources []string // files, or folders for formats that know what lies in them
	// Split deals the rows to train, dev and test; see README.md for its grammar.
	// Empty: by the names of the files.
	Split string
	// SkipBad leaves rows out that cannot be used and counts them in Meta, where
	// otherwise the first one ends the import.
	SkipBad bool
	// Balance is "" for the format's own way, "off", or the seed with which the
	// larger class of the training split is reduced to the size of the smaller.
	Balance string
	// Seed drives the random shares of Split, and generated text.
	Seed uint64
	// Options are the settings of the format, such as column names.
	Options map[string]string
}

// job is an import whose options have been checked against each other.
type job struct {
	opts    ImportOptions
	format  Format
	values  map[string]string
	rule    *splitRule
	balance string
	files   []File
}

// Import reads sources and writes dataDir/NAME. The folder appears, or takes the
// place of an older dataset of that name, in one step when all of it is on the
// disk; after an error, a cancelled context or a kill the older one is still
// there. progress, which may be nil, is told of bytes read, or rows made up, out
// of those in all. The same sources and options give the same bytes.
func Import(ctx context.Context, dataDir string, opts ImportOptions, progress func(done, total int64)) (*datasets.Meta, error) {
	j, err := newJob(opts)
	if err == nil {
		err = generator.CheckFree(opts.Name)
	}
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", opts.Name, err)
	}
	var meta *datasets.Meta
	err = publish.Folder(dataDir, opts.Name, func(dir string) (err error) {
		meta, err = j.run(ctx, dir, progress)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", opts.Name, err)
	}
	return meta, nil
}

// Write is Import into a folder that somebody else publishes, as the engine does
// with what a stage writes.
func Write(ctx context.Context, dir string, opts ImportOptions, progress func(done, total int64)) (*datasets.Meta, error) {
	j, err := newJob(opts)
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	var meta *datasets.Meta
	if err == nil {
		meta, err = j.run(ctx, dir, progress)
	}
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", opts.Name, err)
	}
	return meta, nil
}

// newJob checks everything that can be checked without reading a source.
func newJob(opts ImportOptions) (*job, error) {
	if err := datasets.CheckName(opts.Name); err != nil {
		return nil, err
	}
	format, err := Find(opts.Format)
	if err != nil {
		return nil, err
	}
	j := &job{opts: opts, format: format, balance: opts.Balance}
	if j.values, err = format.settings(opts.Options); err != nil {
		return nil, err
	}
	if j.rule, err = parseSplit(opts.Split); err != nil {
		return nil, err
	}
	if j.balance == "" {
		j.balance = format.Balance
	}
	if _, _, err := parseBalance(j.balance); err != nil {
		return nil, fmt.Errorf("balance %q: expected off or a seed, a whole number", j.balance)
	}
	j.files, err = j.resolve()
	return j, err
}

// run reads all sources into a spool in the folder dir and writes the dataset
// from it there.
func (j *job) run(ctx context.Context, dir string, progress func(done, total int64)) (*datasets.Meta, error) {
	in := j.intake(ctx, progress)
	if err := in.fill(dir); err != nil {
		return nil, err
	}
	spool, err := in.spool.Rows()
	if err != nil {
		return nil, err
	}
	defer spool.Close()
	if spool.Len() == 0 {
		return nil, errors.New("the sources hold no usable row" + countSkipped(in.skipped))
	}
	d, err := j.deal(in)
	if err != nil {
		return nil, err
	}
	return d.write(ctx, dir, spool)
}

// intake is ready to take rows in, once it has a spool.
func (j *job) intake(ctx context.Context, progress func(done, total int64)) *Intake {
	return &Intake{
		ctx: ctx, format: &j.format, options: j.values, seed: j.opts.Seed, rule: j.rule, files: j.files,
		skipBad: j.opts.SkipBad, progress: progress, total: totalBytes(j.files),
		documents: map[string]int32{}, skipped: map[string]map[string]int{},
	}
}

// meta is what can be said of the dataset before its rows are dealt.
func (j *job) meta(in *Intake) datasets.Meta {
	m := datasets.Meta{
		Name: j.opts.Name, Format: j.format.Name, Lower: j.lower(), Aspect: in.aspect, Licence: j.format.Licence,
		Split: j.describe(), Seed: j.opts.Seed, Balance: "off", Options: j.opts.Options, Given: j.given(), SkipBad: j.opts.SkipBad,
		WordRule: j.wordRule(j.format.Words), QueryRule: j.wordRule(j.format.Query),
		Spaces: in.spaces, ConstantQuery: in.constantQuery(), Sources: in.sources, OpenEnds: in.unended, Splits: map[string]datasets.SplitMeta{},
	}
	if j.format.Graphs {
		m.Graphs = &datasets.GraphMeta{Features: in.features}
	}
	for split, reasons := range in.skipped {
		m.Splits[split] = datasets.SplitMeta{Skipped: reasons}
	}
	return m
}

// given names the sources without the folders they lie in.
func (j *job) given() []string {
	var names []string
	for _, s := range j.opts.Sources {
		names = append(names, filepath.Base(s))
	}
	return names
}

// classOrders lists the orders of classes that the format or the user knows.
func (j *job) classOrders() [][]string {
	if given := splitList(j.values["classes"]); given != nil {
		return [][]string{given}
	}
	return j.format.Classes
}

// lower is the format's rule or, where there is such an option, the user's.
func (j *job) lower() bool {
	if text, ok := j.values["lower"]; ok {
		return text == "true"
	}
	return j.format.Lower
}

// wordRule is the format's rule or, where there are such options, the user's: ready
// tokens, or the one named.
func (j *job) wordRule(format words.Rule) words.Rule {
	named, ok := j.values["words"]
	switch {
	case !ok:
		return format
	case j.values["tokens"] != "":
		return words.Tokens
	}
	return words.Rule(named)
}

func totalBytes(files []File) (total int64) {
	for _, f := range files {
		if info, err := os.Stat(f.Path); err == nil {
			total += info.Size()
		}
	}
	return total
}

// countSkipped explains why nothing is left.
func countSkipped(skipped map[string]map[string]int) string {
	var parts []string
	for _, split := range slices.Sorted(maps.Keys(skipped)) {
		for _, reason := range slices.Sorted(maps.Keys(skipped[split])) {
			parts = append(parts, fmt.Sprintf("%s: %d × %s", split, skipped[split][reason], reason))
		}
	}
	if parts == nil {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}
