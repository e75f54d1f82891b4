package runtime

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/google/renameio/v2"
)

const npmPackage = "onnxruntime-node@" + LibraryVersion

// FetchLibrary puts the pinned library into the cache folder unless Locate
// finds a usable one already. The npm client downloads the package into a
// temporary folder; the one file for this platform is taken out of it and
// stored only when its digest is the pinned one. Messages for the user go to
// log. A wrong library named by ONNXRUNTIME_LIB is reported, never replaced.
func FetchLibrary(ctx context.Context, log io.Writer) (Library, error) {
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
	return fetch(ctx, log, dir, art)
}

func fetch(ctx context.Context, log io.Writer, dir string, art artifact) (Library, error) {
	temp, err := os.MkdirTemp("", "rationale-onnxruntime-*")
	if err != nil {
		return Library{}, fmt.Errorf("runtime: %w", err)
	}
	defer os.RemoveAll(temp)
	fmt.Fprintf(log, "fetching %s with npm (about 110 MB)\n", npmPackage)
	archive, err := npmPack(ctx, temp)
	if err != nil {
		return Library{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Library{}, fmt.Errorf("runtime: %w", err)
	}
	if err := storeMember(archive, art, dir); err != nil {
		return Library{}, err
	}
	lib, err := cachedLibrary(dir, art)
	if err == nil {
		fmt.Fprintf(log, "stored %s\n", lib.Path)
	}
	return lib, err
}

// npmPack downloads the package's archive into dir and gives its path.
func npmPack(ctx context.Context, dir string) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", fmt.Errorf("runtime: fetching onnxruntime needs npm: %w; install npm, or set %s to the path of your own library", err, LibraryVariable)
	}
	cmd := exec.CommandContext(ctx, npm, "pack", "--ignore-scripts", "--silent", "--pack-destination", dir, npmPackage)
	cmd.Dir = dir
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("runtime: npm pack %s: %w: %s", npmPackage, errors.Join(ctx.Err(), err), bytes.TrimSpace(output))
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("runtime: npm pack %s left %d archives, expected one", npmPackage, len(found))
	}
	return found[0], nil
}

// storeMember copies the artifact out of the archive into dir, where it
// appears complete and with the pinned digest or not at all.
func storeMember(archive string, art artifact, dir string) error {
	f, err := os.Open(archive)
	if err != nil {
		return fmt.Errorf("runtime: %w", err)
	}
	defer f.Close()
	member, err := openMember(f, art.member)
	if err != nil {
		return fmt.Errorf("runtime: %s: %w", npmPackage, err)
	}
	target, err := renameio.NewPendingFile(filepath.Join(dir, filepath.Base(art.member)), renameio.WithTempDir(dir), renameio.WithPermissions(0o644))
	if err != nil {
		return fmt.Errorf("runtime: %w", err)
	}
	defer target.Cleanup()
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(target, hash), member); err != nil {
		return fmt.Errorf("runtime: storing %s of %s: %w", art.member, npmPackage, err)
	}
	if digest := hex.EncodeToString(hash.Sum(nil)); digest != art.sha256 {
		return fmt.Errorf("runtime: %s of %s was refused: its SHA-256 is %s, expected %s", art.member, npmPackage, digest, art.sha256)
	}
	if err := target.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("runtime: %w", err)
	}
	return nil
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
