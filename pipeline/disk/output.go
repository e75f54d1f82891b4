package disk

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile writes an output that a user asked for: as a whole or not at all,
// in the place of an older regular file or of nothing. It tells whether it had
// to: a file that is there with this content is left alone. The folder must
// exist.
func WriteFile(fsys FS, path string, content []byte) (written bool, err error) {
	path = filepath.Clean(path)
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return false, err
	}
	if err := FileOrNothing(path); err != nil {
		return false, err
	}
	if same, err := holds(path, content); err != nil || same {
		return false, errors.Join(err, tidy(fsys, path))
	}
	u, err := begin(fsys, path)
	if err != nil {
		return false, err
	}
	err = inOrder(
		func() error { return fsys.WriteFile(u.content(), content) },
		func() error { return fsys.Rename(u.content(), path) },
		func() error { return fsys.Sync(filepath.Dir(path)) },
	)
	return err == nil, errors.Join(err, u.end())
}

// holds tells whether the file is there with this content.
func holds(path string, content []byte) (bool, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() != int64(len(content)) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	old, err := ReadFile(path, info.Size())
	if errors.Is(err, fs.ErrPermission) {
		return false, nil // it cannot be read, but it can be replaced
	}
	return bytes.Equal(old, content), err
}

// File is one file of a folder to be written.
type File struct {
	Name    string
	Content []byte
}

// WriteFolder writes a folder of files that a user asked for. An absent folder
// appears complete in one step. One that is there may hold some of these files
// and nothing else; it gets the others, each in one step. What is in any other
// folder is left as it is, with a *ForeignError.
func WriteFolder(fsys FS, dir string, files []File) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := FolderOrNothing(dir); err != nil {
		return err
	}
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return createFolder(fsys, dir, files)
	}
	if err := onlyThese(dir, files); err != nil {
		return err
	}
	for _, f := range files {
		if _, err := WriteFile(fsys, filepath.Join(dir, f.Name), f.Content); err != nil {
			return err
		}
	}
	return tidy(fsys, dir)
}

// createFolder makes the folder under its hidden name and moves it.
func createFolder(fsys FS, dir string, files []File) error {
	if err := fsys.MkdirAll(filepath.Dir(dir)); err != nil {
		return err
	}
	u, err := begin(fsys, dir)
	if err != nil {
		return err
	}
	steps := []func() error{func() error { return fsys.MkdirAll(u.content()) }}
	for _, f := range files {
		steps = append(steps, func() error { return fsys.WriteFile(filepath.Join(u.content(), f.Name), f.Content) })
	}
	steps = append(steps,
		func() error { return fsys.Sync(u.content()) },
		func() error { return fsys.Rename(u.content(), dir) },
		func() error { return fsys.Sync(filepath.Dir(dir)) },
	)
	return errors.Join(inOrder(steps...), u.end())
}

// onlyThese is an error if the folder holds anything but some of these files
// and what a killed process left beside them.
func onlyThese(dir string, files []File) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := oneOf(dir, e.Name(), files); err != nil {
			return err
		}
	}
	return nil
}

// oneOf is an error unless what has that name is one of the files, with its
// content, or the hidden folder of one.
func oneOf(dir, name string, files []File) error {
	path, what := filepath.Join(dir, name), name
	for _, f := range files {
		if name == filepath.Base(unfinishedName(f.Name)) {
			return (&unfinished{dir: path}).own()
		}
		if name != f.Name {
			continue
		}
		if err := FileOrNothing(path); err != nil {
			return err
		}
		if same, err := holds(path, f.Content); err != nil || same {
			return err
		}
		what = "another " + name
	}
	return &ForeignError{dir, "is not empty: it holds " + what, "name a new folder"}
}

// inOrder runs the steps up to the first that fails.
func inOrder(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
