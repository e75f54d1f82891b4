package datasets

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"rationale/datasets/spelling"
)

// Rows are the texts of one split, by number. Those of a split that is open are
// Rows{s.Len(), s.Text}.
type Rows struct {
	Len  int
	Text func(i int) (Text, error)
}

// Write makes a dataset in the folder dir, which is made when it is missing and
// must hold none: an Arrow file a split and, last of all, the manifest, without
// which the folder is no dataset. It is how all datasets are written, whether
// imported or made by a stage; putting the folder where people find it, in one
// step, is left to the caller.
//
// meta says what the rows are; of its Splits only Skipped counts, everything
// else is counted here, and comes back. rows is keyed by SplitNames; a split that
// is missing is empty. Each row is asked for once, in order, and an error names
// the split and the row. The same meta and rows give the same bytes.
func Write(ctx context.Context, dir string, meta Meta, rows map[string]Rows) (*Meta, error) {
	w, err := newWriter(dir, meta, rows)
	if err != nil {
		return nil, fmt.Errorf("dataset %q: %w", meta.Name, err)
	}
	defer w.root.Close()
	for _, split := range SplitNames {
		if err := w.write(ctx, split, rows[split]); err != nil {
			return nil, err
		}
	}
	w.meta.SharedTexts = sharedTexts(w.contents)
	return &w.meta, writeManifest(dir, &manifest{Schema: w.meta.schemaName(), Meta: w.meta, Files: w.files})
}

// writer is a dataset on its way to the disk.
type writer struct {
	dir      string
	root     *os.Root
	meta     Meta
	files    map[string]fileInfo
	contents map[string][]uint64 // hashes of what the rows of each split say
}

// newWriter checks what can be checked before any row is there.
func newWriter(dir string, meta Meta, rows map[string]Rows) (*writer, error) {
	if err := meta.checkNames(); err != nil {
		return nil, err
	}
	for split := range rows {
		if !slices.Contains(SplitNames, split) {
			return nil, fmt.Errorf("no split %q: %s", split, spelling.Hint(split, SplitNames))
		}
	}
	if err := makeVacant(dir); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	w := &writer{dir: dir, root: root, meta: meta, files: map[string]fileInfo{}, contents: map[string][]uint64{}}
	w.meta.Splits = map[string]SplitMeta{}
	for _, split := range SplitNames {
		w.meta.Splits[split] = SplitMeta{PerClass: make([]int, len(meta.Classes)), Skipped: meta.Splits[split].Skipped}
	}
	return w, nil
}

// makeVacant makes the folder, or wants one without the files of a dataset.
func makeVacant(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, name := range fileNames() {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already; a dataset is written into a folder without one", filepath.Join(dir, name))
		}
	}
	return nil
}

// write writes the file of one split and takes its digest.
func (w *writer) write(ctx context.Context, split string, rows Rows) (err error) {
	name := split + ".arrow"
	file, err := newTextWriter(filepath.Join(w.dir, name), w.meta.columns(), w.meta.provenance(split, rows.Len))
	if err != nil {
		return err
	}
	file.durable = true
	if err := w.addAll(ctx, file, split, rows); err != nil {
		file.abort()
		return err
	}
	if err := file.close(); err != nil {
		return err
	}
	w.files[name], err = identify(w.root, name)
	return err
}

// addAll writes and counts the rows of a split.
func (w *writer) addAll(ctx context.Context, file *textWriter, split string, rows Rows) error {
	counts := w.meta.Splits[split]
	for i := range rows.Len {
		if err := ctx.Err(); err != nil {
			return err
		}
		text, err := rows.Text(i)
		if err != nil {
			return err
		}
		if err := w.check(&text); err != nil {
			return fmt.Errorf("%s, row %d (%q): %w", split, i, text.ID, err)
		}
		counts.add(&text)
		w.contents[split] = append(w.contents[split], contentHash(&text))
		if err := file.add(&text); err != nil {
			return err
		}
	}
	w.meta.Splits[split] = counts
	return nil
}

// check refuses a text that is unfit, or of which something would be lost.
func (w *writer) check(t *Text) error {
	switch {
	case t.Spaces != nil && !w.meta.Spaces:
		return errors.New("its spaces are known; expected none, as the description has it")
	case t.Poisoned && w.meta.Poisoned == "":
		return errors.New("it is poisoned; expected none, as the description has it")
	}
	return t.check(len(w.meta.Classes))
}

// identify takes the digest of a finished file from the file itself.
func identify(root *os.Root, name string) (fileInfo, error) {
	file, err := mapFile(root, name, name)
	if err != nil {
		return fileInfo{}, err
	}
	defer file.close()
	sum, err := file.digest()
	return fileInfo{SHA256: sum, Bytes: int64(len(file.data))}, err
}

// sharedTexts counts rows whose text and query also occur in an earlier split.
func sharedTexts(contents map[string][]uint64) map[string]int {
	counts := map[string]int{}
	for first, a := range SplitNames {
		seen := map[uint64]bool{}
		for _, content := range contents[a] {
			seen[content] = true
		}
		for _, b := range SplitNames[first+1:] {
			for _, content := range contents[b] {
				if seen[content] {
					counts[a+"/"+b]++
				}
			}
		}
	}
	return counts
}

// contentHash tells texts apart by their tokens and query.
func contentHash(t *Text) uint64 {
	hash := fnv.New64a()
	for _, list := range [][]string{t.Query, t.Tokens} {
		for _, token := range list {
			io.WriteString(hash, token)
			hash.Write([]byte{0})
		}
		hash.Write([]byte{1})
	}
	return hash.Sum64()
}
