package datasets

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"rationale/datasets/spelling"
)

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
	return write(ctx, dir, meta, feeds(rows))
}

// WriteGraphs is Write for a dataset of graphs, which meta.Graphs describes.
func WriteGraphs(ctx context.Context, dir string, meta Meta, rows map[string]GraphRows) (*Meta, error) {
	return write(ctx, dir, meta, feeds(rows))
}

func write(ctx context.Context, dir string, meta Meta, rows map[string]feed) (*Meta, error) {
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
func newWriter(dir string, meta Meta, rows map[string]feed) (*writer, error) {
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
func (w *writer) write(ctx context.Context, split string, rows feed) (err error) {
	name := split + ".arrow"
	file, err := newRowWriter(filepath.Join(w.dir, name), w.meta.columns(), w.meta.provenance(split, rows.len))
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
func (w *writer) addAll(ctx context.Context, file *rowWriter, split string, rows feed) error {
	counts := w.meta.Splits[split]
	for i := range rows.len {
		if err := ctx.Err(); err != nil {
			return err
		}
		row, err := rows.row(i)
		if err != nil {
			return err
		}
		if err := row.fits(&w.meta); err != nil {
			return fmt.Errorf("%s, row %d (%q): %w", split, i, row.identity(), err)
		}
		row.count(&counts)
		w.contents[split] = append(w.contents[split], row.content())
		if err := file.add(row); err != nil {
			return err
		}
	}
	w.meta.Splits[split] = counts
	return nil
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

// sharedTexts counts rows whose content also occurs in an earlier split.
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
