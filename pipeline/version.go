package main

import (
	"errors"
	"fmt"
	goruntime "runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"rationale/onnx/runtime"
)

// versionFlag prints the versions and ends the program.
type versionFlag bool

// IgnoreDefault keeps kong from taking the flag's default for its use.
func (versionFlag) IgnoreDefault() {}

// BeforeReset is called by kong as soon as the flag is seen.
func (versionFlag) BeforeReset(k *kong.Kong) error {
	_, err := fmt.Fprintf(&output{to: k.Stdout}, "rationale %s, %s, onnxruntime %s\n", revision(), platform(), libraryVersion())
	if err == nil {
		k.Exit(exitDone)
	}
	return err
}

// platform is what the program was built with and for.
func platform() string {
	return fmt.Sprintf("%s %s/%s", goruntime.Version(), goruntime.GOOS, goruntime.GOARCH)
}

// revision is the commit that the program was built from.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "of unknown revision"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	commit, ok := settings["vcs.revision"]
	if !ok {
		return info.Main.Version
	}
	text := "revision " + commit[:min(12, len(commit))] + " of " + settings["vcs.time"]
	if settings["vcs.modified"] == "true" {
		text += " with changes"
	}
	return text
}

// libraryVersion asks the library itself.
func libraryVersion() string {
	lib, err := runtime.Locate()
	if errors.Is(err, runtime.ErrNoLibrary) {
		return "not installed (" + runtime.LibraryVersion + " is pinned)"
	}
	if err != nil {
		return "unusable: " + err.Error()
	}
	rt, err := runtime.Open(lib, runtime.Options{Threads: 1})
	if err != nil {
		return "unusable: " + err.Error()
	}
	defer rt.Close()
	return rt.Version()
}
