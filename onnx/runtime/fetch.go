package runtime

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

const npmPackage = "onnxruntime-node@" + LibraryVersion

// Download brings an npm package, name@version: it hands the path of the
// archive, in a temporary folder inside dir, to use, and removes the folder.
type Download func(ctx context.Context, dir, spec string, use func(archive string) error) error

// FetchLibrary puts the pinned library into the cache folder unless Locate
// finds a usable one already. The one file for this platform is taken out of
// the downloaded package and stored only when its digest is the pinned one.
// Messages for the user go to log. A wrong library named by ONNXRUNTIME_LIB is
// reported, never replaced.
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
	err := download(ctx, dir, npmPackage, func(archive string) error { return storeMember(archive, art, dir) })
	if err != nil {
		return Library{}, fmt.Errorf("runtime: fetching onnxruntime: %w; or set %s to the path of your own library", err, LibraryVariable)
	}
	lib, err := cachedLibrary(dir, art)
	if err == nil {
		fmt.Fprintf(log, "stored %s\n", lib.Path)
	}
	return lib, err
}

// storeMember copies the artifact out of the archive into dir, where it
// appears complete and with the pinned digest or not at all. Until then it lies
// beside the archive.
func storeMember(archive string, art artifact, dir string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	member, err := openMember(f, art.member)
	if err != nil {
		return fmt.Errorf("%s: %w", npmPackage, err)
	}
	target, err := renameio.NewPendingFile(filepath.Join(dir, filepath.Base(art.member)), renameio.WithTempDir(filepath.Dir(archive)), renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer target.Cleanup()
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(target, hash), member); err != nil {
		return fmt.Errorf("storing %s of %s: %w", art.member, npmPackage, err)
	}
	if digest := hex.EncodeToString(hash.Sum(nil)); digest != art.sha256 {
		return fmt.Errorf("%s of %s was refused: its SHA-256 is %s, expected %s", art.member, npmPackage, digest, art.sha256)
	}
	return target.CloseAtomicallyReplace()
}

// openMember winds a .tgz forward to the named regular file.
func openMember(archive io.Reader, name string) (io.Reader, error) {
	unzipped, err := gzip.NewReader(archive)
	if err != nil {
		return nil, err
	}
	files := tar.NewReader(unzipped)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("the archive has no %s", name)
		}
		if err != nil {
			return nil, err
		}
		if header.Name == name && header.Typeflag == tar.TypeReg {
			return files, nil
		}
	}
}
