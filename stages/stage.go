// Package stages says what a stage is; each package below it is one stage, but
// for the rooms that stages share: examples (what models learn from, with a
// package for each kind), measure (evaluation), backend (what computes).
//
// A stage is a pure function of its parameters and its inputs' contents. Its
// identity is name + version + hash of those, its output one folder that the
// engine publishes under that identity once it is complete.
package stages

import (
	"context"
	"log/slog"
)

// Stage is one kind of work together with its parameters.
type Stage interface {
	// Name is the stage's kind, for example "train".
	Name() string
	// Version is raised whenever the same parameters and inputs would give
	// different output, so that older artifacts count as stale.
	Version() int
	// Params is a plain struct. Its JSON is part of the stage's identity, so
	// it holds everything that can change the output and nothing else.
	Params() any
	// Run writes the stage's output files below env.Out. It must give the
	// same bytes for the same parameters and inputs, also after it was killed
	// and started again with what an earlier attempt left in env.Work.
	Run(ctx context.Context, env *Env) error
}

// Env is what the engine hands to a running stage.
type Env struct {
	// Inputs maps the role of each input that another stage made ("run") to the
	// verified folder of the artifact that fills it.
	Inputs map[string]string
	// Opened maps the role of each input from outside the store ("vectors") to
	// what the engine opened and held against the plan. There is no path to it:
	// what a stage would find there may be something else by then.
	Opened map[string]Opened
	// Out is an empty folder for the results. The engine syncs it, adds the
	// manifest of digests and renames it into the store.
	Out string
	// Work is a folder that survives a kill: resume state goes there. It is
	// removed once the stage is complete.
	Work string
	// Threads is the number of processor threads the stage may keep busy. A
	// stage whose bytes depend on that number has it in its parameters instead.
	Threads int
	// Progress takes reports of how far the stage is; never nil.
	Progress Progress
	// Log takes messages for people; never nil.
	Log *slog.Logger
}

// Progress receives a stage's advance in units of its own choosing.
type Progress interface {
	// Total says how many units the stage will do in all.
	Total(units int64)
	// Advance reports units done since the last call, with a short note
	// (the epoch and its loss, say) for people who watch.
	Advance(units int64, note string)
}
