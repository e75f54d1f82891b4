package runtime

import (
	"strconv"

	ort "github.com/yalue/onnxruntime_go"
)

// ortOptions are what a session is made with.
type ortOptions = ort.SessionOptions

// attachCUDA adds the CUDA provider to a session.
func attachCUDA(o *ortOptions, opts Options) error {
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

// cudaSettings keeps float32 arithmetic in float32 unless asked for TF32, lets
// the arena grow by what is asked for only, and lets cuDNN choose algorithms
// by rule rather than by timing them.
func cudaSettings(opts Options) map[string]string {
	settings := map[string]string{
		"device_id":              strconv.Itoa(opts.Device),
		"use_tf32":               "0",
		"cudnn_conv_algo_search": "DEFAULT",
		"arena_extend_strategy":  "kSameAsRequested",
	}
	if opts.TF32 {
		settings["use_tf32"] = "1"
	}
	if opts.MemoryLimit > 0 {
		settings["gpu_mem_limit"] = strconv.FormatInt(opts.MemoryLimit, 10)
	}
	return settings
}
