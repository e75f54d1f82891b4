package runtime

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	goruntime "runtime"
)

// LibraryVersion is the onnxruntime release that the project pins and tests.
const LibraryVersion = "1.29.0"

// LibraryVariable is the environment variable that names the user's own
// onnxruntime library.
const LibraryVariable = "ONNXRUNTIME_LIB"

// Where a Library was found.
const (
	SourceVariable = LibraryVariable
	SourceCache    = "cache"
)

// ErrNoLibrary is wrapped by the error of Locate when there is no library.
var ErrNoLibrary = errors.New("the onnxruntime library is not installed")

// Library is an onnxruntime shared library on disk.
type Library struct {
	Path    string // absolute path of the file
	Version string // the pinned version; empty for the user's own until it is opened
	SHA256  string // hexadecimal digest of the file's bytes
	Source  string // SourceVariable or SourceCache
}

// artifact is the one file of the npm package that a platform needs.
type artifact struct {
	member string // path inside the package's archive
	sha256 string // hexadecimal digest of the file
}

// artifacts maps GOOS-GOARCH to the pinned file of onnxruntime-node.
var artifacts = map[string]artifact{
	"linux-amd64": {
		"package/bin/napi-v6/linux/x64/libonnxruntime.so.1",
		"89688f5cf51c7e31befbb7b9101bc027799009b18d1baa9a5b1146a72e69538d",
	},
	"linux-arm64": {
		"package/bin/napi-v6/linux/arm64/libonnxruntime.so.1",
		"a27d21126db312aa8f02f3d5eaebe466e991f51f469882e6d0407d5a8b64afda",
	},
	"darwin-arm64": {
		"package/bin/napi-v6/darwin/arm64/libonnxruntime.1.29.0.dylib",
		"3e4c63909e9fc6648c93c68741c1ccf1e3d89218dd1d6a7d4f3d629ffc7f9918",
	},
}

// Locate finds the library: the file named by ONNXRUNTIME_LIB, used as given
// with its digest recorded, or else the file in the cache folder, whose digest
// must equal the pinned one. The cached file is read and hashed at every call
// (45 MB, some 30 ms with SHA instructions), so that a damaged or replaced
// file never gets as far as the dynamic loader.
func Locate() (Library, error) {
	if path := os.Getenv(LibraryVariable); path != "" {
		return ownLibrary(path)
	}
	art, err := platformArtifact()
	if err != nil {
		return Library{}, err
	}
	dir, err := cacheDir()
	if err != nil {
		return Library{}, err
	}
	return cachedLibrary(dir, art)
}

func ownLibrary(path string) (Library, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return Library{}, fmt.Errorf("runtime: %s=%s: %w", LibraryVariable, path, err)
	}
	digest, err := fileDigest(abs)
	if err == nil {
		err = checkWhole(abs)
	}
	if err != nil {
		return Library{}, fmt.Errorf("%s=%s: %w; set it to the onnxruntime library itself, or unset it and run `make library`", LibraryVariable, path, err)
	}
	return Library{Path: abs, SHA256: digest, Source: SourceVariable}, nil
}

func cachedLibrary(dir string, art artifact) (Library, error) {
	path := filepath.Join(dir, filepath.Base(art.member))
	digest, err := fileDigest(path)
	if errors.Is(err, os.ErrNotExist) {
		return Library{}, fmt.Errorf("runtime: %w: no %s; run `make library`, or set %s to the path of your own", ErrNoLibrary, path, LibraryVariable)
	}
	if err != nil {
		return Library{}, fmt.Errorf("%w; remove it and run `make library`", err)
	}
	if digest != art.sha256 {
		return Library{}, fmt.Errorf("runtime: %s is not the pinned onnxruntime %s and was not loaded: its SHA-256 is %s, expected %s; run `make library` to replace it, or set %s to use your own library",
			path, LibraryVersion, digest, art.sha256, LibraryVariable)
	}
	return Library{Path: path, Version: LibraryVersion, SHA256: digest, Source: SourceCache}, nil
}

func platform() string { return goruntime.GOOS + "-" + goruntime.GOARCH }

func platformArtifact() (artifact, error) {
	art, ok := artifacts[platform()]
	if !ok {
		return artifact{}, fmt.Errorf("runtime: no pinned onnxruntime library for %s; set %s to the path of your own", platform(), LibraryVariable)
	}
	return art, nil
}

// cacheDir is the folder of the pinned library below the user's cache folder.
func cacheDir() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("runtime: no cache folder to look for onnxruntime in: %w; set %s to the path of your own library", err, LibraryVariable)
	}
	return filepath.Join(base, "rationale", "onnxruntime-"+LibraryVersion+"-"+platform()), nil
}

// fileDigest hashes a library of any source, which may be anything at all.
func fileDigest(path string) (string, error) {
	f, err := openRegular(path, maxLibrary)
	if err != nil {
		return "", err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, io.LimitReader(f, maxLibrary)); err != nil {
		return "", fmt.Errorf("runtime: %w", err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
