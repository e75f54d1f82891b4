package npm

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// extract takes a file out of a package's archive, puts it beside that, and
// gives its path. The file is on the disk, and its SHA-256 is the given one.
func extract(archive, member, digest string) (string, error) {
	f, err := os.Open(archive)
	if err != nil {
		return "", err
	}
	defer f.Close()
	content, err := find(f, member)
	if err != nil {
		return "", err
	}
	to := filepath.Join(filepath.Dir(archive), filepath.Base(member))
	got, err := store(to, content)
	switch {
	case err != nil:
		return "", fmt.Errorf("storing %s: %w", member, err)
	case got != digest:
		return "", fmt.Errorf("%s was refused: its SHA-256 is %s, expected %s: it is not the file that was published", member, got, digest)
	}
	return to, nil
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

// store writes a file and gives its SHA-256.
func store(path string, content io.Reader) (digest string, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	_, err = io.Copy(io.MultiWriter(f, hash), content)
	if err == nil {
		err = f.Sync()
	}
	return hex.EncodeToString(hash.Sum(nil)), errors.Join(err, f.Close())
}
