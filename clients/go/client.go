package aqueduct

import (
	"context"
	"crypto/tls"
	"fmt"
	"math"
	"net"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"

	v1 "aqueduct/client/aqueductv1"
)

// Client is a connection to one Aqueduct. Goroutines may share it.
type Client struct {
	// The generated stubs, with the deadlines, retries and errors of this package.
	Frontends v1.FrontendServiceClient
	Backends  v1.BackendServiceClient
	Config    v1.ConfigServiceClient
	HAProxy   v1.HAProxyServiceClient
	Registry  v1.RegistryServiceClient
	Stats     v1.StatsServiceClient
	Activity  v1.ActivityServiceClient
	Health    grpc_health_v1.HealthClient

	conn *grpc.ClientConn
	// closed is over once Close was called; end has it be.
	closed context.Context //nolint:containedctx // it is the client's own life
	end    context.CancelFunc
}

// Deadlines are what calls have, retries included, where their context has none.
type Deadlines struct {
	// Read is for calls that change nothing; 10 s by default.
	Read time.Duration
	// Write is for the others; 90 s by default, since a switch of members may wait for 60 s.
	Write time.Duration
}

// Option changes how [Connect] connects.
type Option func(*options)

type options struct {
	tls       *tls.Config
	token     string
	deadlines Deadlines
	dial      []grpc.DialOption
}

// WithTLS has the connection use TLS; an empty config goes by the system's roots.
func WithTLS(config *tls.Config) Option {
	return func(o *options) { o.tls = config }
}

// WithToken sends "authorization: Bearer TOKEN" with each call. Without TLS that is refused, but to this machine.
func WithToken(token string) Option {
	return func(o *options) { o.token = token }
}

// WithDeadlines sets the deadlines of calls whose context has none.
func WithDeadlines(deadlines Deadlines) Option {
	return func(o *options) { o.deadlines = deadlines }
}

// WithDialOptions adds options of gRPC's own: interceptors, statistics.
func WithDialOptions(dial ...grpc.DialOption) Option {
	return func(o *options) { o.dial = append(o.dial, dial...) }
}

// Connect returns a client of the server at target, such as "127.0.0.1:10001". Nothing is sent before the first call.
func Connect(target string, opts ...Option) (*Client, error) {
	o := options{deadlines: Deadlines{Read: 10 * time.Second, Write: 90 * time.Second}}
	for _, opt := range opts {
		opt(&o)
	}
	dial, err := o.dialOptions(target)
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient(target, dial...)
	if err != nil {
		return nil, fmt.Errorf("aqueduct: %w", err)
	}
	closed, end := context.WithCancel(context.Background())
	return &Client{
		Frontends: v1.NewFrontendServiceClient(conn),
		Backends:  v1.NewBackendServiceClient(conn),
		Config:    v1.NewConfigServiceClient(conn),
		HAProxy:   v1.NewHAProxyServiceClient(conn),
		Registry:  v1.NewRegistryServiceClient(conn),
		Stats:     v1.NewStatsServiceClient(conn),
		Activity:  v1.NewActivityServiceClient(conn),
		Health:    grpc_health_v1.NewHealthClient(conn),
		conn:      conn,
		closed:    closed,
		end:       end,
	}, nil
}

// Conn returns the connection, for stubs of your own.
func (c *Client) Conn() grpc.ClientConnInterface { return c.conn }

// Close ends the connection and all that is under way, by ErrCancelled.
func (c *Client) Close() error {
	c.end()
	return c.conn.Close()
}

func (o *options) dialOptions(target string) ([]grpc.DialOption, error) {
	transport := insecure.NewCredentials()
	if o.tls != nil {
		transport = credentials.NewTLS(o.tls)
	}
	dial := []grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithNoProxy(), // HTTP_PROXY is meant for the web
		grpc.WithDisableServiceConfig(),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32)), // large configurations are the caller's to read
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 20 * time.Second, Timeout: 10 * time.Second}),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
			MinConnectTimeout: 2 * time.Second,
		}),
		grpc.WithChainUnaryInterceptor(caller{o.deadlines}.invoke),
		grpc.WithChainStreamInterceptor(stream),
	}
	if o.token != "" {
		if o.tls == nil && !isLocal(target) {
			return nil, fmt.Errorf("aqueduct: a token is not sent to %s without TLS", target)
		}
		dial = append(dial, grpc.WithPerRPCCredentials(bearer{o.token, o.tls != nil}))
	}
	return append(dial, o.dial...), nil
}

type bearer struct {
	token    string
	isSecure bool
}

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + b.token}, nil
}

func (b bearer) RequireTransportSecurity() bool { return b.isSecure }

func isLocal(target string) bool {
	if strings.HasPrefix(target, "unix:") || strings.HasPrefix(target, "unix-abstract:") {
		return true
	}
	host, _, err := net.SplitHostPort(target[strings.LastIndex(target, "/")+1:])
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
