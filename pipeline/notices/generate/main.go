// Command generate writes the notices of what the program links: the modules
// as `go list` finds them for every platform, and the licences that lie in
// them. A licence that it does not know is an error, for somebody has to read
// it before it is shipped.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := write(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

func write(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("expected the file to write, got %q", args)
	}
	text, err := generate()
	if err != nil {
		return err
	}
	return os.WriteFile(args[0], []byte(text), 0o644)
}

// generate gives the whole text.
func generate() (string, error) {
	modules, err := linked("rationale/pipeline")
	if err != nil {
		return "", err
	}
	list, err := readAll(modules)
	if err != nil {
		return "", err
	}
	return render(list), nil
}
