package datasets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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
	if err = f.format.Read(f); err == nil {
		err = f.checkCut()
	}
	if err != nil {
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
