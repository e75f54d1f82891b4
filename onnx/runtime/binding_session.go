package runtime

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	ort "github.com/yalue/onnxruntime_go"

	"rationale/onnx/tensor"
)

// handle is a session of the binding. Several goroutines may run it at once.
type handle struct {
	session *ort.DynamicAdvancedSession
}

// newHandle loads a model. The error is onnxruntime's own message.
func newHandle(model []byte, inputs, outputs []string, opts Options, settings sessionSettings) (*handle, error) {
	options, err := sessionOptions(opts, settings)
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	session, err := ort.NewDynamicAdvancedSessionWithONNXData(model, inputs, outputs, options)
	if err != nil {
		return nil, libraryError(err)
	}
	return &handle{session}, nil
}

// sessionOptions translates the settings that were measured to be best: a
// memory pattern doubles the peak memory and gains no time, the arena is
// faster than none. Messages below fatal stay silent because each of them
// comes back as an error as well.
func sessionOptions(opts Options, settings sessionSettings) (*ortOptions, error) {
	o, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		o.SetExecutionMode(ort.ExecutionModeSequential),
		o.SetIntraOpNumThreads(settings.threads),
		o.SetInterOpNumThreads(1),
		o.SetCpuMemArena(true),
		o.SetMemPattern(false),
		o.SetLogSeverityLevel(ort.LoggingLevelFatal),
		o.AddSessionConfigEntry("session.use_deterministic_compute", "1"),
	)
	if err == nil && settings.profile != "" {
		err = o.EnableProfiling(settings.profile)
	}
	if err == nil && settings.strict {
		err = o.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1")
	}
	if err == nil && settings.attach != nil {
		err = settings.attach(o, opts)
	}
	if err != nil {
		o.Destroy()
		return nil, err
	}
	return o, nil
}

// run executes the model on inputs and outputs in the session's order. An
// output that is nil is allocated by onnxruntime and replaced in place; the
// others are written where they are. When ctx ends first the run stops at the
// next operator and the error wraps ctx's.
func (h *handle) run(ctx context.Context, inputs, outputs []*tensor.Tensor) error {
	var v values
	defer v.release()
	in, err := v.bind(inputs)
	if err != nil {
		return err
	}
	out, err := v.bind(outputs)
	if err != nil {
		return err
	}
	if err := h.runValues(ctx, in, out); err != nil {
		destroyAllocated(out, outputs)
		return err
	}
	for _, collect := range v.collect {
		collect()
	}
	return takeAllocated(out, outputs)
}

func (h *handle) runValues(ctx context.Context, in, out []ort.Value) error {
	opts, release, err := terminator(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := h.session.RunWithOptions(in, out, opts); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("onnxruntime: %w", libraryError(err))
	}
	return nil
}

func (h *handle) close() error { return h.session.Destroy() }

// terminator makes run options whose terminate flag follows ctx. They may be
// released only when no callback can still touch them.
func terminator(ctx context.Context) (*ort.RunOptions, func(), error) {
	if ctx.Done() == nil {
		return nil, func() {}, nil
	}
	opts, err := ort.NewRunOptions()
	if err != nil {
		return nil, nil, err
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		_ = opts.Terminate()
	})
	release := func() {
		if !stop() {
			<-ended
		}
		_ = opts.Destroy()
	}
	return opts, release, nil
}

func takeAllocated(values []ort.Value, tensors []*tensor.Tensor) error {
	var problems []error
	for i, t := range tensors {
		if t != nil {
			continue
		}
		taken, err := takeTensor(values[i])
		problems = append(problems, err)
		tensors[i] = taken
	}
	return errors.Join(problems...)
}

// destroyAllocated frees what a failed run had allocated. Where the binding
// failed to convert an output it leaves a typed nil pointer.
func destroyAllocated(values []ort.Value, tensors []*tensor.Tensor) {
	for i, value := range values {
		if tensors[i] == nil && value != nil && !reflect.ValueOf(value).IsNil() {
			_ = value.Destroy()
		}
	}
}
