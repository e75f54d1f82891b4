package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"rationale/pipeline/campaign"
)

// oddities is of how many inputs one is no file at all any more.
const oddities = 40

// damageOne damages one of the kind's files in a copy of the scene.
func damageOne(r *rand.Rand, dir string, k kind, mode string) (path, how string, err error) {
	if k.invent != nil {
		return "", "", nil // the call itself is what is odd
	}
	var files []string
	for _, pattern := range k.files {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return "", "", err
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		return "", "", fmt.Errorf("no file %q", k.files)
	}
	path = files[r.IntN(len(files))]
	if mode != rewritten && r.IntN(oddities) == 0 {
		how, err = odd(r, path)
		return path, how, err
	}
	how, err = damageFile(r, path, files[r.IntN(len(files))], mode)
	if err == nil && mode == rewritten && k.reseal != nil {
		err = k.reseal(dir, path)
	}
	return path, how, err
}

// damageFile mutates a file's bytes; of a packed file with its check sums
// rewritten, those inside.
func damageFile(r *rand.Rand, path, other, mode string) (how string, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	foreign, err := os.ReadFile(other)
	if err != nil {
		return "", err
	}
	inside := mode == rewritten && strings.HasSuffix(path, ".gz")
	if !inside {
		damaged, how := campaign.Mutate(r, data, foreign)
		return how, rewrite(path, damaged)
	}
	text, err := plainText(data)
	if err != nil {
		return "", err
	}
	more, err := plainText(foreign)
	if err != nil {
		return "", err
	}
	damaged, how := campaign.Mutate(r, []byte(text), []byte(more))
	return how, rewrite(path, packed(damaged))
}

// odd puts something else in a file's place: nothing, a folder, a pipe that
// nobody writes to, a link to a device without an end.
func odd(r *rand.Rand, path string) (how string, err error) {
	put := []struct {
		how string
		do  func() error
	}{
		{"removal", func() error { return nil }},
		{"a folder in place", func() error { return os.Mkdir(path, 0o755) }},
		{"a pipe in place", func() error { return unix.Mkfifo(path, 0o644) }},
		{"a link to /dev/zero in place", func() error { return os.Symlink("/dev/zero", path) }},
		{"a link to itself in place", func() error { return os.Symlink(filepath.Base(path), path) }},
	}[r.IntN(5)]
	return put.how, errors.Join(os.Remove(path), put.do())
}
