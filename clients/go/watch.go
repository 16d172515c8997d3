package aqueduct

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
)

// follower is the state of one watch: where it stands, and what has arrived in part.
type follower[Response, Event any] interface {
	// open opens the next stream, from where the watch stands. What has arrived in part is dropped.
	open(context.Context) (grpc.ServerStreamingClient[Response], error)
	// take returns what a response makes whole.
	take(*Response) []Event
	// beginsAnew takes note of the end of a stream, and tells whether to open the next one at once.
	beginsAnew(*Error) bool
}

// watch yields the events of one stream after the other, until ctx ends or the client is closed, an error is not one of
// a server that is away, or its consumer leaves.
func watch[Response, Event any](ctx context.Context, c *Client, f follower[Response, Event]) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		r := resumption{closed: c.closed, until: time.Now().Add(patience)}
		for {
			left, err := one(ctx, f, &r, yield)
			if left {
				return
			}
			if failed := r.next(ctx, err, f.beginsAnew); failed != nil {
				var none Event
				yield(none, failed)
				return
			}
		}
	}
}

// one yields the events of one stream. It returns whether the consumer has left, else how the stream ended.
func one[Response, Event any](
	ctx context.Context, f follower[Response, Event], r *resumption, yield func(Event, error) bool,
) (bool, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	opened, err := f.open(ctx)
	if err != nil {
		return false, err
	}
	for {
		response, err := opened.Recv()
		if err != nil {
			return false, err
		}
		r.answered()
		for _, event := range f.take(response) {
			if !yield(event, nil) {
				return true, nil
			}
		}
	}
}

// resumption is when to open the next stream of a watch.
type resumption struct {
	closed context.Context //nolint:containedctx // the client's
	until  time.Time
	known  bool
	pause  time.Duration
}

func (r *resumption) answered() { r.known, r.pause = true, 0 }

// next waits until the next stream may be opened. It returns what the watch ends by, nil where it goes on.
func (r *resumption) next(ctx context.Context, ended error, beginsAnew func(*Error) bool) error {
	if err := r.over(ctx); err != nil {
		return err
	}
	if errors.Is(ended, io.EOF) {
		ended = &Error{Code: codes.Unavailable, Message: "the server ended the stream"}
	}
	var failed *Error
	if !errors.As(ended, &failed) {
		return ended
	}
	if beginsAnew(failed) {
		return nil
	}
	if !isLost(failed) || (!r.known && time.Now().After(r.until)) {
		return failed
	}
	r.pause = min(max(2*r.pause, 100*time.Millisecond), 2*time.Second)
	timer := time.NewTimer(r.pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-r.closed.Done():
	case <-timer.C:
	}
	return r.over(ctx)
}

// over returns what a watch ends by that nobody wants any more, nil where it goes on.
func (r *resumption) over(ctx context.Context) error {
	if ctx.Err() == nil && r.closed.Err() != nil {
		return &Error{Code: codes.Canceled, Message: "the client is closed"}
	}
	return ctx.Err()
}

func isLost(failed *Error) bool {
	switch failed.Code {
	case codes.Unavailable:
		return true
	case codes.Canceled, codes.Unknown, codes.Internal:
		return failed.Reason == "" // what a connection that breaks comes to
	default:
		return false
	}
}
