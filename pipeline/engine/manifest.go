package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
)

// ManifestName is the file that completes an artifact; stages must not write
// a file of this name at the top of their output.
const ManifestName = "manifest.json"

const manifestFormat = 1

// Manifest says what an artifact was made from and what it holds. It has no
// times and no host names, so the same work gives the same bytes anywhere.
type Manifest struct {
	// Format is the version of this file's layout.
	Format int `json:"format"`
	// ID is the artifact's name in the store.
	ID string `json:"id"`
	Recipe
	// Label names the artifact for people.
	Label string `json:"label"`
	// Files lists the files in order of their paths, without the manifest.
	Files []File `json:"files"`
	// Checksum is the SHA-256 of this file with an empty checksum.
	Checksum string `json:"checksum"`
}

// File is one file of an artifact.
type File struct {
	// Path is relative to the artifact's folder, with forward slashes.
	Path string `json:"path"`
	// Size is in bytes.
	Size int64 `json:"size"`
	// SHA256 is in hexadecimal.
	SHA256 string `json:"sha256"`
}

// encode sets the checksum and returns the file's bytes.
func (m Manifest) encode() ([]byte, error) {
	m.Checksum = ""
	data, err := encodeJSON(m, "  ")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	m.Checksum = hex.EncodeToString(sum[:])
	return encodeJSON(m, "  ")
}

// decodeManifest reads a manifest and refuses any that encode would not have
// written byte for byte, so that no changed bit goes unseen.
func decodeManifest(data []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return Manifest{}, fmt.Errorf("not a manifest: %w", err)
	}
	if m.Format != manifestFormat {
		return Manifest{}, fmt.Errorf("manifest format %d, expected %d", m.Format, manifestFormat)
	}
	again, err := m.encode()
	if err != nil {
		return Manifest{}, err
	}
	if !bytes.Equal(again, data) {
		return Manifest{}, errors.New("checksum does not agree with the content")
	}
	return m, m.check()
}

// check holds the manifest against the identity it claims.
func (m Manifest) check() error {
	identity, err := m.Identity()
	if err != nil {
		return err
	}
	if err := checkName("stage name", m.Stage); err != nil {
		return err
	}
	if want := artifactID(m.Stage, identity); m.ID != want {
		return fmt.Errorf("belongs to %s, not to %s", want, m.ID)
	}
	for _, f := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return fmt.Errorf("path %q leads out of the artifact", f.Path)
		}
	}
	return nil
}
