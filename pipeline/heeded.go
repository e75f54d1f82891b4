package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// heeded names the first flag on the command line that the choice made with another
// flag does not heed. Whose a flag is stands in its tag `of`; one without is everybody's.
func heeded(parsed *kong.Context, flag, choice string) error {
	for _, step := range parsed.Path {
		if step.Flag == nil || !step.Flag.Tag.Has("of") {
			continue
		}
		if of := strings.Split(step.Flag.Tag.Get("of"), ","); !slices.Contains(of, choice) {
			return fmt.Errorf("--%s is of %s; --%s %s does not heed it", step.Flag.Name, strings.Join(of, " and "), flag, choice)
		}
	}
	return nil
}
