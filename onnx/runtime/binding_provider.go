package runtime

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	ort "github.com/yalue/onnxruntime_go"
)

// appendProvider adds the execution provider that opts name. The CPU provider
// is always there, so it needs nothing.
func appendProvider(o *ort.SessionOptions, opts Options) error {
	if opts.Provider != CUDA {
		return nil
	}
	cuda, err := ort.NewCUDAProviderOptions()
	if err != nil {
		return libraryError(err)
	}
	defer cuda.Destroy()
	if err := cuda.Update(cudaSettings(opts)); err != nil {
		return libraryError(err)
	}
	if err := o.AppendExecutionProviderCUDA(cuda); err != nil {
		return libraryError(err)
	}
	return nil
}

// cudaSettings keeps float32 arithmetic in float32 (TF32 has 10 bits of
// mantissa) and lets the arena grow by what is asked for only.
func cudaSettings(opts Options) map[string]string {
	settings := map[string]string{
		"device_id":             strconv.Itoa(opts.Device),
		"use_tf32":              "0",
		"arena_extend_strategy": "kSameAsRequested",
	}
	if opts.MemoryLimit > 0 {
		settings["gpu_mem_limit"] = strconv.FormatInt(opts.MemoryLimit, 10)
	}
	return settings
}

// cudaFiles must lie in the folder of the library.
var cudaFiles = []string{"libonnxruntime_providers_cuda.so", "libonnxruntime_providers_shared.so"}

// cudaNeeds tells how to get the CUDA provider.
const cudaNeeds = "the CUDA provider needs libonnxruntime_providers_cuda.so and libonnxruntime_providers_shared.so of the library's own version in the library's folder " +
	"(npm package com.github.asus4.onnxruntime.linux-x64-gpu@0.4.9 carries them for 1.29.0), the CUDA 13 runtime, cuBLAS 13, cuRAND and cuDNN 9 on the loader's path, and the NVIDIA driver"

// checkCUDA tells why sessions on CUDA cannot be made, or nil. It loads the
// provider with all that it links to, but touches no device.
func checkCUDA(lib Library, opts Options) error {
	for _, name := range cudaFiles {
		path := filepath.Join(filepath.Dir(lib.Path), name)
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("%s is missing; %s", path, cudaNeeds)
		}
	}
	return keepSignalHandlers(func() error {
		o, err := ort.NewSessionOptions()
		if err != nil {
			return err
		}
		defer o.Destroy()
		opts.Provider = CUDA
		if err := appendProvider(o, opts); err != nil {
			return fmt.Errorf("%w; %s", err, cudaNeeds)
		}
		return nil
	})
}
