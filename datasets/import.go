package datasets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v15/arrow"
)

// ImportOptions says what to import and how.
type ImportOptions struct {
	Format  string   // one of Formats
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

// Import reads sources and writes dataDir/NAME: train.arrow, dev.arrow,
// test.arrow and manifest.json. The folder appears, or takes the place of an
// older dataset of that name, in one step when all of it is on the disk; after an
// error, a cancelled context or a kill the older one is still there. progress,
// which may be nil, is told of bytes read out of bytes in all. The same sources
// and options give the same bytes.
func Import(ctx context.Context, dataDir string, opts ImportOptions, progress func(done, total int64)) (*Meta, error) {
	j, err := newJob(opts)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", opts.Name, err)
	}
	var meta *Meta
	err = publish(dataDir, opts.Name, func(dir string) (err error) {
		meta, err = j.run(ctx, dir, progress)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", opts.Name, err)
	}
	return meta, nil
}

// newJob checks everything that can be checked without reading a source.
func newJob(opts ImportOptions) (*job, error) {
	if err := checkName(opts.Name); err != nil {
		return nil, err
	}
	format, err := FindFormat(opts.Format)
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

// run reads all sources into a spool below dir and writes the dataset from it.
func (j *job) run(ctx context.Context, dir string, progress func(done, total int64)) (*Meta, error) {
	feed := j.feed(ctx, progress)
	spool := filepath.Join(dir, spoolName)
	if err := feed.fill(spool); err != nil {
		return nil, err
	}
	if len(feed.rows) == 0 {
		return nil, errors.New("the sources hold no usable row" + countSkipped(feed.skipped))
	}
	plan, err := j.plan(feed)
	if err != nil {
		return nil, err
	}
	return plan.write(ctx, dir)
}

// feed is ready to take rows in, once it has a spool.
func (j *job) feed(ctx context.Context, progress func(done, total int64)) *Feed {
	return &Feed{
		ctx: ctx, format: &j.format, options: j.values, seed: j.opts.Seed, rule: j.rule, files: j.files,
		skipBad: j.opts.SkipBad, progress: progress, total: totalBytes(j.files),
		documents: map[string]int32{}, skipped: map[string]map[string]int{},
	}
}

// fill lets the format read everything into a spool: one Arrow file of all rows,
// so that any number of them can be dealt, drawn and ordered without holding
// their tokens in memory.
func (f *Feed) fill(path string) (err error) {
	if f.spool, err = newTextWriter(path, arrow.Metadata{}); err != nil {
		return err
	}
	if err := f.format.Read(f); err != nil {
		f.spool.abort()
		return err
	}
	return f.spool.close()
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
	for _, split := range sortedKeys(skipped) {
		for _, reason := range sortedKeys(skipped[split]) {
			parts = append(parts, fmt.Sprintf("%s: %d × %s", split, skipped[split][reason], reason))
		}
	}
	if parts == nil {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}

// resolve finds the files behind the sources and the split of each.
func (j *job) resolve() ([]File, error) {
	if j.format.Generates {
		return nil, j.checkGenerates()
	}
	if len(j.opts.Sources) == 0 {
		return nil, fmt.Errorf("no source is given; for example: %s", j.format.Example)
	}
	var paths []string
	for _, s := range j.opts.Sources {
		found, err := j.expand(s)
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	return j.assign(paths)
}

func (j *job) checkGenerates() error {
	if len(j.opts.Sources) > 0 {
		return fmt.Errorf("format %s makes its rows itself; leave %s out", j.format.Name, j.opts.Sources[0])
	}
	if j.opts.Split != "" {
		return fmt.Errorf("format %s deals its rows itself; leave the split rule out", j.format.Name)
	}
	return nil
}

// expand lists the files that a source stands for.
func (j *job) expand(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	if j.format.Folder == nil {
		return nil, fmt.Errorf("source %s is a folder; format %s reads files, for example: %s", path, j.format.Name, j.format.Example)
	}
	var found []string
	for _, name := range j.wanted() {
		file := filepath.Join(path, filepath.FromSlash(name))
		_, err := os.Stat(file)
		if err == nil {
			found = append(found, file)
		} else if !errors.Is(err, fs.ErrNotExist) || len(j.rule.files) > 0 {
			return nil, fmt.Errorf("source: %w", err)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("source %s holds none of %s", path, strings.Join(j.wanted(), ", "))
	}
	return found, nil
}

// wanted lists what to look for in a folder.
func (j *job) wanted() []string {
	var names []string
	for _, f := range j.rule.files {
		if !slices.Contains(names, f.file) {
			names = append(names, f.file)
		}
	}
	if names == nil {
		names = j.format.Folder(j.values)
	}
	return names
}

// assign gives each file its split and checks that all of it makes sense.
func (j *job) assign(paths []string) ([]File, error) {
	var files []File
	for _, path := range paths {
		split, err := j.splitOf(path, len(paths))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if f.Path == path {
				return nil, fmt.Errorf("source %s is given twice", path)
			}
		}
		files = append(files, File{path, split})
	}
	return files, j.checkSplits(files)
}

// splitOf asks the split rule first and the file's name second.
func (j *job) splitOf(path string, files int) (string, error) {
	if j.rule.column != "" {
		return "train", nil // the column has the last word
	}
	split, err := j.rule.of(path)
	if err != nil || split != "" {
		return split, err
	}
	if len(j.rule.files) > 0 {
		return "", fmt.Errorf("source %s: the split rule %q does not say which split it is", path, j.opts.Split)
	}
	if split := splitOfName(path); split != "" {
		return split, nil
	}
	if files == 1 {
		return "train", nil
	}
	return "", fmt.Errorf("source %s: its name does not tell the split; say so, for example --split train=%s", path, filepath.Base(path))
}

// checkSplits makes sure that there is something to train on, and that no split
// is both read from a file and drawn from train.
func (j *job) checkSplits(files []File) error {
	from := map[string]string{}
	for _, f := range files {
		from[f.Split] = f.Path
	}
	for _, f := range j.rule.files {
		if !slices.ContainsFunc(files, func(file File) bool { return endsWithPath(file.Path, f.file) }) {
			return fmt.Errorf("the split rule names %s, which is none of the sources", f.file)
		}
	}
	if from["train"] == "" {
		example := filepath.Base(files[0].Path)
		return fmt.Errorf("no source gives rows to train on; say which one does, for example --split train=%s,dev=0.1", example)
	}
	for _, s := range j.rule.shares() {
		if from[s.split] != "" {
			return fmt.Errorf("%s=%g: rows of %s come from %s already; leave one of the two out", s.split, s.part, s.split, from[s.split])
		}
	}
	return nil
}

// describe spells the split rule out as it was applied.
func (j *job) describe() string {
	var clauses []string
	for _, f := range j.files {
		if j.rule.column == "" {
			clauses = append(clauses, f.Split+"="+shortPath(f, j.files))
		}
	}
	if j.rule.column != "" {
		clauses = append(clauses, "column="+j.rule.column)
	}
	for _, s := range j.rule.shares() {
		clauses = append(clauses, s.split+"="+strconv.FormatFloat(s.part, 'g', -1, 64))
	}
	if j.rule.byDocument {
		clauses = append(clauses, "by=document")
	}
	return strings.Join(clauses, ",")
}

// shortPath is a file's base name, with its folder where another file has the same.
func shortPath(f File, files []File) string {
	base := filepath.Base(f.Path)
	for _, other := range files {
		if other.Path != f.Path && filepath.Base(other.Path) == base {
			return filepath.ToSlash(filepath.Join(filepath.Base(filepath.Dir(f.Path)), base))
		}
	}
	return base
}

// provenance is what the Arrow file of a split states about its origin.
func (m Meta) provenance(split string, rows int) arrow.Metadata {
	sources, _ := json.Marshal(m.Sources) // strings and numbers only: cannot fail
	pairs := [][2]string{
		{"schema", textSchemaName},
		{"dataset", m.Name},
		{"split", split},
		{"rows", strconv.Itoa(rows)},
		{"classes", strings.Join(m.Classes, ",")},
		{"licence", m.Licence},
		{"sources", string(sources)},
	}
	var keys, values []string
	for _, p := range pairs {
		keys, values = append(keys, p[0]), append(values, p[1])
	}
	return arrow.NewMetadata(keys, values)
}
