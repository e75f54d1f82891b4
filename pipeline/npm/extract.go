package npm

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"rationale/pipeline/scratch"
)

// extract takes a file out of a package's archive, puts it beside that, and
// gives its path. The file is on the disk, and its SHA-256 is the given one.
func extract(work scratch.Folder, archive, member, digest string) (string, error) {
	f, err := os.Open(archive)
	if err != nil {
		return "", err
	}
	defer f.Close()
	content, err := find(f, member)
	if err != nil {
		return "", err
	}
	return work.Write(member, content, digest)
}

// find winds a .tgz forward to the regular file that has this path, or ends
// with it.
func find(archive io.Reader, member string) (io.Reader, error) {
	unzipped, err := gzip.NewReader(archive)
	if err != nil {
		return nil, fmt.Errorf("the archive: %w", err)
	}
	files := tar.NewReader(unzipped)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("the archive has no %s", member)
		}
		if err != nil {
			return nil, fmt.Errorf("the archive: %w", err)
		}
		if header.Typeflag == tar.TypeReg && strings.HasSuffix("/"+header.Name, "/"+member) {
			return files, nil
		}
	}
}
