package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"rationale/pipeline/notices"
)

// TestUpToDate: what the program ships is what its modules say today, and each
// of their licences is known.
func TestUpToDate(t *testing.T) {
	want, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	if notices.ThirdParty != want {
		t.Errorf("the notices are out of date: run `make notices` and read what has changed")
	}
	if len(want) > 1<<20 {
		t.Errorf("the notices have %d bytes, more than a binary should carry", len(want))
	}
	if i := strings.IndexFunc(want, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }); i >= 0 {
		t.Errorf("control character %q in the notices", want[i])
	}
}

// TestWhatIsLinkedIsNamed looks for notices of each kind, and for none of what
// only tests and tools need.
func TestWhatIsLinkedIsNamed(t *testing.T) {
	for _, want := range []string{
		"github.com/apache/arrow/go/v15 ", "gonum.org/v1/plot ", "LICENSE-SIL\n", "SIL OPEN FONT LICENSE", "Microsoft", "GloVe",
		"Creative Commons Attribution", "github.com/klauspost/compress/zstd/internal/xxhash/LICENSE.txt\n", "FreeType Project",
	} {
		if !strings.Contains(notices.ThirdParty, want) {
			t.Errorf("no %q in the notices", want)
		}
	}
	for _, absent := range []string{"licensecheck", "github.com/google/go-cmp"} {
		if strings.Contains(notices.ThirdParty, absent) {
			t.Errorf("%s is in the notices; the program does not link it", absent)
		}
	}
}

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`

const gpl = "This program is free software: you can redistribute it and/or modify it under the terms of the GNU General Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any later version.\n"

func TestLicencesOfAModule(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		want  string // in the error; empty for none
		read  []string
	}{
		"known":                   {map[string]string{"LICENSE": mit, "licence.go": "package x", "README": "x"}, "", []string{"LICENSE"}},
		"a notice beside it":      {map[string]string{"COPYING": mit, "NOTICE": "by us"}, "", []string{"COPYING", "NOTICE"}},
		"of a linked package":     {map[string]string{"LICENSE": mit, "sub/LICENCE.txt": mit, "other/LICENSE": gpl}, "", []string{"LICENSE", "sub/LICENCE.txt"}},
		"none":                    {map[string]string{"README": "x"}, "no licence file", nil},
		"a notice only":           {map[string]string{"NOTICE": "by us"}, "no licence file", nil},
		"unknown":                 {map[string]string{"LICENSE": "You may use this on Sundays."}, "not known", nil},
		"unknown beside known":    {map[string]string{"LICENSE": mit, "LICENSE-2": "Or else on Mondays."}, "LICENSE-2 is of a licence that is not known", nil},
		"not accepted":            {map[string]string{"LICENSE": gpl}, "GPL", nil},
		"not accepted, in a part": {map[string]string{"LICENSE": mit, "sub/COPYING": gpl}, "sub/COPYING is under", nil},
	} {
		t.Run(name, func(t *testing.T) {
			m := &module{Path: "example.org/m", Dir: t.TempDir(), folders: map[string]bool{}}
			for _, folder := range []string{"sub", "other"} {
				if err := os.Mkdir(filepath.Join(m.Dir, folder), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			m.link(filepath.Join(m.Dir, "sub"))
			for path, text := range tc.files {
				if err := os.WriteFile(filepath.Join(m.Dir, path), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			_, err := readAll([]*module{m})
			if tc.want != "" {
				if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), m.Path) {
					t.Errorf("error %v; want %q and the module's name in it", err, tc.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, _, _ := m.find(); !slices.Equal(got, tc.read) {
				t.Errorf("read %v, want %v", got, tc.read)
			}
		})
	}
}

// TestTextsStandOnce: a text that several modules share is printed once, under
// all their names.
func TestTextsStandOnce(t *testing.T) {
	var all []terms
	for _, path := range []string{"example.org/a", "example.org/b"} {
		all = append(all, terms{&module{Path: path}, []notice{{name: path + "/LICENSE", text: "one\n"}}})
	}
	text := render(all)
	if n := strings.Count(text, "\none\n"); n != 1 || !strings.Contains(text, "example.org/a/LICENSE\nexample.org/b/LICENSE\n") {
		t.Errorf("%d times:\n%s", n, text)
	}
}
