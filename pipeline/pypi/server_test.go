package pypi

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

const wheelName = "some_model-1.0.0-py3-none-any.whl"

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// zipped is a wheel with these files, and what is known of it.
func zipped(t *testing.T, files map[string]string) (Wheel, []byte) {
	t.Helper()
	var b bytes.Buffer
	archive, members := zip.NewWriter(&b), []Member(nil)
	for name, text := range files {
		f, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, text); err != nil {
			t.Fatal(err)
		}
		members = append(members, Member{name, digestOf([]byte(text))})
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return Wheel{Project: "some-model", File: wheelName, Size: int64(b.Len()), SHA256: digestOf(b.Bytes()), Members: members}, b.Bytes()
}

// server is an index with one wheel, which it may serve badly.
type server struct {
	*httptest.Server
	wheel []byte
	page  func(w http.ResponseWriter)
	file  func(w http.ResponseWriter, r *http.Request) // in place of a sound answer
	asked []string                                     // the ranges of the wheel that were asked for
}

// serve starts an index and has pip's settings name it.
func serve(t *testing.T, wheel []byte) *server {
	t.Helper()
	pauseBetween = time.Millisecond
	s := &server{wheel: wheel}
	s.page = func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", pageJSON)
		fmt.Fprintf(w, `{"files": [{"filename": "other.whl", "url": "other"}, {"filename": %q, "url": "../../files/%s"}]}`, wheelName, wheelName)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/simple/some-model/", func(w http.ResponseWriter, _ *http.Request) { s.page(w) })
	mux.HandleFunc("/files/"+wheelName, func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r.Header.Get("Range"))
		if s.file != nil {
			s.file(w, r)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.wheel))
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	t.Setenv("PIP_INDEX_URL", s.URL+"/simple")
	return s
}

// cutting answers with the first n bytes of what was asked for, the first time.
func (s *server) cutting(n int) {
	s.file = func(w http.ResponseWriter, r *http.Request) {
		s.file = nil
		w.Header().Set("Content-Length", fmt.Sprint(len(s.wheel)))
		_, _ = w.Write(s.wheel[:n]) // the server closes the connection
	}
}

// html answers with the page's other form.
func (s *server) html(text string) {
	s.page = func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, text)
	}
}

// wantAsked compares the ranges that were asked for.
func (s *server) wantAsked(t *testing.T, ranges ...string) {
	t.Helper()
	if !slices.Equal(s.asked, ranges) {
		t.Errorf("asked for the ranges %q, want %q", s.asked, ranges)
	}
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("got %v, want %q", err, part)
		}
	}
}
