package aqueduct_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	aqueduct "aqueduct/client"
	v1 "aqueduct/client/aqueductv1"
)

// backends answers by what it is told to, and notes what it is asked.
type backends struct {
	v1.UnimplementedBackendServiceServer
	answers []error
	calls   int
	token   []string
}

func (b *backends) answer(ctx context.Context) error {
	b.calls++
	asked, _ := metadata.FromIncomingContext(ctx)
	b.token = asked.Get("authorization")
	if len(b.answers) == 0 {
		return nil
	}
	err := b.answers[0]
	b.answers = b.answers[1:]
	return err
}

func (b *backends) GetBackend(ctx context.Context, _ *v1.GetBackendRequest) (*v1.GetBackendResponse, error) {
	return &v1.GetBackendResponse{}, b.answer(ctx)
}

func (b *backends) PutBackend(ctx context.Context, _ *v1.PutBackendRequest) (*v1.PutBackendResponse, error) {
	return &v1.PutBackendResponse{}, b.answer(ctx)
}

func (b *backends) DeleteBackend(ctx context.Context, _ *v1.DeleteBackendRequest) (*v1.DeleteBackendResponse, error) {
	return &v1.DeleteBackendResponse{}, b.answer(ctx)
}

// config tells a snapshot, and then nothing.
type config struct {
	v1.UnimplementedConfigServiceServer
}

func (config) ConfigWatch(_ *v1.ConfigWatchRequest, stream grpc.ServerStreamingServer[v1.ConfigWatchResponse]) error {
	snapshot := &v1.ConfigWatchResponse_Snapshot{Snapshot: &v1.Configuration{}}
	if err := stream.Send(&v1.ConfigWatchResponse{Revision: 1, Event: snapshot}); err != nil {
		return err
	}
	<-stream.Context().Done()
	return nil
}

func connected(t *testing.T, service *backends, opts ...aqueduct.Option) *aqueduct.Client {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	server := grpc.NewServer()
	v1.RegisterBackendServiceServer(server, service)
	v1.RegisterConfigServiceServer(server, config{})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	client, err := aqueduct.Connect(listener.Addr().String(), opts...)
	check(t, err)
	t.Cleanup(func() { _ = client.Close() }) // closed by the test itself, maybe
	return client
}

func TestWhatIsSafeIsMadeAgain(t *testing.T) {
	gone := status.Error(codes.Unavailable, "gone")
	ctx := context.Background()
	cases := map[string]struct {
		calls int
		make  func(*aqueduct.Client) error
	}{
		"get": {2, func(c *aqueduct.Client) error { _, err := c.GetBackend(ctx, "a"); return err }},
		"put": {2, func(c *aqueduct.Client) error { _, err := c.PutBackend(ctx, &v1.Backend{}); return err }},
		"put with a revision": {1, func(c *aqueduct.Client) error {
			_, err := c.PutBackend(ctx, &v1.Backend{}, aqueduct.MustNotExist())
			return err
		}},
		"delete": {1, func(c *aqueduct.Client) error { _, err := c.DeleteBackend(ctx, "a"); return err }},
	}
	for name, each := range cases {
		t.Run(name, func(t *testing.T) {
			service := &backends{answers: []error{gone}}
			err := each.make(connected(t, service))
			if service.calls != each.calls || (each.calls == 1) != errors.Is(err, aqueduct.ErrUnavailable) {
				t.Errorf("%d calls, %v", service.calls, err)
			}
		})
	}
}

func TestOtherErrorsAreNotRepeated(t *testing.T) {
	service := &backends{answers: []error{status.Error(codes.NotFound, "no")}}
	_, err := connected(t, service).GetBackend(context.Background(), "a")
	if service.calls != 1 || !errors.Is(err, aqueduct.ErrNotFound) || errors.Is(err, aqueduct.ErrAborted) {
		t.Errorf("%d calls, %v", service.calls, err)
	}
	if status.Code(err) != codes.NotFound {
		t.Errorf("package status does not know %v", err)
	}
}

func TestDeadlinesOfTheClient(t *testing.T) {
	service := &backends{answers: []error{status.Error(codes.Unavailable, "gone"), status.Error(codes.Unavailable, "gone")}}
	client := connected(t, service, aqueduct.WithDeadlines(aqueduct.Deadlines{Read: time.Nanosecond, Write: time.Minute}))
	if _, err := client.GetBackend(context.Background(), "a"); !errors.Is(err, aqueduct.ErrDeadlineExceeded) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := client.GetBackend(ctx, "a"); err != nil {
		t.Errorf("the context has the last word, but %v", err)
	}
}

func TestToken(t *testing.T) {
	service := &backends{}
	_, err := connected(t, service, aqueduct.WithToken("secret")).GetBackend(context.Background(), "a")
	check(t, err)
	if len(service.token) != 1 || service.token[0] != "Bearer secret" {
		t.Errorf("sent was %q", service.token)
	}
	if _, err := aqueduct.Connect("example.org:10001", aqueduct.WithToken("secret")); err == nil {
		t.Error("a token left the machine in the clear")
	}
}

func TestAWatchEndsWithItsClient(t *testing.T) {
	client := connected(t, &backends{})
	var ended error
	for _, err := range client.WatchConfig(context.Background(), aqueduct.ConfigWatch{}) {
		ended = err
		if err == nil {
			check(t, client.Close())
		}
	}
	if !errors.Is(ended, aqueduct.ErrCancelled) {
		t.Errorf("%v", ended)
	}
}

func TestNoRequestIsAnEmptyOne(t *testing.T) {
	client := connected(t, &backends{})
	for _, err := range client.ListStats(context.Background(), nil) {
		if status.Code(err) != codes.Unimplemented {
			t.Errorf("%v", err)
		}
	}
	for _, err := range client.WatchActivity(context.Background(), nil) {
		if status.Code(err) != codes.Unimplemented {
			t.Errorf("%v", err)
		}
	}
}
