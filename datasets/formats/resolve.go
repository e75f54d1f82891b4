package formats

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"rationale/datasets/regular"
)

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
		return []string{path}, regular.Want(path, info)
	}
	if j.format.Folder == nil {
		return nil, fmt.Errorf("source %s is a folder; format %s reads files, for example: %s", path, j.format.Name, j.format.Example)
	}
	var found []string
	for _, name := range j.wanted() {
		files, err := j.called(path, name)
		if err != nil {
			return nil, fmt.Errorf("source: %w", err)
		}
		found = append(found, files...)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("source %s holds none of %s", path, strings.Join(j.wanted(), ", "))
	}
	return found, nil
}

// called lists the files of a folder that a name, or a format's pattern, means. One that
// the split rule names has to be there.
func (j *job) called(folder, name string) ([]string, error) {
	ruled := len(j.rule.files) > 0
	if !ruled && strings.Contains(name, "*") {
		names, err := fs.Glob(os.DirFS(folder), name)
		for i := range names {
			names[i] = filepath.Join(folder, filepath.FromSlash(names[i]))
		}
		return names, err
	}
	file := filepath.Join(folder, filepath.FromSlash(name))
	_, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) && !ruled {
		return nil, nil
	}
	return []string{file}, err
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
		return "", fmt.Errorf("source %s: the split rule %q does not say which split it is; add one, for example train=%s", path, j.opts.Split, filepath.Base(path))
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
