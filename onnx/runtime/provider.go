package runtime

import (
	"errors"
	"fmt"
	"strings"
)

// The execution providers by name.
const (
	CPU  = "cpu"
	CUDA = "cuda"
)

var providers = []string{CPU, CUDA}

// otherProviderNames are what people and other programs call them.
var otherProviderNames = map[string]string{
	"cpuexecutionprovider": CPU, "host": CPU,
	"cudaexecutionprovider": CUDA, "gpu": CUDA, "nvidia": CUDA,
}

func checkProvider(name string) error {
	for _, known := range providers {
		if name == known {
			return nil
		}
	}
	message := fmt.Sprintf("runtime: unknown provider %q; there are %s", name, strings.Join(providers, " and "))
	if meant := meantProvider(name); meant != "" {
		message += fmt.Sprintf("; did you mean %q?", meant)
	}
	return errors.New(message)
}

// meantProvider guesses the provider behind another name for it or a slip of
// the keyboard, or gives "".
func meantProvider(name string) string {
	lower := strings.ToLower(strings.TrimSpace(name))
	if meant, ok := otherProviderNames[lower]; ok {
		return meant
	}
	for _, known := range providers {
		if slip := len(lower) - len(known); slip >= -1 && slip <= 1 && editDistance(lower, known) <= 1 {
			return known
		}
	}
	return ""
}

// editDistance counts the insertions, deletions and substitutions between two
// short words.
func editDistance(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	if a[0] == b[0] {
		return editDistance(a[1:], b[1:])
	}
	return 1 + min(editDistance(a[1:], b), editDistance(a, b[1:]), editDistance(a[1:], b[1:]))
}
