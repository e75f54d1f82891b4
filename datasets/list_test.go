package datasets

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestListShowsDamagedOnes: whatever happened to a dataset, it is listed, and
// opening it tells how to go on; a folder of something else is not.
func TestListShowsDamagedOnes(t *testing.T) {
	for name, tc := range map[string]struct {
		harm func(dir string) error
		want string // in the error of Open; empty when it can be opened or is not listed
		list bool
	}{
		"sound":          {func(string) error { return nil }, "", true},
		"no manifest":    {func(dir string) error { return os.Remove(filepath.Join(dir, ManifestName)) }, "remove the folder and import", true},
		"torn manifest":  {func(dir string) error { return os.Truncate(filepath.Join(dir, ManifestName), 20) }, "import the dataset again", true},
		"no files":       {os.RemoveAll, "", false},
		"something else": {somethingElse, "", false},
		"unreadable":     {func(dir string) error { return os.Chmod(dir, 0) }, "import the dataset again", true},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "unreadable" && os.Getuid() == 0 {
				t.Skip("nothing is unreadable to root")
			}
			data := small(t)
			dir := filepath.Join(data, "small")
			if err := tc.harm(dir); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { os.Chmod(dir, 0o755) })
			names, err := List(data)
			if err != nil || slices.Contains(names, "small") != tc.list {
				t.Errorf("list %v, %v", names, err)
			}
			if tc.want == "" {
				return
			}
			if _, err := Open(data, "small"); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v; want %q in it", err, tc.want)
			}
		})
	}
}

// somethingElse makes the dataset a folder of notes.
func somethingElse(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o644)
}
