package runtime

import (
	"regexp"
	"strings"
)

// cudaFailure matches how onnxruntime reports a failed call of NVIDIA's
// libraries: the code and its meaning, among details of its own sources.
var cudaFailure = regexp.MustCompile(`((?:CUDA|CUDNN|CUBLAS) failure \d+: [^;]*?) ;[^\n]*?expr=.*?;\s*`)

// cudaSignature is the C++ signature, printed twice, in front of it.
var cudaSignature = regexp.MustCompile(`std::conditional_t<.*\] (C[A-Z]+ failure )`)

// cudaHints maps what such a report says to what to do.
var cudaHints = []struct{ says, fix string }{
	{"CUDA failure 35:", "the NVIDIA driver is older than the CUDA runtime: CUDA 13 needs driver 580 or newer"},
	{"CUDA failure 100:", "nvidia-smi must list a GPU; a container must be started with access to it, and CUDA_VISIBLE_DEVICES must not hide it"},
	{"CUDA failure 101:", "devices are counted from 0; nvidia-smi -L lists them"},
	{"device_id", "devices are counted from 0; nvidia-smi -L lists them"},
	{"CUDA failure 802:", "the GPUs of this machine are joined by NVSwitch: start the service nvidia-fabricmanager"},
	{"CUDA failure 209:", "the provider has no code for this GPU"},
	{"CUDA failure 2:", "the device's memory is full: stop what else uses it, or make the batch smaller"},
	{"smaller than requested bytes", "raise the memory limit, or make the batch smaller"},
	{"Failed to allocate memory", "the device's memory is full: stop what else uses it, or make the batch smaller"},
	{"cuDNN is unavailable", "cuDNN 9 with all its parts must be on the loader's path (LD_LIBRARY_PATH)"},
	{"CUDNN failure", "cuDNN 9 for the same CUDA version as the provider must be on the loader's path, with all its parts"},
	{"undefined symbol", "the library, its provider and NVIDIA's libraries must be of versions that belong together"},
	{"assigned to the default CPU", "the provider has no kernel for an operator of a plain model: it is not onnxruntime's own"},
	{"Failed to load library", "the library, its provider and NVIDIA's libraries must be of versions that belong together"},
}

// noHint is what to do about an error that is not among cudaHints.
const noHint = "rationale doctor tells what is there, and the section GPU of README.md what has to be"

// cudaHint says what to do about onnxruntime's error; empty when nothing is
// known.
func cudaHint(err error) string {
	for _, hint := range cudaHints {
		if strings.Contains(err.Error(), hint.says) {
			return hint.fix
		}
	}
	return ""
}

// withoutCudaDetails leaves of a failed call its code and meaning.
func withoutCudaDetails(message string) string {
	return strings.TrimSpace(cudaFailure.ReplaceAllString(cudaSignature.ReplaceAllString(message, "$1"), "$1 "))
}
