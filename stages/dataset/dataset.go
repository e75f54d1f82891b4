// Package dataset is how stages read and write datasets; it is no stage itself.
//
// A stage that makes a dataset writes it into a folder of its output that is
// called like the dataset. Those that read one find it there, or among what the
// engine opened when it was imported, and cannot tell the two apart.
package dataset

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"rationale/datasets"
	"rationale/stages"
)

// Open gives the dataset that fills a stage's role: an imported one as the engine
// opened it, or one that another stage wrote. The stage calls done when it has
// read it.
func Open(env *stages.Env, role, name string) (set *datasets.Set, done func() error, err error) {
	if env.Opened[role] != nil {
		set, err = stages.OpenedAs[*datasets.Set](env, role)
		return set, func() error { return nil }, err
	}
	if set, err = OpenIn(env.Inputs[role], name); err != nil {
		return nil, nil, err
	}
	return set, set.Close, nil
}

// OpenIn opens dataset name in an artifact.
func OpenIn(artifact, name string) (set *datasets.Set, err error) {
	found, err := Find(artifact, name)
	if err != nil {
		return nil, err
	}
	defer stages.InFile(found, &err)
	return datasets.OpenDir(found)
}

// Write writes a stage's dataset; see datasets.Write. The engine publishes it.
func Write(ctx context.Context, env *stages.Env, meta datasets.Meta, rows map[string]datasets.Rows) (*datasets.Meta, error) {
	return datasets.Write(ctx, Folder(env.Out, meta.Name), meta, rows)
}

// Folder is where dataset name lies in the output of the stage that makes it.
func Folder(out, name string) string { return filepath.Join(out, name) }

// Find is the folder of dataset name in an artifact, which has to hold it.
func Find(artifact, name string) (found string, err error) {
	found = Folder(artifact, name)
	defer stages.InFile(found, &err)
	if _, err := os.Stat(filepath.Join(found, datasets.ManifestName)); err != nil {
		return "", fmt.Errorf("%s holds no dataset %q", artifact, name)
	}
	return found, nil
}
