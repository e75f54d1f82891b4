package stages

import (
	"fmt"
	"runtime/debug"
)

// Panic is a panic that was caught: a fault of the program itself, never of
// its input. Value is what was thrown, Stack where.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// Guard does the work and gives its error, or a *Panic. A panic can be caught
// in its own goroutine only, so whoever starts one guards what it does.
//
// What ends the process all the same, with Go's own trace and exit code 2:
// running out of memory, maps written by two goroutines at once, a page of a
// mapped file that is gone (unless debug.SetPanicOnFault is on for the
// goroutine), a fault in the onnxruntime library, and panics in goroutines that
// other modules start.
func Guard(work func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &Panic{value, debug.Stack()}
		}
	}()
	return work()
}
