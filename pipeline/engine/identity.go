package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Recipe is everything an artifact depends on; its digest is the identity.
type Recipe struct {
	// Stage and Version name the code.
	Stage   string `json:"stage"`
	Version int    `json:"version"`
	// Params is the stage's parameters as JSON.
	Params json.RawMessage `json:"params"`
	// Inputs maps each role to what fills it.
	Inputs map[string]Source `json:"inputs"`
}

// Source is what fills a role.
type Source struct {
	// Artifact is the store name of the producing stage's output; empty for
	// an external folder.
	Artifact string `json:"artifact,omitempty"`
	// Digest is the full identity of that artifact, or the content digest of
	// the external folder.
	Digest string `json:"digest"`
}

// idDigits is the number of digits of the identity in a store name.
const idDigits = 16

var idPattern = regexp.MustCompile(`-[0-9a-f]{16}$`)

// Identity is the SHA-256, in hexadecimal, of the recipe's canonical JSON.
func (r Recipe) Identity() (string, error) {
	data, err := canonicalJSON(r)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// artifactID is the store name that belongs to a stage and a full identity.
func artifactID(stage, identity string) string {
	return stage + "-" + identity[:idDigits]
}

// checkID refuses names that no artifact can have.
func checkID(id string) error {
	if !idPattern.MatchString(id) {
		return fmt.Errorf("%q is not the name of an artifact: expected STAGE-%s", id, strings.Repeat("x", idDigits))
	}
	return checkName("artifact name", id)
}

// canonicalJSON encodes v with all object keys sorted and no white space, so
// that equal values have equal bytes however their fields are ordered.
func canonicalJSON(v any) ([]byte, error) {
	raw, err := encodeJSON(v, "")
	if err != nil {
		return nil, err
	}
	tree, err := decodeTree(raw)
	if err != nil {
		return nil, err
	}
	data, err := encodeJSON(tree, "")
	return bytes.TrimSuffix(data, []byte("\n")), err
}

// decodeTree decodes JSON into maps, slices and literal numbers.
func decodeTree(raw []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, err
	}
	return tree, nil
}

// encodeJSON is json.Marshal without HTML escapes and, with an indent, as
// lines for people.
func encodeJSON(v any, indent string) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
