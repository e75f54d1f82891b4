package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"rationale/pipeline/disk"
)

// Store keeps artifacts in a folder. Reading needs no lock and changes
// nothing; only Run writes. It is safe for concurrent use.
type Store struct {
	dir     string
	fs      disk.FS
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
	return &Store{dir: abs, fs: disk.Real{}}, nil
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

// Listing is what a store holds, in the order of the artifacts' names.
type Listing struct {
	// Manifests are those that could be read.
	Manifests []Manifest
	// Damaged are the artifacts whose manifests could not be, and why.
	Damaged []*DamageError
}

// List reads the manifests of all artifacts without checking the files.
func (s *Store) List() (Listing, error) {
	var list Listing
	entries, err := os.ReadDir(s.folder(artifactsFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return list, nil
	}
	if err != nil {
		return list, fmt.Errorf("store: %w", err)
	}
	for _, e := range entries {
		if checkID(e.Name()) == nil {
			list.add(s, e.Name())
		}
	}
	return list, nil
}

// add puts the artifact where it belongs. One that is no longer there has been
// set aside by another process.
func (l *Listing) add(s *Store, id string) {
	m, err := s.Manifest(id)
	var damage *DamageError
	switch {
	case err == nil:
		l.Manifests = append(l.Manifests, m)
	case errors.As(err, &damage):
		l.Damaged = append(l.Damaged, damage)
	case !errors.Is(err, fs.ErrNotExist):
		l.Damaged = append(l.Damaged, &DamageError{ID: id, File: ManifestName, Fault: err.Error()})
	}
}

// Find gives the manifest of an artifact. One that is damaged or not there is a
// *DamageError.
func (l Listing) Find(id string) (Manifest, error) {
	for _, m := range l.Manifests {
		if m.ID == id {
			return m, nil
		}
	}
	for _, d := range l.Damaged {
		if d.ID == id {
			return Manifest{}, d
		}
	}
	return Manifest{}, &DamageError{ID: id, File: ".", Fault: "missing"}
}

// maxManifest bounds what is read of a manifest: some 100 bytes for each file
// of an artifact and the stage's parameters.
const maxManifest = 64 << 20

// Manifest reads an artifact's manifest without checking its files. A fault of
// the manifest is a *DamageError; an absent artifact wraps fs.ErrNotExist.
func (s *Store) Manifest(id string) (Manifest, error) {
	data, err := s.readManifest(id)
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

// readManifest gives the manifest's bytes.
func (s *Store) readManifest(id string) ([]byte, error) {
	dir, err := s.Path(id)
	if err != nil {
		return nil, err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, &DamageError{ID: id, File: ".", Fault: "not a folder"}
	}
	data, err := disk.ReadFile(filepath.Join(dir, ManifestName), maxManifest)
	var foreign *disk.ForeignError
	switch {
	case errors.As(err, &foreign):
		return nil, &DamageError{ID: id, File: ManifestName, Fault: "not a regular file"}
	case errors.Is(err, fs.ErrNotExist):
		return nil, &DamageError{ID: id, File: ManifestName, Fault: "missing"}
	}
	return data, err
}

const (
	lockName        = "lock"
	artifactsFolder = "artifacts"
	damagedFolder   = "damaged"
	logFolder       = "log"
	tmpFolder       = "tmp"
	workFolder      = "work"
)

func (s *Store) folder(name string) string { return filepath.Join(s.dir, name) }

func (s *Store) artifact(id string) string { return filepath.Join(s.dir, artifactsFolder, id) }

// Holds tells in which artifact's folder a file lies, if it lies in one.
func (s *Store) Holds(path string) (id, folder string, ok bool) {
	below, ok := strings.CutPrefix(path, s.folder(artifactsFolder)+string(filepath.Separator))
	if !ok {
		return "", "", false
	}
	id, _, ok = strings.Cut(below, string(filepath.Separator))
	return id, s.artifact(id), ok
}
