package runtime

import (
	"fmt"

	"golang.org/x/mod/semver"
)

// The releases of onnxruntime that all tests were run with: the first, the
// last; those between them are expected to do as well.
const (
	OldestTested = LibraryVersion
	NewestTested = "1.32.0"
)

// versionFinding says whether a library that works is one that was tested.
func versionFinding(version string) Finding {
	f := Finding{Name: "onnxruntime version", OK: true, Detail: version}
	if tested(version) {
		return f
	}
	f.Untested = true
	f.Detail += fmt.Sprintf(": the tests were run with %s to %s, not with this one", OldestTested, NewestTested)
	f.Fix = fmt.Sprintf("unset %s and run make library, or run make test with this library", LibraryVariable)
	return f
}

// tested is false for what is no version of three numbers, and for previews.
func tested(version string) bool {
	v := "v" + version
	return semver.IsValid(v) && semver.Compare(v, "v"+OldestTested) >= 0 && semver.Compare(v, "v"+NewestTested) <= 0
}
