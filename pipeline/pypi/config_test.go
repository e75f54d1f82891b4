package pypi

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
)

// TestIndexURL: pip's settings win in pip's order.
func TestIndexURL(t *testing.T) {
	home := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, name := range []string{"PIP_INDEX_URL", "PIP_CONFIG_FILE", "VIRTUAL_ENV", "XDG_CONFIG_HOME"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", home)
	want := func(index string) {
		t.Helper()
		if got, err := indexURL(); err != nil || got != index {
			t.Errorf("%q, %v, want %q", got, err, index)
		}
	}
	write(".pip/pip.conf", "[global]\nindex_url: nothing\nindex-url = https://a/simple\n")
	want("https://a/simple")
	write(".config/pip/pip.conf", "# mine\n[install]\nindex-url = https://x\n[global]\n  Index_URL=https://b\n[list]\nindex-url=https://y")
	want("https://b")
	t.Setenv("PIP_CONFIG_FILE", write("own.conf", "[global]\ntimeout = 5\n"))
	want("https://b")
	write("own.conf", "[global]\nindex-url = https://c\n")
	want("https://c")
	t.Setenv("PIP_INDEX_URL", "https://d")
	want("https://d")
}

// TestParseIndex refuses what is no address, and shows no password.
func TestParseIndex(t *testing.T) {
	for index, want := range map[string]string{
		"/opt/wheels":         `the package index is "/opt/wheels"; expected an address that begins with https://`,
		"ftp://u:secret@host": `"ftp://u:xxxxx@host"`,
		"https://":            "expected an address",
		":":                   "missing protocol scheme",
	} {
		_, err := parseIndex(index)
		wantError(t, err, want)
	}
}

// TestCredentials go to the index and to files on its host, and no further.
func TestCredentials(t *testing.T) {
	elsewhere := httptest.NewServer(http.NotFoundHandler())
	defer elsewhere.Close()
	wheel := Wheel{Project: "some-model", File: wheelName}
	for file, want := range map[string]string{"/files/a": "me", elsewhere.URL + "/a": "", "//you@else/a": "you"} {
		index := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if user, word, _ := r.BasicAuth(); user != "me" || word != "secret" {
				w.WriteHeader(http.StatusUnauthorized)
			}
			w.Header().Set("Content-Type", pageJSON)
			fmt.Fprintf(w, `{"files": [{"filename": %q, "url": %q}]}`, wheelName, file)
		}))
		defer index.Close()
		address, err := url.Parse(index.URL)
		if err != nil {
			t.Fatal(err)
		}
		address.User = url.UserPassword("me", "secret")
		found, err := locate(context.Background(), address.String(), wheel)
		if err != nil || found.User.Username() != want {
			t.Errorf("%s: %v, %v, want user %q", file, found, err, want)
		}
	}
}
