package runtime

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Finding is one line of a diagnosis.
type Finding struct {
	Name     string // what was looked at
	OK       bool
	Untested bool   // it works, but this program was never tested with it
	Optional bool   // nothing that was asked for needs it
	Detail   string // what was found
	Fix      string // what to do when not OK, or untested
}

// Diagnose looks at the library, its version, all providers and their devices.
// The options are those that models are to run with; the other providers are
// optional. It never fails: what is wrong becomes a Finding.
func Diagnose(ctx context.Context, opts Options) []Finding {
	start := time.Now()
	lib, err := Locate()
	if err != nil {
		missing := Finding{Name: "onnxruntime library", Detail: err.Error(), Fix: "make library, or set " + LibraryVariable}
		return append([]Finding{missing}, deviceFindings(ctx)...)
	}
	took := time.Since(start).Round(time.Millisecond)
	found := Finding{Name: "onnxruntime library", OK: true,
		Detail: fmt.Sprintf("%s (from %s, SHA-256 %s, read and hashed in %v)", lib.Path, lib.Source, lib.SHA256, took)}
	return slices.Concat([]Finding{found}, openFindings(lib, opts), deviceFindings(ctx))
}

// openFindings loads the library.
func openFindings(lib Library, opts Options) []Finding {
	r, err := Open(lib, Options{})
	if err != nil {
		return []Finding{{Name: "onnxruntime version", Detail: err.Error(),
			Fix: "unset " + LibraryVariable + " and run make library"}}
	}
	defer r.Close()
	found := []Finding{versionFinding(r.Version())}
	opts.Provider, opts.Threads = cmp.Or(opts.Provider, r.options.Provider), r.options.Threads
	for _, p := range providers {
		found = append(found, p.finding(r.library, opts))
	}
	return found
}

// finding tells whether a provider works, which nothing but itself needs.
func (p Provider) finding(lib Library, opts Options) Finding {
	f := Finding{Name: "provider " + p.Name, Optional: opts.Provider != p.Name}
	if problem := p.check(lib, opts); problem != nil {
		f.Detail, f.Fix = problem.cause.Error(), problem.fix
		return f
	}
	f.OK, f.Detail = true, p.works(opts)
	return f
}

// deviceFindings look for the devices of all providers. None of them is needed
// by itself: without its device, a provider does not work.
func deviceFindings(ctx context.Context) []Finding {
	var found []Finding
	for _, p := range providers {
		if p.hardware != nil {
			f := p.hardware(ctx)
			f.Optional = true
			found = append(found, f)
		}
	}
	return found
}
