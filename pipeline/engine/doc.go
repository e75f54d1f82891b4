// Package engine turns a graph of stages into artifacts: it plans, decides what
// is out of date and why, runs stages in parallel and keeps what they made.
//
// The order of things:
//
//	Node ──► NewPlan ──► Check ───► lock ──► tidy ──► schedule ──► Report
//	graph    identity    Done/Run   store    tmp,     Jobs at      ran,
//	of       of every    and the    (flock)  damaged  a time       times
//	stages   stage       reason                          │
//	                                                     ▼
//	                      verify inputs ► Stage.Run ► digest ► sync ► rename
//	                      (SHA-256)       tmp/, work/   manifest.json  artifacts/
//
// What lies outside the store (datasets, word vectors) is opened once the lock is
// had, held against the digests of the plan, and kept open for all that read it.
//
// An artifact is one folder, named by what it was made from: the stage, its
// version, its parameters and the identities of its inputs. Nothing is ever
// changed in place. A folder appears under its final name only once it is
// complete and on disk, so that the process may be killed at any moment and
// the same command goes on from there.
//
// A store looks like this:
//
//	artifacts/train-0123456789abcdef/   files and manifest.json, complete
//	work/train-0123456789abcdef/        resume state of a stage not yet complete
//	tmp/train-0123456789abcdef/         output of a stage not yet complete
//	damaged/train-0123456789abcdef/     an artifact whose digests did not agree
//	log/train-0123456789abcdef.json     times and memory, not part of the artifact
//	lock                                held by the one process that writes
//	.rationale                          the marker: the folder is the program's
//
// A folder that is neither empty nor bears the marker is not touched, except
// one that earlier versions made, which is known by what lies in it. What is
// removed bears a name that the engine gives, and is no link.
//
// Planning and checking read only: they create nothing, not even the store.
package engine
