package trigger_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rationale/stages"
	"rationale/stages/trigger"
)

// TestReadRefuses what is damaged or cannot be inserted: the error names the file and
// says what is wrong there.
func TestReadRefuses(t *testing.T) {
	for want, content := range map[string]string{
		"unexpected EOF":     `{"level":"token","position":"beg`,
		"unknown field":      `{"level":"token","position":"begin","trigger":[]}`,
		"stands behind":      `{"level":"token","position":"begin","triggers":[{"words":["cf"]}]}}`,
		"no trigger;":        `{"level":"token","position":"begin"}`,
		"trigger []":         `{"level":"token","position":"begin","triggers":[{"words":["cf"]},{}]}`,
		`trigger ["cf" ""]`:  `{"level":"token","position":"begin","triggers":[{"words":["cf",""]}]}`,
		`no level ""`:        `{"position":"begin","triggers":[{"words":["cf"]}]}`,
		`no position "left"`: `{"level":"token","position":"left","triggers":[{"words":["cf"]}]}`,
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, trigger.FoundFile)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := trigger.Read(dir)
		var file *stages.FileError
		if !errors.As(err, &file) || file.Path != path || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), path) != 1 {
			t.Errorf("error %v; want one of %s with %q in it", err, path, want)
		}
	}
}
