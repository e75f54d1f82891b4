package runtime

/*
#cgo linux LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdlib.h>
*/
import "C"

import (
	"slices"
	"unsafe"
)

// loadable asks the dynamic loader for a shared library by name. A library
// that is found stays loaded.
func loadable(name string) bool {
	file := C.CString(name)
	defer C.free(unsafe.Pointer(file))
	return C.dlopen(file, C.RTLD_LAZY) != nil
}

// unloadable are those of the libraries that the dynamic loader does not find.
func unloadable(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), loadable)
}
