package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Store keeps artifacts in a folder. Reading needs no lock and changes
// nothing; only Run writes. It is safe for concurrent use.
type Store struct {
	dir     string
	fs      fileSystem
	digests digestCache
}

// OpenStore names the folder of a store. It creates nothing: the folder may
// be absent, which is an empty store.
func OpenStore(dir string) (*Store, error) {
	if dir == "" {
		return nil, errors.New("the store needs a folder")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("store: %w", err)
	case !info.IsDir():
		return nil, fmt.Errorf("store %s is a file; expected a folder", abs)
	}
	return &Store{dir: abs, fs: diskFS{}}, nil
}

// Dir is the store's folder as an absolute path.
func (s *Store) Dir() string { return s.dir }

// Path is the folder in which the artifact lies, or would lie. It refuses
// names that no artifact can have, so that a name may come from a user.
func (s *Store) Path(id string) (string, error) {
	if err := checkID(id); err != nil {
		return "", err
	}
	return s.artifact(id), nil
}

// Has tells whether the artifact is there. Present means complete; whether it
// is undamaged is for Verify to say.
func (s *Store) Has(id string) (bool, error) {
	dir, err := s.Path(id)
	if err != nil {
		return false, err
	}
	_, err = os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// List reads the manifests of all artifacts in the order of their names,
// without checking the files. Damaged manifests are passed over.
func (s *Store) List() ([]Manifest, error) {
	entries, err := os.ReadDir(s.folder(artifactsFolder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var list []Manifest
	for _, e := range entries {
		if checkID(e.Name()) != nil {
			continue
		}
		if m, err := s.Manifest(e.Name()); err == nil {
			list = append(list, m)
		}
	}
	return list, nil
}

// Manifest reads an artifact's manifest without checking its files.
func (s *Store) Manifest(id string) (Manifest, error) {
	dir, err := s.Path(id)
	if err != nil {
		return Manifest{}, err
	}
	data, err := os.ReadFile(filepath.Join(dir, ManifestName))
	if err != nil {
		return Manifest{}, err
	}
	m, err := decodeManifest(data)
	if err == nil && m.ID != id {
		err = fmt.Errorf("belongs to %s", m.ID)
	}
	if err != nil {
		return Manifest{}, &DamageError{ID: id, File: ManifestName, Fault: err.Error()}
	}
	return m, nil
}

const (
	artifactsFolder = "artifacts"
	damagedFolder   = "damaged"
	logFolder       = "log"
	tmpFolder       = "tmp"
	workFolder      = "work"
)

func (s *Store) folder(name string) string { return filepath.Join(s.dir, name) }

func (s *Store) artifact(id string) string { return filepath.Join(s.dir, artifactsFolder, id) }
