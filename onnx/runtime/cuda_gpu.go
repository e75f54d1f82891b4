package runtime

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"
)

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
