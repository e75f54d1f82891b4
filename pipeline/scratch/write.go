package scratch

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Write puts a file of an archive into the folder, on the disk, under the last part
// of its name there, and gives its path. It is refused unless its SHA-256 is the
// given one, in hexadecimal.
func (f Folder) Write(member string, content io.Reader, digest string) (path string, err error) {
	path = filepath.Join(f.Path, filepath.Base(member))
	got, err := store(path, content)
	if err != nil {
		return "", fmt.Errorf("storing %s: %w", member, err)
	}
	return path, Published(member, got, digest)
}

// Published wants a file to have the SHA-256 that is known of the published one.
func Published(name, got, want string) error {
	if got == want {
		return nil
	}
	return fmt.Errorf("%s was refused: its SHA-256 is %s, expected %s: it is not the file that was published", name, got, want)
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
