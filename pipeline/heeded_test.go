package main

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// A flag that is some choices' only says so in its help, in the words of its tag.
func TestHelpSaysWhoHeedsAFlag(t *testing.T) {
	parser, err := kong.New(&cli{}, groups, variables())
	if err != nil {
		t.Fatal(err)
	}
	tagged := 0
	for _, verb := range parser.Model.Leaves(false) {
		for _, f := range verb.Flags {
			said := strings.HasPrefix(f.Help, "Of ")
			if !f.Tag.Has("of") {
				if said && verb.Name == "defend" {
					t.Errorf("%s --%s: its help says whose it is, and it has no tag", verb.Name, f.Name)
				}
				continue
			}
			tagged++
			if want := "Of " + strings.ReplaceAll(f.Tag.Get("of"), ",", " and "); !strings.HasPrefix(f.Help, want) {
				t.Errorf("%s --%s: help %q, want it to begin with %q", verb.Name, f.Name, f.Help, want)
			}
		}
	}
	if tagged == 0 {
		t.Error("no flag has the tag")
	}
}
