package runtime_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestBindingIsConfined keeps the Go binding replaceable: in the whole module
// only this package's files binding_*.go may import it.
func TestBindingIsConfined(t *testing.T) {
	const binding = "github.com/yalue/onnxruntime_go"
	users := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			if imported, err := strconv.Unquote(spec.Path.Value); err != nil || imported != binding {
				continue
			}
			users++
			if name, err := filepath.Rel("../../onnx/runtime", path); err != nil || !strings.HasPrefix(name, "binding_") {
				t.Errorf("%s imports %s", path, binding)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if users == 0 {
		t.Error("found no file that imports the binding: the test looks in the wrong place")
	}
}
