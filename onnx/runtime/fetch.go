package runtime

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

const npmPackage = "onnxruntime-node@" + LibraryVersion

// Download brings a file of an npm package, name@version: it takes out the file
// whose path is member or ends with it, checks its SHA-256, hands its path, in
// a temporary folder inside dir, to use, which may move it away, and removes
// the folder.
type Download func(ctx context.Context, dir, spec, member, sha256 string, use func(path string) error) error

// FetchLibrary puts the pinned library into the cache folder unless Locate
// finds a usable one already. The one file for this platform is taken out of
// the downloaded package and appears in the folder complete and with the pinned
// digest or not at all. Messages for the user go to log. A wrong library named
// by ONNXRUNTIME_LIB is reported, never replaced.
func FetchLibrary(ctx context.Context, log io.Writer, download Download) (Library, error) {
	lib, err := Locate()
	if err == nil || os.Getenv(LibraryVariable) != "" {
		return lib, err
	}
	art, err := platformArtifact()
	if err != nil {
		return Library{}, err
	}
	dir, err := cacheDir()
	if err != nil {
		return Library{}, err
	}
	return fetch(ctx, log, download, dir, art)
}

func fetch(ctx context.Context, log io.Writer, download Download, dir string, art artifact) (Library, error) {
	fmt.Fprintf(log, "fetching %s with npm (about 110 MB)\n", npmPackage)
	err := download(ctx, dir, npmPackage, art.member, art.sha256, func(path string) error {
		return os.Rename(path, filepath.Join(dir, filepath.Base(art.member)))
	})
	if err != nil {
		return Library{}, fmt.Errorf("runtime: fetching onnxruntime: %w; or set %s to the path of your own library", err, LibraryVariable)
	}
	lib, err := cachedLibrary(dir, art)
	if err == nil {
		fmt.Fprintf(log, "stored %s\n", lib.Path)
	}
	return lib, err
}
