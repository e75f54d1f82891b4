package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGoroutinesAreGuarded: a panic in a goroutine cannot be caught anywhere
// else, so every file that starts one has to guard what it does.
func TestGoroutinesAreGuarded(t *testing.T) {
	started := 0
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if n := goroutines(file); n > 0 {
			started += n
			if !strings.Contains(string(source), "stages.Guard(") {
				t.Errorf("%s starts goroutines and has no stages.Guard", path)
			}
		}
		return nil
	})
	if err != nil || started < 4 {
		t.Errorf("%d places that start goroutines: %v", started, err)
	}
}

// goroutines counts go statements and calls of methods named Go, which is what
// groups of goroutines start one with.
func goroutines(file *ast.File) (n int) {
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.GoStmt:
			n++
		case *ast.CallExpr:
			if f, ok := node.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Go" {
				n++
			}
		}
		return true
	})
	return n
}
