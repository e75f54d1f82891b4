package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"rationale/datasets/quote"
	"rationale/onnx/runtime"
	"rationale/pipeline/engine"
	"rationale/stages"
)

// damaged is an artifact that cannot be read.
type damaged struct {
	ID    string `json:"id"`
	Label string `json:"label,omitempty"` // empty when no record of it is left
	Fault string `json:"fault"`
	Again string `json:"again"` // how to make it again
}

func newDamaged(store *engine.Store, d *engine.DamageError) damaged {
	return damaged{ID: d.ID, Label: recordOf(store, d.ID).Label, Fault: "file " + d.File + ": " + d.Fault, Again: again(store, d.ID)}
}

// recordOf is the record of how an artifact was made. It lies beside the
// artifact, so it outlives its damage; an unreadable one counts as none.
func recordOf(store *engine.Store, id string) engine.Log {
	record, ok, err := store.Log(id)
	if !ok || err != nil {
		return engine.Log{}
	}
	return record
}

// again says how to make an artifact again.
func again(store *engine.Store, id string) string {
	record := recordOf(store, id)
	if len(record.Command) == 0 {
		return "the command that made it makes it again"
	}
	return "make it again: " + quote.Command(append([]string{"rationale"}, record.Command...)...)
}

// withAgain adds to an error about a damaged artifact how to make it again.
func withAgain(store *engine.Store, err error) error {
	d := damageIn(err)
	if d == nil {
		return err
	}
	return fmt.Errorf("%w; %s", err, again(store, d.ID))
}

// damageIn is the damage that an error tells of; nil when it tells of none.
func damageIn(err error) *engine.DamageError {
	var d *engine.DamageError
	errors.As(err, &d)
	return d
}

// fileIn is the file that an error is about; "" when it is about none.
func fileIn(err error) string {
	var file *stages.FileError
	var session *runtime.SessionError
	switch {
	case errors.As(err, &file):
		return file.Path
	case errors.As(err, &session):
		return session.Session
	}
	return ""
}

// suspect adds to an error about an artifact's file what to do about the
// artifact. Its digests are right, or the error would be a DamageError, so
// whatever is wrong with the file was published that way: by a program of
// another version, or by somebody else.
func (a *app) suspect(err error) error {
	if err == nil || damageIn(err) != nil || len(faults(err)) > 0 || errors.Is(err, context.Canceled) || errors.As(err, new(*fs.PathError)) {
		return err
	}
	store, openErr := a.store()
	if openErr != nil {
		return err
	}
	id, folder, ok := store.Holds(fileIn(err))
	if !ok {
		return err
	}
	return fmt.Errorf("%w; the file is as it was published: if it is at fault, remove the folder %s and %s", err, quote.Shell(folder), again(store, id))
}
