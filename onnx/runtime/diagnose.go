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
	Name   string // what was looked at
	OK     bool
	Detail string // what was found
	Fix    string // what to do when not OK
}

// Diagnose looks at the library, its version, the providers and the GPU. It
// never fails: what is wrong becomes a Finding.
func Diagnose(ctx context.Context) []Finding {
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
	return append([]Finding{found}, append(openFindings(lib), gpuFinding(ctx))...)
}

// openFindings loads the library.
func openFindings(lib Library) []Finding {
	r, err := Open(lib, Options{})
	if err != nil {
		return []Finding{{Name: "onnxruntime version", Detail: err.Error(),
			Fix: "unset " + LibraryVariable + " and run make library"}}
	}
	defer r.Close()
	cuda := Finding{Name: "provider cuda", OK: true, Detail: "the provider and all that it links to can be loaded"}
	if err := checkCUDA(r.library, r.options); err != nil {
		reason, _, _ := strings.Cut(err.Error(), "; "+cudaNeeds)
		cuda = Finding{Name: "provider cuda", Detail: reason, Fix: cudaNeeds}
	}
	return []Finding{
		{Name: "onnxruntime version", OK: true, Detail: r.Version()},
		{Name: "provider cpu", OK: true, Detail: fmt.Sprintf("%d threads", r.options.Threads)},
		cuda,
	}
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
