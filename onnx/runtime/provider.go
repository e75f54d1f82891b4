package runtime

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// The execution providers by name.
const (
	CPU  = "cpu"
	CUDA = "cuda"
)

// Provider is a way to run models. Everything that one has of its own stands
// in its entry of the table below.
type Provider struct {
	Name string
	// Aliases are what people and other programs call it, in lower case.
	Aliases []string
	// Device tells that models run on a device with memory of its own, which
	// is named by Options.Device and bounded by Options.MemoryLimit. Options.TF32
	// too is for devices alone.
	Device bool

	// check tells why models cannot run on it, or nil.
	check func(Library, Options) *problem
	// works says what check found out, for a diagnosis.
	works func(Options) string
	// attach adds it to the options of a session; nil for what is always there.
	attach func(*ortOptions, Options) error
	// hint says what to do about an error of onnxruntime's; empty when nothing
	// is known.
	hint func(error) string
	// guard runs what may load the provider's code; nil when that harms nothing.
	guard func(action func() error) error
	// hardware looks for the hardware; nil when every machine has it.
	hardware func(context.Context) Finding
}

// providers are all there are, the one that always works first. To add one is
// to add an entry.
var providers = []Provider{
	{
		Name: CPU, Aliases: []string{"cpuexecutionprovider", "host"},
		check: func(Library, Options) *problem { return nil },
		works: func(o Options) string { return fmt.Sprintf("%d threads", o.Threads) },
	},
	{
		Name: CUDA, Aliases: []string{"cudaexecutionprovider", "gpu", "nvidia"}, Device: true,
		check:  checkCUDA,
		works:  func(o Options) string { return fmt.Sprintf("a model ran on device %d", o.Device) },
		attach: attachCUDA, hint: cudaHint, guard: keepSignalHandlers, hardware: gpuFinding,
	},
}

// ProviderNames lists the names of all providers, the default one's first.
func ProviderNames() []string { return namesOf(func(Provider) bool { return true }) }

// DeviceProviderNames lists those of providers with a device.
func DeviceProviderNames() []string { return namesOf(func(p Provider) bool { return p.Device }) }

func namesOf(wanted func(Provider) bool) []string {
	var names []string
	for _, p := range providers {
		if wanted(p) {
			names = append(names, p.Name)
		}
	}
	return names
}

// FindProvider finds a provider by its name; the empty one is the default's.
// The error about an unknown name lists all, and says which one was meant.
func FindProvider(name string) (Provider, error) {
	if name == "" {
		return providers[0], nil
	}
	for _, p := range providers {
		if name == p.Name {
			return p, nil
		}
	}
	message := strings.Join(ProviderNames(), " and ")
	if meant := meantProvider(name); meant != "" {
		message += fmt.Sprintf("; did you mean %q?", meant)
	}
	return Provider{}, fmt.Errorf("runtime: unknown provider %q; there are %s", name, message)
}

// meantProvider guesses the provider behind another name for it or a slip of
// the keyboard, or gives "".
func meantProvider(name string) string {
	lower := strings.ToLower(strings.TrimSpace(name))
	for _, means := range []func(Provider) bool{
		func(p Provider) bool { return slices.Contains(p.Aliases, lower) },
		func(p Provider) bool { return levenshtein.ComputeDistance(lower, p.Name) <= 1 },
	} {
		if names := namesOf(means); names != nil {
			return names[0]
		}
	}
	return ""
}

// guarded runs something that may load the provider's code.
func (p Provider) guarded(action func() error) error {
	if p.guard == nil {
		return action()
	}
	return p.guard(action)
}

// explain adds to an error of a session what to do about it.
func (p Provider) explain(err error) error {
	if p.hint == nil {
		return err
	}
	if fix := p.hint(err); fix != "" {
		return &problem{err, fix}
	}
	return err
}

// problem is a reason why models cannot run on a provider.
type problem struct {
	cause error
	fix   string // what to do
}

func (p *problem) Error() string { return p.cause.Error() + "; " + p.fix }

func (p *problem) Unwrap() error { return p.cause }
