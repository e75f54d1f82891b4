package main

import "context"

// statusCmd is `rationale status`.
type statusCmd struct {
	scope
	JSON bool `name:"json" help:"Print JSON."`
}

// Help is shown by --help.
func (*statusCmd) Help() string {
	return `Reads only. Exit code 0 when everything is done, 3 when not.

Examples:

    rationale status
    rationale status a2i-fig3 --profile smoke --json`
}

// Run prints the state of every stage and the reason of those to be done.
func (c *statusCmd) Run(ctx context.Context, a *app) error {
	w, err := a.plan(c.scope)
	if err != nil {
		return err
	}
	o, err := w.outlook(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		err = a.printJSON(o)
	} else {
		err = o.print(a)
	}
	if err == nil && o.Stale > 0 {
		err = errStale
	}
	return err
}
