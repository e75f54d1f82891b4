package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"rationale/datasets/quote"
	"rationale/datasets/regular"
	"rationale/datasets/spelling"
)

// Set is an open dataset whose files have been checked.
type Set struct {
	dir      string
	manifest *manifest
	splits   map[string]*Split
}

// Open opens dataset name of the folder dataDir. It compares the SHA-256 of
// every file with the manifest before any of them is parsed; an error names the
// file, what was expected, what was found, and how to import the dataset again.
// An import that replaces the dataset meanwhile does no harm: the set is the
// older or the newer one, whole, and stays so until it is closed.
func Open(dataDir, name string) (*Set, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	data, err := regular.OpenFolder(dataDir)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	defer data.Close()
	if info, err := data.Stat(name); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("dataset %s in %s is no folder but %s", name, dataDir, regular.KindOf(info.Mode()))
	}
	return openWhole(filepath.Join(dataDir, name), name, func() (*os.Root, error) {
		root, err := data.OpenRoot(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, missing(dataDir, name)
		case err != nil:
			return nil, fmt.Errorf("dataset %s in %s: %w; import the dataset again: %s", name, dataDir, err, importCommand(name))
		}
		return root, nil
	})
}

// OpenDir opens the dataset in folder dir; see Open.
func OpenDir(dir string) (*Set, error) {
	return openWhole(dir, filepath.Base(dir), func() (*os.Root, error) {
		root, err := regular.OpenFolder(dir)
		if err != nil {
			return nil, fmt.Errorf("dataset folder: %w", err)
		}
		return root, nil
	})
}

// replacements is how many imports may end while one dataset is being opened.
const replacements = 10

// openWhole enters the folder dir and opens the dataset in it, once more when an
// import put another folder in its place meanwhile and took the files away.
func openWhole(dir, name string, enter func() (*os.Root, error)) (*Set, error) {
	for tries := 1; ; tries++ {
		root, err := enter()
		if err != nil {
			return nil, err
		}
		set, err := openRoot(root, dir, name)
		again := err != nil && tries < replacements && replaced(root, dir)
		root.Close()
		if !again {
			return set, err
		}
	}
}

// replaced tells whether the path dir leads to another folder than root by now.
func replaced(root *os.Root, dir string) bool {
	ours, err := root.Stat(".")
	if err != nil {
		return false
	}
	now, err := os.Stat(dir)
	return err == nil && !os.SameFile(ours, now)
}

// missing says which datasets exist instead.
func missing(dataDir, name string) error {
	names, err := List(dataDir)
	if err != nil {
		return err
	}
	return fmt.Errorf("no dataset %q in %s: %s (a new one: %s)", name, dataDir, spelling.Hint(name, names), importCommand(name))
}

// importCommand is all that can be said when no manifest tells the format.
func importCommand(name string) string {
	return "rationale data import FORMAT SOURCE... --name " + quote.Shell(name)
}

func openRoot(root *os.Root, dir, name string) (*Set, error) {
	m, err := readManifest(root)
	if err != nil {
		remedy := "import the dataset again"
		if _, gone := root.Stat(ManifestName); gone != nil { // an import takes the place of datasets only
			remedy = "remove the folder and " + remedy
		}
		return nil, fmt.Errorf("%s: %w; %s: %s", filepath.Join(dir, ManifestName), err, remedy, importCommand(name))
	}
	set := &Set{dir: dir, manifest: m, splits: map[string]*Split{}}
	if err := set.open(root); err != nil {
		set.Close()
		return nil, fmt.Errorf("%w; %s", err, m.Meta.Remedy())
	}
	return set, nil
}

// open maps and checks all files, and only then parses them.
func (s *Set) open(root *os.Root) error {
	meta := s.manifest.Meta
	if err := s.checkFolder(root); err != nil {
		return err
	}
	for _, name := range SplitNames {
		file, err := s.mapChecked(root, name+".arrow")
		if err != nil {
			return err
		}
		s.splits[name] = newSplit(name, file, &meta)
		s.splits[name].remedy = meta.Remedy()
	}
	for _, name := range SplitNames {
		if err := s.splits[name].parse(meta.Splits[name].Rows); err != nil {
			return err
		}
	}
	return nil
}

// checkFolder refuses files that the manifest does not know.
func (s *Set) checkFolder(root *os.Root) error {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		_, listed := s.manifest.Files[e.Name()]
		if !listed && e.Name() != ManifestName && !strings.HasPrefix(e.Name(), ".") {
			return fmt.Errorf("%s is not part of the dataset: its manifest does not list it", filepath.Join(s.dir, e.Name()))
		}
	}
	return nil
}

// mapChecked maps a file and compares its size and digest with the manifest.
func (s *Set) mapChecked(root *os.Root, name string) (*mapping, error) {
	path := filepath.Join(s.dir, name)
	want, listed := s.manifest.Files[name]
	if !listed {
		return nil, fmt.Errorf("%s: the manifest does not list %s", filepath.Join(s.dir, ManifestName), name)
	}
	file, err := mapFile(root, name, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	found, err := file.digest()
	if err == nil && (int64(len(file.data)) != want.Bytes || found != want.SHA256) {
		err = fmt.Errorf("%s is damaged: expected %d bytes with SHA-256 %s, found %d bytes with %s",
			path, want.Bytes, want.SHA256, len(file.data), found)
	}
	if err != nil {
		file.close()
		return nil, err
	}
	return file, nil
}

// Meta says what the dataset holds and where it came from.
func (s *Set) Meta() Meta { return s.manifest.Meta }

// Digest identifies the contents: the SHA-256 of the manifest, which holds the
// digests of all files.
func (s *Set) Digest() string { return s.manifest.Digest }

// Verify reads all files again. They stay those that were opened, even when an
// import has replaced the dataset; an error means that they were overwritten.
func (s *Set) Verify() error {
	for _, name := range SplitNames {
		file := s.splits[name].file
		found, err := file.digest()
		if err != nil {
			return err
		}
		if want := s.manifest.Files[name+".arrow"].SHA256; found != want {
			return fmt.Errorf("%s changed while it was open: SHA-256 %s, now %s", file.path, want, found)
		}
	}
	return nil
}

// Split returns "train", "dev" or "test". It stays open until Close of either.
func (s *Set) Split(name string) (*Split, error) {
	split, ok := s.splits[name]
	if !ok {
		return nil, fmt.Errorf("no split %q: %s", name, spelling.Hint(name, SplitNames))
	}
	return split, nil
}

// Close gives the memory of all splits back.
func (s *Set) Close() error {
	var errs []error
	for _, name := range SplitNames {
		if split := s.splits[name]; split != nil {
			errs = append(errs, split.Close())
		}
	}
	return errors.Join(errs...)
}

// List names the datasets in dataDir, sorted, damaged ones too; none when the
// folder is missing. It checks nothing.
func List(dataDir string) ([]string, error) {
	entries, err := os.ReadDir(dataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && CheckName(e.Name()) == nil && looksLikeDataset(filepath.Join(dataDir, e.Name())) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// looksLikeDataset tells whether a folder is a dataset, or was one before it was
// damaged. One into which nobody may look might be.
func looksLikeDataset(dir string) bool {
	for _, name := range []string{ManifestName, "train.arrow"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}

var nameRule = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// CheckName admits plain folder names only: no path, nothing hidden.
func CheckName(name string) error {
	if nameRule.MatchString(name) && !strings.Contains(name, "..") {
		return nil
	}
	return fmt.Errorf("dataset name %q: expected up to 100 letters, digits, '.', '_' or '-', beginning with a letter or digit and without '..'", name)
}
