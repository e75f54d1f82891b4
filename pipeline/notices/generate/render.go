package main

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

// fetched tells of what the program fetches when it is asked to.
//
//go:embed fetched.txt
var fetched string

const heading = `Third-party notices of rationale

The program rationale is under the MIT licence. It is linked with the modules
below; the texts of their licences follow, each once, under the files that it
was found in. ` + "`make notices`" + ` writes this file.

`

// goLicence is where the licence of Go itself is taken from: not every
// installation of Go has it, and this module by the same authors is always
// linked.
const goLicence = "golang.org/x/sys/LICENSE"

const ruler = "================================================================================\n"

// render writes the list of modules and, each once, their files.
func render(all []terms) string {
	var b strings.Builder
	b.WriteString(heading)
	for _, n := range all {
		fmt.Fprintf(&b, "%s %s: %s\n", n.module.Path, n.module.Version, strings.Join(n.ids(), ", "))
	}
	b.WriteString("Go, its standard library and runtime: BSD-3-Clause\n\n" + fetched)
	texts, names := gather(all)
	for _, text := range texts {
		b.WriteString("\n" + ruler)
		for _, name := range names[text] {
			b.WriteString(name + "\n")
		}
		b.WriteString("\n" + text)
	}
	return b.String()
}

// ids are the licences of the module's files.
func (n terms) ids() []string {
	var ids []string
	for _, f := range n.files {
		ids = append(ids, f.ids...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// gather lists the different texts in their first order, and the names under
// which each was found.
func gather(all []terms) (texts []string, names map[string][]string) {
	names = map[string][]string{}
	for _, n := range all {
		for _, f := range n.files {
			if names[f.text] == nil {
				texts = append(texts, f.text)
			}
			names[f.text] = append(names[f.text], f.name)
			if f.name == goLicence {
				names[f.text] = append(names[f.text], "Go, its standard library and runtime")
			}
		}
	}
	return texts, names
}
