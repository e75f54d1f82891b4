package runtime

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Finding is one line of a diagnosis.
type Finding struct {
	Name     string // what was looked at
	OK       bool
	Untested bool   // it works, but this program was never tested with it
	Detail   string // what was found
	Fix      string // what to do when not OK, or untested
}

// Diagnose looks at the library, its version, the providers and the GPU; for
// CUDA, with the given options. It never fails: what is wrong becomes a
// Finding.
func Diagnose(ctx context.Context, cuda Options) []Finding {
	start := time.Now()
	lib, err := Locate()
	if err != nil {
		return []Finding{
			{Name: "onnxruntime library", Detail: err.Error(), Fix: "make library, or set " + LibraryVariable},
			gpuFinding(ctx),
		}
	}
	took := time.Since(start).Round(time.Millisecond)
	found := Finding{Name: "onnxruntime library", OK: true,
		Detail: fmt.Sprintf("%s (from %s, SHA-256 %s, read and hashed in %v)", lib.Path, lib.Source, lib.SHA256, took)}
	return append([]Finding{found}, append(openFindings(lib, cuda), gpuFinding(ctx))...)
}

// openFindings loads the library.
func openFindings(lib Library, cuda Options) []Finding {
	r, err := Open(lib, Options{})
	if err != nil {
		return []Finding{{Name: "onnxruntime version", Detail: err.Error(),
			Fix: "unset " + LibraryVariable + " and run make library"}}
	}
	defer r.Close()
	return []Finding{
		versionFinding(r.Version()),
		{Name: "provider cpu", OK: true, Detail: fmt.Sprintf("%d threads", r.options.Threads)},
		cudaFinding(r.library, cuda),
	}
}

func cudaFinding(lib Library, opts Options) Finding {
	if p := checkCUDA(lib, opts); p != nil {
		return Finding{Name: "provider cuda", Detail: p.cause.Error(), Fix: p.fix}
	}
	return Finding{Name: "provider cuda", OK: true, Detail: fmt.Sprintf("a model ran on device %d", opts.Device)}
}

// driverVersion is where the NVIDIA kernel driver describes itself.
const driverVersion = "/proc/driver/nvidia/version"

func gpuFinding(ctx context.Context) Finding {
	detail, err := gpuDetail(ctx)
	if err != nil {
		return Finding{Name: "GPU", Detail: err.Error(),
			Fix: "nothing, unless this machine should have an NVIDIA GPU: then install its driver; everything runs on the CPU as well"}
	}
	return Finding{Name: "GPU", OK: true, Detail: detail}
}

func gpuDetail(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	list, err := exec.CommandContext(ctx, "nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader").Output()
	if err == nil && len(bytes.TrimSpace(list)) > 0 {
		return strings.ReplaceAll(strings.TrimSpace(string(list)), "\n", "; "), nil
	}
	driver, readErr := os.ReadFile(driverVersion)
	if readErr == nil {
		line, _, _ := strings.Cut(string(driver), "\n")
		return line, nil
	}
	return "", errors.New("no NVIDIA GPU: nvidia-smi gives no answer, and there is no " + driverVersion)
}
