package stages

import "fmt"

// Opened is an input from outside the store, such as an imported dataset, that
// the engine opened before the first stage ran and keeps open until the last
// one is done. It may be given to several stages at once.
type Opened interface {
	// Digest is the SHA-256 of the content as it was opened.
	Digest() string
	// Verify reads the content again: an error says that it is no longer what
	// was opened, so that what a stage read from it cannot be trusted.
	Verify() error
	// Close lets go of it. That is for whoever opened it, not for stages.
	Close() error
}

// OpenedAs gives the input from outside the store that fills a role, as the
// kind of thing that the stage expects there.
func OpenedAs[T Opened](env *Env, role string) (T, error) {
	opened, ok := env.Opened[role].(T)
	if !ok {
		return opened, fmt.Errorf("input %s is a %T; expected a %T", role, env.Opened[role], opened)
	}
	return opened, nil
}
