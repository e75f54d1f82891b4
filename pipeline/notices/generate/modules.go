package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// platforms are those that the program is made for.
var platforms = []string{"linux/amd64", "linux/arm64", "darwin/arm64"}

// module is one that the program links.
type module struct {
	Path, Version, Dir string
	folders            map[string]bool // of linked packages, and those above them
}

// linked lists the modules behind a package, on all platforms together, in the
// order of their paths.
func linked(pkg string) ([]*module, error) {
	found := map[string]*module{}
	for _, platform := range platforms {
		if err := list(pkg, platform, found); err != nil {
			return nil, err
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b *module) int { return cmp.Compare(a.Path, b.Path) }), nil
}

// list adds the modules that one platform needs.
func list(pkg, platform string, found map[string]*module) error {
	system, machine, _ := strings.Cut(platform, "/")
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,Module", pkg)
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+machine, "CGO_ENABLED=1")
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	output, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go list for %s: %w: %s", platform, err, &complaint)
	}
	for dec := json.NewDecoder(bytes.NewReader(output)); ; {
		var p struct {
			Dir    string
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		switch err := dec.Decode(&p); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("go list for %s: %w", platform, err)
		case p.Module == nil || p.Module.Main:
			continue // the standard library, and the program itself
		}
		m := found[p.Module.Path]
		if m == nil {
			m = &module{p.Module.Path, p.Module.Version, p.Module.Dir, map[string]bool{}}
			found[m.Path] = m
		}
		m.link(p.Dir)
	}
}

// link notes a package's folder and those above it, up to the module's own:
// a licence in any of them is the package's.
func (m *module) link(dir string) {
	for ; dir != m.Dir && len(dir) > len(m.Dir); dir = filepath.Dir(dir) {
		m.folders[dir] = true
	}
	m.folders[m.Dir] = true
}
