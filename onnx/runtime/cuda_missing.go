package runtime

import (
	"cmp"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// cudaFiles are the CUDA provider. They must lie in the folder of the library.
var cudaFiles = []string{"libonnxruntime_providers_cuda.so", "libonnxruntime_providers_shared.so"}

// cudaDriver comes with the kernel driver; no toolkit has it.
const cudaDriver = "libcuda.so.1"

// cuDNN is opened by the provider when an operator first needs it, so that it
// is not among the libraries that the provider links to.
const cuDNN = "libcudnn.so.9"

// cudaLibraries are what the provider of LibraryVersion links to.
var cudaLibraries = []string{"libcublasLt.so.13", "libcublas.so.13", "libcurand.so.10", "libcudart.so.13", cudaDriver}

// Where to get what is missing.
const (
	providerSource = "put the CUDA provider of the library's own version beside the library and set " + LibraryVariable + " to the library's path " +
		"(npm package com.github.asus4.onnxruntime.linux-x64-gpu@0.4.9 carries the provider of 1.29.0)"
	toolkitSource = "install %s, and name the folders in LD_LIBRARY_PATH"
	driverSource  = "install the NVIDIA driver (580 or newer for CUDA 13) on a machine with an NVIDIA GPU, and start a container with access to it"
)

// missingForCUDA lists everything that is not there, with where to get it.
func missingForCUDA(dir string) *problem {
	files := slices.DeleteFunc(slices.Clone(cudaFiles), func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	})
	driver, toolkit := partition(unloadable(append(linked(filepath.Join(dir, cudaFiles[0])), cuDNN)), cudaDriver)
	var found, fix []string
	for _, gap := range []struct {
		files         []string
		place, source string
	}{
		{files, "in " + dir, providerSource},
		{toolkit, "on the loader's path", fmt.Sprintf(toolkitSource, products(toolkit))},
		{driver, "of the NVIDIA driver", driverSource},
	} {
		if len(gap.files) > 0 {
			found = append(found, "no "+strings.Join(gap.files, ", ")+" "+gap.place)
			fix = append(fix, gap.source)
		}
	}
	if found == nil {
		return nil
	}
	return &problem{errors.New(strings.Join(found, ", ")), strings.Join(fix, "; ")}
}

// linked are NVIDIA's libraries that a provider links to; those of the pinned
// version's when the file cannot be read.
func linked(provider string) []string {
	file, err := elf.Open(provider)
	if err != nil {
		return slices.Clone(cudaLibraries)
	}
	defer file.Close()
	names, err := file.ImportedLibraries()
	if err != nil {
		return slices.Clone(cudaLibraries)
	}
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, "libcu") })
}

// library matches a file name of NVIDIA's, for example libcudart.so.13.
var library = regexp.MustCompile(`^lib([a-zA-Z]+)\.so\.(\d+)$`)

// products are the names under which NVIDIA's libraries can be had.
func products(files []string) string {
	var names []string
	for _, file := range files {
		name := file
		if m := library.FindStringSubmatch(file); m != nil {
			name = cmp.Or(productNames[m[1]], m[1]) + " " + m[2]
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

var productNames = map[string]string{
	"cublasLt": "cuBLAS", "cublas": "cuBLAS", "curand": "cuRAND", "cudart": "CUDA runtime", "cudnn": "cuDNN", "cufft": "cuFFT",
}

// partition takes one name out of a list.
func partition(names []string, name string) (taken, rest []string) {
	for _, n := range names {
		if n == name {
			taken = append(taken, n)
		} else {
			rest = append(rest, n)
		}
	}
	return taken, rest
}
