package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Marker is the name of the file by which the program knows its own folders.
const Marker = ".rationale"

// markerText is what the marker of a folder of that kind holds. Its first line
// tells the kind, the rest is for people.
func markerText(kind string) string {
	return "rationale " + kind + "\nThis folder was made by the program rationale, which removes and replaces files in it.\n"
}

// Claim takes a folder over: it makes it if need be and puts the marker of
// that kind into it. A folder that holds anything is taken only if it has the
// marker already, or if known recognises it as one that the program made
// before there were markers; known, which may be nil, is told the folder's
// entries. Any other folder is left as it is, with a *ForeignError.
//
// The folder itself may be a link: people keep large folders on other disks.
func Claim(fsys FS, dir, kind string, known func(entries []fs.DirEntry) bool) error {
	marked, err := claimable(dir, kind, known)
	if err != nil || marked {
		return err
	}
	if err := fsys.MkdirAll(dir); err != nil {
		return err
	}
	if err := fsys.WriteFile(filepath.Join(dir, Marker), []byte(markerText(kind))); err != nil {
		return err
	}
	return fsys.Sync(dir)
}

// claimable tells whether the folder has the marker; without one it may be
// given it unless there is an error.
func claimable(dir, kind string, known func([]fs.DirEntry) bool) (marked bool, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	text, err := marker(dir, entries)
	if err != nil || text == markerText(kind) {
		return err == nil, err
	}
	// A process that was killed while it wrote the marker left the beginning.
	if strings.HasPrefix(markerText(kind), text) {
		entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() == Marker })
		if len(entries) == 0 || known != nil && known(entries) {
			return false, nil
		}
	}
	return false, &ForeignError{
		Path: dir,
		Why:  fmt.Sprintf("is not rationale's: it holds %s and no marker of a folder of %s", sample(dir, entries), kind),
		Do:   "move it away, or choose another place with --out",
	}
}

// marker reads the marker, if there is one.
func marker(dir string, entries []fs.DirEntry) (string, error) {
	if !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == Marker }) {
		return "", nil
	}
	text, err := ReadFile(filepath.Join(dir, Marker), 4096)
	return string(text), err
}

// sample names what a folder holds: one path as deep as it goes, and how many
// more entries there are.
func sample(dir string, entries []fs.DirEntry) string {
	first := entries[0]
	name := first.Name()
	if first.IsDir() {
		if below, err := os.ReadDir(filepath.Join(dir, name)); err == nil && len(below) > 0 {
			name = filepath.Join(name, sample(filepath.Join(dir, name), below[:1]))
		}
	}
	if more := len(entries) - 1; more > 0 {
		name += fmt.Sprintf(" (and %d more)", more)
	}
	return name
}
