package runtime

import (
	"context"
	"strings"
	"testing"
)

func provider(t *testing.T, name string) Provider {
	t.Helper()
	p, err := FindProvider(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestProvidersAreComplete: what an entry of the table must have, and that no
// name stands for two providers.
func TestProvidersAreComplete(t *testing.T) {
	called := map[string]string{}
	for i, p := range providers {
		if p.check == nil || p.works == nil {
			t.Errorf("provider %s cannot be diagnosed", p.Name)
		}
		if p.Device != (p.attach != nil) || p.Device != (p.hardware != nil) {
			t.Errorf("provider %s has a device (%v), and adds to a session (%v) and looks for hardware (%v)",
				p.Name, p.Device, p.attach != nil, p.hardware != nil)
		}
		if i == 0 && (p.Device || p.check(Library{}, Options{}) != nil) {
			t.Errorf("%s, the default provider, does not work everywhere", p.Name)
		}
		for _, name := range append([]string{p.Name}, p.Aliases...) {
			if other, taken := called[name]; taken || name != strings.ToLower(name) {
				t.Errorf("provider %s is called %q: in lower case, and not another's name (%s)?", p.Name, name, other)
			}
			called[name] = p.Name
		}
	}
}

func TestFindProvider(t *testing.T) {
	for _, p := range providers {
		if found, err := FindProvider(p.Name); err != nil || found.Name != p.Name {
			t.Errorf("%s: %s, %v", p.Name, found.Name, err)
		}
		suggested := map[string]bool{strings.ToUpper(p.Name): true, p.Name + "x": true, " " + p.Name: true, "x" + p.Name + "x": false}
		for _, alias := range p.Aliases {
			suggested[alias], suggested[strings.ToUpper(alias)] = true, true
		}
		for name, want := range suggested {
			_, err := FindProvider(name)
			wantError(t, err, "unknown provider", strings.Join(ProviderNames(), " and "))
			if got := strings.Contains(err.Error(), "did you mean \""+p.Name+"\"?"); got != want {
				t.Errorf("%q: %v", name, err)
			}
		}
	}
	if p := provider(t, ""); p.Name != CPU {
		t.Errorf("the default is %s", p.Name)
	}
	_, err := FindProvider(strings.Repeat("tpu", 1000))
	wantError(t, err, "cpu and cuda")
}

// TestWhatADiagnosisNeeds: of the providers only the one that models are to
// run with, and no device by itself.
func TestWhatADiagnosisNeeds(t *testing.T) {
	for _, chosen := range providers {
		for _, f := range Diagnose(context.Background(), Options{Provider: chosen.Name}) {
			_, about, _ := strings.Cut(f.Name, "provider ")
			want := about != "" && about != chosen.Name || f.Name == "GPU"
			if f.Optional != want {
				t.Errorf("--provider %s: %+v", chosen.Name, f)
			}
		}
	}
}
