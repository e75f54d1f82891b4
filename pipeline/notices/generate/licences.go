package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// accepted are the licences that may be linked: they ask for their text and
// their authors' names to be passed on, and for nothing that this program does
// not do.
var accepted = []string{
	"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC-BY-3.0", "CC-BY-4.0", "FTL", "HPND", "ISC", "MIT",
	"NCSA", "OFL-1.1", "OpenSSL", "Zlib",
	"GooglePatentsFile", // a grant beside a licence
}

// recognized is the least share of a licence file, in percent, that has to be
// the text of known licences.
const recognized = 80

// readByHand are files that no program understands.
var readByHand = map[string]string{
	"github.com/golang/freetype/LICENSE":        "leaves the choice between FTL and GPL-2.0; the FTL is chosen",
	"github.com/ajstarks/svgo/LICENSE-link.txt": "names the licence in LICENSE and where it came from",
}

// elsewhere are licence files that lie in other folders than their packages.
var elsewhere = map[string][]string{"github.com/golang/freetype": {"licenses/ftl.txt"}}

var (
	licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|ofl)`)
	noticeName  = regexp.MustCompile(`(?i)^(notice|patents)`)
)

// notice is one file that has to be passed on.
type notice struct {
	name string // module and path in it
	text string
	ids  []string // of the licences in it
}

// terms are the notices of one module.
type terms struct {
	module *module
	files  []notice
}

func readAll(modules []*module) ([]terms, error) {
	var all []terms
	for _, m := range modules {
		files, err := m.read()
		if err != nil {
			return nil, fmt.Errorf("module %s %s, which the program links: %w", m.Path, m.Version, err)
		}
		all = append(all, terms{m, files})
	}
	return all, nil
}

// read gives the module's licence files and notices. One that is not known, or
// not accepted, is an error, and so is a module without any.
func (m *module) read() ([]notice, error) {
	paths, licences, err := m.find()
	if err != nil {
		return nil, err
	}
	if licences == 0 {
		return nil, fmt.Errorf("no licence file in it; find out on which terms it may be passed on, or do without it")
	}
	var files []notice
	for _, path := range paths {
		n, err := m.readFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, n)
	}
	return files, nil
}

// find lists the files by their paths in the module, and counts the licences.
func (m *module) find() (paths []string, licences int, err error) {
	for folder := range m.folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, 0, err
		}
		for _, e := range entries {
			isLicence := licenceName.MatchString(e.Name())
			if e.IsDir() || strings.HasSuffix(e.Name(), ".go") || !isLicence && !noticeName.MatchString(e.Name()) {
				continue
			}
			path, err := filepath.Rel(m.Dir, filepath.Join(folder, e.Name()))
			if err != nil {
				return nil, 0, err
			}
			paths = append(paths, filepath.ToSlash(path))
			if isLicence {
				licences++
			}
		}
	}
	paths = append(paths, elsewhere[m.Path]...)
	slices.Sort(paths)
	return paths, licences, nil
}

func (m *module) readFile(path string) (notice, error) {
	data, err := os.ReadFile(filepath.Join(m.Dir, path))
	if err != nil {
		return notice{}, err
	}
	n := notice{name: m.Path + "/" + path, text: plain(string(data))}
	scan := licensecheck.Scan(data)
	for _, match := range scan.Match {
		if !slices.Contains(accepted, match.ID) {
			return n, fmt.Errorf("%s is under %s, which is not among the accepted licences; do without the module, or add the licence to them once somebody has read it", path, match.ID)
		}
		if !slices.Contains(n.ids, match.ID) {
			n.ids = append(n.ids, match.ID)
		}
	}
	_, read := readByHand[n.name]
	if scan.Percent < recognized && !read && licenceName.MatchString(filepath.Base(path)) {
		return n, fmt.Errorf("%s is of a licence that is not known (%.0f %% of it is); somebody has to read it", path, scan.Percent)
	}
	return n, nil
}

// plain leaves out what would disturb a terminal, and spaces at ends of lines.
func plain(text string) string {
	text = strings.ToValidUTF8(strings.TrimPrefix(text, "\ufeff"), "?")
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, text)
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n") + "\n"
}
