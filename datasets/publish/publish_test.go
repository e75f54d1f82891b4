package publish

import (
	"strings"
	"testing"
)

func TestOneImportAtATime(t *testing.T) {
	dir := t.TempDir()
	inside := Folder(dir, "a", func(string) error { return Folder(dir, "b", func(string) error { return nil }) })
	if inside == nil || !strings.Contains(inside.Error(), "another import") {
		t.Errorf("%v", inside)
	}
}
