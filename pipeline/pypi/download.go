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

// attempts is how often a download goes on by itself where the network fails, after
// pauses of so long, twice and three times so long.
const attempts = 4

var pauseBetween = time.Second

// refusal is an answer that will not be another one later.
type refusal struct{ error }

// download goes on from what is there, and again where the connection breaks.
func (p *part) download(ctx context.Context, progress func(done, total int64)) error {
	index, err := indexURL()
	if err != nil {
		return err
	}
	address, err := locate(ctx, index, p.wheel)
	if err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		err := p.goOn(ctx, address, progress)
		if err == nil || ctx.Err() != nil || attempt == attempts || errors.As(err, new(refusal)) {
			return err
		}
		if err := pause(ctx, time.Duration(attempt)*pauseBetween); err != nil {
			return err
		}
	}
}

// goOn asks for the bytes behind those that are there. Not every server can begin
// amid a file.
func (p *part) goOn(ctx context.Context, address *url.URL, progress func(done, total int64)) error {
	have, err := p.kept()
	if err != nil {
		return err
	}
	header := http.Header{}
	if have > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	answer, err := get(ctx, address, header)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	switch code := answer.StatusCode; {
	case code == http.StatusPartialContent:
		return p.take(answer.Body, have, progress)
	case code == http.StatusOK:
		if err := p.restart(); err != nil {
			return err
		}
		return p.take(answer.Body, 0, progress)
	case code == http.StatusRequestedRangeNotSatisfiable: // it is another file
		return errors.Join(refusal{statusError(answer)}, p.restart())
	case code < 500:
		return refusal{statusError(answer)}
	}
	return statusError(answer)
}

// take writes what comes behind the bytes that are there.
func (p *part) take(body io.Reader, have int64, progress func(done, total int64)) error {
	counted := &counter{io.LimitReader(body, p.wheel.Size-have), have, p.wheel.Size, progress}
	_, err := io.Copy(p.File, counted)
	if err == nil && counted.done < p.wheel.Size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// counter reports how much was read.
type counter struct {
	io.Reader
	done, total int64
	report      func(done, total int64)
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.done += int64(n)
	c.report(c.done, c.total)
	return n, err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
