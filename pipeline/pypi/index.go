package pypi

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
)

// page is what an index says about a project.
type page struct {
	Files []listed `json:"files"`
}

// listed is a file of a project. Its address may be relative to the page's.
type listed struct {
	Name    string `json:"filename"`
	Address string `json:"url"`
}

// The forms in which an index can answer, the first being the best.
const (
	pageJSON   = "application/vnd.pypi.simple.v1+json"
	acceptPage = pageJSON + ", application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
)

// maxPage bounds a page, in bytes; those of the largest projects have a tenth.
const maxPage = 64 << 20

// locate asks the index where a wheel lies.
func locate(ctx context.Context, index string, w Wheel) (*url.URL, error) {
	root, err := parseIndex(index)
	if err != nil {
		return nil, err
	}
	answer, err := get(ctx, root.JoinPath(w.Project, "/"), http.Header{"Accept": {acceptPage}})
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, statusError(answer)
	}
	p, err := readPage(answer)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", answer.Request.URL.Redacted(), err)
	}
	for _, f := range p.Files {
		if f.Name == w.File {
			return f.from(answer.Request.URL)
		}
	}
	return nil, fmt.Errorf("%s has no %s", answer.Request.URL.Redacted(), w.File)
}

// parseIndex wants the address of an index.
func parseIndex(index string) (*url.URL, error) {
	root, err := url.Parse(index)
	if err != nil {
		return nil, fmt.Errorf("the address of the package index: %w", err)
	}
	if root.Scheme != "https" && root.Scheme != "http" || root.Host == "" {
		return nil, fmt.Errorf("the package index is %q; expected an address that begins with https:// or http://", root.Redacted())
	}
	return root, nil
}

// from is the file's address on a page. Who may read the page may read the files of
// the same host.
func (f listed) from(page *url.URL) (*url.URL, error) {
	address, err := page.Parse(f.Address)
	if err != nil {
		return nil, fmt.Errorf("%s: the address of %s: %w", page.Redacted(), f.Name, err)
	}
	if address.Host == page.Host && address.User == nil {
		address.User = page.User
	}
	return address, nil
}

func readPage(answer *http.Response) (page, error) {
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxPage+1))
	switch {
	case err != nil:
		return page{}, err
	case len(text) > maxPage:
		return page{}, fmt.Errorf("more than %d bytes; is it a package index?", maxPage)
	}
	if form, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type")); err != nil || form != pageJSON {
		return parseHTML(string(text)), nil
	}
	var p page
	return p, json.Unmarshal(text, &p)
}

// anchor is a file in the HTML form of a page.
var anchor = regexp.MustCompile(`(?is)<a\s[^>]*?href\s*=\s*["']([^"']*)["'][^>]*>\s*([^<]*?)\s*</a>`)

func parseHTML(text string) page {
	var p page
	for _, found := range anchor.FindAllStringSubmatch(text, -1) {
		p.Files = append(p.Files, listed{Name: html.UnescapeString(found[2]), Address: html.UnescapeString(found[1])})
	}
	return p
}
