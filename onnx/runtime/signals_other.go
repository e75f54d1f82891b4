//go:build !linux

package runtime

// keepSignalHandlers runs action: the CUDA provider, whose libraries replace
// signal handlers, exists on Linux only.
func keepSignalHandlers(action func() error) error { return action() }
