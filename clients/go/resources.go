package aqueduct

import (
	"context"

	v1 "aqueduct/client/aqueductv1"
)

// WriteOption changes how a change of one resource is made.
type WriteOption func(*write)

type write struct {
	expected   *int64
	validate   bool
	waitFor    v1.WaitFor
	annotation *v1.Annotation
}

// ExpectRevision makes a change only where the resource has that revision: else it fails by [ErrAborted].
func ExpectRevision(revision int64) WriteOption {
	return func(w *write) { w.expected = &revision }
}

// MustNotExist makes a change only where the resource does not exist: else it fails by [ErrAborted].
func MustNotExist() WriteOption { return ExpectRevision(0) }

// ValidateOnly checks and plans a change, and makes none.
func ValidateOnly() WriteOption {
	return func(w *write) { w.validate = true }
}

// WaitFor says when a change answers; by default when HAProxy serves by it.
func WaitFor(what v1.WaitFor) WriteOption {
	return func(w *write) { w.waitFor = what }
}

// Annotate has the history keep who makes a change, and why.
func Annotate(author, message string) WriteOption {
	return func(w *write) { w.annotation = &v1.Annotation{Author: author, Message: message} }
}

func writing(opts []WriteOption) write {
	var w write
	for _, opt := range opts {
		opt(&w)
	}
	return w
}

// GetFrontend returns a frontend; [ErrNotFound] where there is none.
func (c *Client) GetFrontend(ctx context.Context, key string) (*v1.Frontend, error) {
	response, err := c.Frontends.GetFrontend(ctx, &v1.GetFrontendRequest{Key: key})
	return response.GetFrontend(), err
}

// PutFrontend creates or replaces a frontend, whole.
func (c *Client) PutFrontend(ctx context.Context, frontend *v1.Frontend, opts ...WriteOption) (*v1.PutFrontendResponse, error) {
	w := writing(opts)
	return c.Frontends.PutFrontend(ctx, &v1.PutFrontendRequest{
		Frontend: frontend, ExpectedRevision: w.expected, ValidateOnly: w.validate, WaitFor: w.waitFor, Annotation: w.annotation,
	})
}

// DeleteFrontend deletes a frontend; [ErrNotFound] where there is none.
func (c *Client) DeleteFrontend(ctx context.Context, key string, opts ...WriteOption) (*v1.DeleteFrontendResponse, error) {
	w := writing(opts)
	return c.Frontends.DeleteFrontend(ctx, &v1.DeleteFrontendRequest{
		Key: key, ExpectedRevision: w.expected, ValidateOnly: w.validate, WaitFor: w.waitFor, Annotation: w.annotation,
	})
}

// GetBackend returns a backend; [ErrNotFound] where there is none.
func (c *Client) GetBackend(ctx context.Context, key string) (*v1.Backend, error) {
	response, err := c.Backends.GetBackend(ctx, &v1.GetBackendRequest{Key: key})
	return response.GetBackend(), err
}

// PutBackend creates or replaces a backend, whole.
func (c *Client) PutBackend(ctx context.Context, backend *v1.Backend, opts ...WriteOption) (*v1.PutBackendResponse, error) {
	w := writing(opts)
	return c.Backends.PutBackend(ctx, &v1.PutBackendRequest{
		Backend: backend, ExpectedRevision: w.expected, ValidateOnly: w.validate, WaitFor: w.waitFor, Annotation: w.annotation,
	})
}

// DeleteBackend deletes a backend; [ErrNotFound] where there is none.
func (c *Client) DeleteBackend(ctx context.Context, key string, opts ...WriteOption) (*v1.DeleteBackendResponse, error) {
	w := writing(opts)
	return c.Backends.DeleteBackend(ctx, &v1.DeleteBackendRequest{
		Key: key, ExpectedRevision: w.expected, ValidateOnly: w.validate, WaitFor: w.waitFor, Annotation: w.annotation,
	})
}

// SetVersion switches a dynamic backend to the members of a version. [ErrFailedPrecondition] where too few of them come
// up: the old ones serve on then.
func (c *Client) SetVersion(ctx context.Context, key, version string, opts ...WriteOption) (*v1.SetBackendVersionResponse, error) {
	w := writing(opts)
	return c.Backends.SetBackendVersion(ctx, &v1.SetBackendVersionRequest{
		Key: key, Version: version,
		ExpectedRevision: w.expected, ValidateOnly: w.validate, WaitFor: w.waitFor, Annotation: w.annotation,
	})
}

// Register tells where a service runs, or renews that.
func (c *Client) Register(ctx context.Context, registration *v1.Registration) (*v1.Registration, error) {
	response, err := c.Registry.Register(ctx, &v1.RegisterRequest{Registration: registration})
	return response.GetRegistration(), err
}

// Deregister ends a registration; [ErrNotFound] where there is none.
func (c *Client) Deregister(ctx context.Context, id string) (*v1.Registration, error) {
	response, err := c.Registry.Deregister(ctx, &v1.DeregisterRequest{Id: id})
	return response.GetRegistration(), err
}

// GetStatus tells whether what is stored is what is served.
func (c *Client) GetStatus(ctx context.Context) (*v1.Status, error) {
	response, err := c.HAProxy.GetStatus(ctx, &v1.GetStatusRequest{})
	return response.GetStatus(), err
}
