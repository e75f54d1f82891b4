package pypi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// patience is how long a server may be silent.
var patience = 30 * time.Second

var errSilent = errors.New("the server fell silent")

// get asks for an address. The answer ends with ctx, and when the server falls
// silent.
func get(ctx context.Context, address *url.URL, header http.Header) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	silence := time.AfterFunc(patience, func() { cancel(errSilent) })
	stop := func() {
		silence.Stop()
		cancel(nil)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		stop()
		return nil, err
	}
	request.Header = header
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		err = because(ctx, err)
		stop()
		return nil, err
	}
	answer.Body = &listener{answer.Body, ctx, silence, stop}
	return answer, nil
}

// listener is a body whose reader loses patience.
type listener struct {
	io.ReadCloser
	ctx     context.Context
	silence *time.Timer
	stop    func()
}

func (l *listener) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	l.silence.Reset(patience)
	if err != nil && !errors.Is(err, io.EOF) {
		err = because(l.ctx, err)
	}
	return n, err
}

func (l *listener) Close() error {
	l.stop()
	return l.ReadCloser.Close()
}

// because says why a request was given up, where it was.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// statusError is about an answer that is none.
func statusError(answer *http.Response) error {
	return fmt.Errorf("%s: %s", answer.Request.URL.Redacted(), answer.Status)
}
