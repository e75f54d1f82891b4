package datasets

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// fileNames are those of a dataset's folder.
func fileNames() []string {
	names := []string{ManifestName}
	for _, split := range SplitNames {
		names = append(names, split+".arrow")
	}
	return names
}

// IsFileName tells whether a dataset's folder holds a file of that name, or does
// so while it is written.
func IsFileName(name string) bool {
	return name == spoolName || slices.Contains(fileNames(), name)
}

// Recognize tells whether a file of the folder dir is a dataset's manifest or an
// Arrow file, as far as it was written.
func Recognize(dir, name string) bool {
	if name == ManifestName {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return false
		}
		defer root.Close()
		_, err = readManifest(root)
		return err == nil
	}
	head := make([]byte, len(arrowMagic))
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return false
	}
	defer f.Close()
	n, _ := f.Read(head) // nothing was written yet: n is 0
	return strings.HasPrefix(arrowMagic, string(head[:n]))
}

// arrowMagic is how an Arrow IPC file begins.
const arrowMagic = "ARROW1"
