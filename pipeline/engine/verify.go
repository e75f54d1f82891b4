package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// DamageError tells which file of an artifact is not what was published.
type DamageError struct {
	ID    string
	File  string // relative to the artifact's folder
	Fault string // "missing", "size 3 instead of 5", …
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("artifact %s is damaged: file %s: %s", e.ID, e.File, e.Fault)
}

// Verify checks every file of an artifact against the manifest: none missing,
// none added, sizes and SHA-256 digests equal. A fault is a *DamageError; any
// other error means that the files could not be read. A file is read once per
// process as long as its size, time of change and inode stay the same.
func (s *Store) Verify(id string) (Manifest, error) {
	dir, err := s.Path(id)
	if err != nil {
		return Manifest{}, err
	}
	m, err := s.verify(id, dir)
	if errors.Is(err, fs.ErrNotExist) { // gone since it was listed
		err = &DamageError{ID: id, File: ".", Fault: "files vanished"}
	}
	return m, err
}

func (s *Store) verify(id, dir string) (Manifest, error) {
	m, err := s.Manifest(id)
	if err != nil {
		return Manifest{}, err
	}
	paths, err := listFiles(dir)
	var odd *irregularError
	if errors.As(err, &odd) {
		return Manifest{}, &DamageError{ID: id, File: odd.path, Fault: "not a regular file"}
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("artifact %s: %w", id, err)
	}
	if file, fault := compareNames(m.Files, paths); fault != "" {
		return Manifest{}, &DamageError{ID: id, File: file, Fault: fault}
	}
	for _, f := range m.Files {
		if err := s.verifyFile(id, filepath.Join(dir, filepath.FromSlash(f.Path)), f); err != nil {
			return Manifest{}, err
		}
	}
	return m, nil
}

// compareNames finds the first file that is missing or was added; the
// manifest itself is expected beside those it lists.
func compareNames(want []File, got []string) (file, fault string) {
	listed := map[string]bool{ManifestName: true}
	for _, f := range want {
		listed[f.Path] = true
		if _, ok := slices.BinarySearch(got, f.Path); !ok {
			return f.Path, "missing"
		}
	}
	for _, path := range got {
		if !listed[path] {
			return path, "not in the manifest"
		}
	}
	return "", ""
}

func (s *Store) verifyFile(id, name string, want File) error {
	got, err := s.digests.file(name)
	if err != nil {
		return fmt.Errorf("artifact %s: %w", id, err)
	}
	switch {
	case got.Size != want.Size:
		return &DamageError{ID: id, File: want.Path, Fault: fmt.Sprintf("size %d instead of %d", got.Size, want.Size)}
	case got.SHA256 != want.SHA256:
		return &DamageError{ID: id, File: want.Path,
			Fault: fmt.Sprintf("digest %s… instead of %s…", got.SHA256[:12], want.SHA256[:12])}
	}
	return nil
}

// irregularError is a link, a device or the like where a file should be.
type irregularError struct{ path string }

func (e *irregularError) Error() string {
	return e.path + " is not a regular file; artifacts hold files and folders only"
}

// listFiles gives the sorted paths, with forward slashes, of the files below
// dir. Anything but files and folders is an error: a link could lead outside.
func listFiles(dir string) ([]string, error) {
	var paths []string
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err == nil && !e.Type().IsRegular() {
			err = &irregularError{filepath.ToSlash(rel)}
		}
		paths = append(paths, filepath.ToSlash(rel))
		return err
	})
	slices.Sort(paths)
	return paths, err
}

// digestCache remembers digests for as long as the process lives.
type digestCache struct {
	mu    sync.Mutex
	known map[string]knownFile
}

type knownFile struct {
	info   os.FileInfo
	sha256 string
}

// same tells whether info still describes the file that was read: the same
// inode, size and time of change.
func (k knownFile) same(info os.FileInfo) bool {
	return k.info != nil && os.SameFile(k.info, info) &&
		k.info.Size() == info.Size() && k.info.ModTime().Equal(info.ModTime())
}

// file gives size and digest of a file; Path is left empty.
func (c *digestCache) file(name string) (File, error) {
	info, err := os.Stat(name)
	if err != nil {
		return File{}, err
	}
	c.mu.Lock()
	known := c.known[name]
	c.mu.Unlock()
	if !known.same(info) {
		sum, err := hashFile(name)
		if err != nil {
			return File{}, err
		}
		known = knownFile{info: info, sha256: sum}
		c.put(name, known)
	}
	return File{Size: info.Size(), SHA256: known.sha256}, nil
}

func (c *digestCache) put(name string, k knownFile) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil {
		c.known = map[string]knownFile{}
	}
	c.known[name] = k
}

// moved tells the cache that the files below one folder now lie below another.
func (c *digestCache) moved(from, to string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, k := range c.known {
		if rest, ok := strings.CutPrefix(name, from+string(filepath.Separator)); ok {
			delete(c.known, name)
			c.known[filepath.Join(to, rest)] = k
		}
	}
}

// hashBuffers spares small files a large buffer each.
var hashBuffers = sync.Pool{New: func() any { return new([1 << 17]byte) }}

func hashFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	buf := hashBuffers.Get().(*[1 << 17]byte)
	defer hashBuffers.Put(buf)
	h := sha256.New()
	// The wrapper hides os.File's WriteTo, which would bring its own buffer.
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{f}, buf[:]); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
