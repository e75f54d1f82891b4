package pypi

import (
	"archive/zip"
	"errors"
	"fmt"

	"rationale/pipeline/scratch"
)

// unpack puts members of an archive into a folder. The names of files are ours, so
// that the archive's lead nowhere.
func unpack(archive string, members []Member, work scratch.Folder) error {
	zipped, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer zipped.Close()
	for _, m := range members {
		if err := take(&zipped.Reader, m, work); err != nil {
			return err
		}
	}
	return nil
}

// take takes one member out.
func take(zipped *zip.Reader, m Member, work scratch.Folder) (err error) {
	content, err := zipped.Open(m.Path)
	if err != nil {
		return fmt.Errorf("the archive: %w", err)
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	_, err = work.Write(m.Path, content, m.SHA256)
	return err
}
