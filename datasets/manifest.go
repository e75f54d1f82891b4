package datasets

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"rationale/datasets/fault"
	"rationale/datasets/regular"
)

// ManifestName is the file that makes a folder a dataset.
const ManifestName = "manifest.json"

// maxManifest bounds what is read of a manifest; real ones have a few kB.
const maxManifest = 16 << 20

// manifest is the content of manifest.json.
type manifest struct {
	// Digest is the SHA-256 of the manifest itself, taken while this value was
	// all zeros. It covers Files and so the contents of the whole dataset.
	Digest string `json:"digest"`
	// Schema names the form of the Arrow files; readers refuse other ones.
	Schema string              `json:"schema"`
	Meta   Meta                `json:"meta"`
	Files  map[string]fileInfo `json:"files"`
}

// fileInfo is what a file of the dataset has to be.
type fileInfo struct {
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

// The forms of the Arrow files of texts, the second one with their spaces, and what is
// appended to either where texts are poisoned; that of graphs; a change of the columns
// or their meaning is a form of its own.
const (
	textSchemaName   = "rationale-text-1"
	spacedSchemaName = "rationale-text-2"
	poisonedSchema   = "-poisoned"
	graphSchemaName  = "rationale-graph-1"
)

func (m Meta) schemaName() string {
	if m.Graphs != nil {
		return graphSchemaName
	}
	name := textSchemaName
	if m.Spaces {
		name = spacedSchemaName
	}
	if m.Poisoned != "" {
		name += poisonedSchema
	}
	return name
}

var noDigest = strings.Repeat("0", 2*sha256.Size)

// encode gives the manifest's bytes, its own digest filled in.
func (m *manifest) encode() ([]byte, error) {
	m.Digest = noDigest
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	raw = append(raw, '\n')
	m.Digest = hexDigest(raw)
	return bytes.Replace(raw, []byte(noDigest), []byte(m.Digest), 1), nil
}

// decodeManifest checks the digest before anything else is believed.
func decodeManifest(raw []byte) (*manifest, error) {
	var m manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("it is not a manifest: %w", err)
	}
	if len(m.Digest) != len(noDigest) {
		return nil, fmt.Errorf("it states no digest of itself")
	}
	blank := bytes.Replace(raw, []byte(m.Digest), []byte(noDigest), 1)
	if found := hexDigest(blank); found != m.Digest {
		return nil, fmt.Errorf("expected the digest %s, found %s", m.Digest, found)
	}
	if m.Schema != m.Meta.schemaName() {
		return nil, fmt.Errorf("it is of the form %q; this program reads %q, with the spaces of texts %q, %q behind either for poisoned texts, and %q for graphs", m.Schema, textSchemaName, spacedSchemaName, poisonedSchema, graphSchemaName)
	}
	if err := fault.CheckJSON(string(raw), fault.AnyCase); err != nil {
		return nil, err
	}
	return &m, m.Meta.check()
}

// check wants what Write writes: classes, each once, and for each split counts
// that agree.
func (m Meta) check() error {
	if err := m.checkNames(); err != nil {
		return err
	}
	for _, split := range SplitNames {
		if err := m.Splits[split].check(len(m.Classes)); err != nil {
			return fmt.Errorf("split %s: %w", split, err)
		}
	}
	return nil
}

// checkNames wants a name for the folder, and classes, each once.
func (m Meta) checkNames() error {
	if err := CheckName(m.Name); err != nil {
		return err
	}
	known := map[string]bool{}
	for _, class := range m.Classes {
		if known[class] {
			return fmt.Errorf("class %q stands twice", class)
		}
		known[class] = true
	}
	if m.Graphs != nil && (m.Graphs.Features < 1 || m.Spaces || m.Poisoned != "") {
		return fmt.Errorf("its graphs have %d numbers a node; expected 1 or more, and neither spaces nor poisoned texts", m.Graphs.Features)
	}
	if len(known) == 0 || len(known) > MaxClasses {
		return fmt.Errorf("it names %d classes; expected 1 to %d", len(known), MaxClasses)
	}
	return nil
}

func (m SplitMeta) check(classes int) error {
	if len(m.PerClass) != classes {
		return fmt.Errorf("it counts %d classes; expected %d", len(m.PerClass), classes)
	}
	sum := 0
	for _, n := range m.PerClass {
		if n < 0 || n > m.Rows-sum {
			return fmt.Errorf("its classes have other than the %d rows of all", m.Rows)
		}
		sum += n
	}
	if m.Nodes < 0 || m.Edges < 0 || m.RationaleNodes < 0 || m.RationaleNodes > m.Nodes {
		return fmt.Errorf("its counts contradict each other: %d nodes, %d marked, %d edges", m.Nodes, m.RationaleNodes, m.Edges)
	}
	if sum != m.Rows || m.WithRationale < 0 || m.WithRationale > m.Rows || m.RationaleTokens < 0 || m.RationaleTokens > m.Tokens || m.Poisoned < 0 || m.Poisoned > m.Rows {
		return fmt.Errorf("its counts contradict each other: %d rows, %d in classes, %d with a rationale, %d tokens, %d marked",
			m.Rows, sum, m.WithRationale, m.Tokens, m.RationaleTokens)
	}
	return nil
}

// writeManifest writes the manifest, to the disk.
func writeManifest(dir string, m *manifest) error {
	raw, err := m.encode()
	if err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(dir, ManifestName))
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Write(raw); err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// readManifest reads and checks a dataset folder's manifest.
func readManifest(root *os.Root) (*manifest, error) {
	file, err := regular.Open(root, ManifestName, ManifestName)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, maxManifest))
	if err != nil {
		return nil, err
	}
	return decodeManifest(raw)
}

func hexDigest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
