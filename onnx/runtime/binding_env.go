package runtime

import (
	"fmt"
	"os"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// The files binding_*.go are all that knows the Go binding of onnxruntime:
// the process-wide environment (here), sessions, providers, and values.

// environment is the binding's one environment of the process: loaded by the
// first Runtime and released with the last.
var environment struct {
	sync.Mutex
	users   int
	library Library
}

// retainEnvironment loads lib, or counts one more user of it, and gives it
// back with the version that the library itself states.
func retainEnvironment(lib Library) (Library, error) {
	environment.Lock()
	defer environment.Unlock()
	if environment.users == 0 {
		if err := loadEnvironment(lib.Path); err != nil {
			return Library{}, err
		}
		lib.Version = ort.GetVersion()
		environment.library = lib
	}
	if environment.library.Path != lib.Path {
		return Library{}, fmt.Errorf("runtime: cannot load %s: this process already uses %s", lib.Path, environment.library.Path)
	}
	environment.users++
	return environment.library, nil
}

// telemetryVariable, set to 1, is the library's own switch for its telemetry:
// official builds look up a host to report to, and keep a device id
// and a data base of events below the user's cache folder. They read it once,
// as they are loaded.
const telemetryVariable = "ORT_DISABLE_TELEMETRY"

// loadEnvironment keeps the library from reporting to its makers, whatever the
// user's environment says, and from printing errors: each of them comes back
// as an error as well.
func loadEnvironment(path string) error {
	if err := os.Setenv(telemetryVariable, "1"); err != nil {
		return fmt.Errorf("runtime: switching the telemetry of onnxruntime off: %w", err)
	}
	ort.SetSharedLibraryPath(path)
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return fmt.Errorf("runtime: cannot load the onnxruntime library %s: %w; it must be built for %s and be of version 1.24 or later", path, libraryError(err), platform())
	}
	return nil
}

func releaseEnvironment() error {
	environment.Lock()
	defer environment.Unlock()
	environment.users--
	if environment.users > 0 {
		return nil
	}
	if err := ort.DestroyEnvironment(); err != nil {
		return fmt.Errorf("runtime: releasing the onnxruntime library: %w", err)
	}
	return nil
}
