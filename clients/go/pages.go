package aqueduct

import (
	"context"
	"iter"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	v1 "aqueduct/client/aqueductv1"
)

// page is a response of a list.
type page interface {
	GetNextPageToken() string
}

// pages yields what a list's pages hold. next is given a page's token and makes its request.
func pages[Request any, Response page, Item any](
	ctx context.Context,
	list func(context.Context, Request, ...grpc.CallOption) (Response, error),
	next func(token string) Request,
	items func(Response) []Item,
) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for token := ""; ; {
			page, err := list(ctx, next(token))
			if err != nil {
				var none Item
				yield(none, err)
				return
			}
			for _, item := range items(page) {
				if !yield(item, nil) {
					return
				}
			}
			if token = page.GetNextPageToken(); token == "" {
				return
			}
		}
	}
}

// cloned returns a request of its own, an empty one in place of nil.
func cloned[Request any, Pointer interface {
	*Request
	proto.Message
}](request Pointer) Pointer {
	if request == nil {
		return new(Request)
	}
	return proto.CloneOf(request)
}

// ListFrontends yields all frontends, ordered by key, by pages of pageSize (0: the server's own). An error is the last.
func (c *Client) ListFrontends(ctx context.Context, pageSize int32) iter.Seq2[*v1.Frontend, error] {
	return pages(ctx, c.Frontends.ListFrontends, func(token string) *v1.ListFrontendsRequest {
		return &v1.ListFrontendsRequest{PageSize: pageSize, PageToken: token}
	}, (*v1.ListFrontendsResponse).GetFrontends)
}

// ListBackends yields all backends, as ListFrontends does frontends.
func (c *Client) ListBackends(ctx context.Context, pageSize int32) iter.Seq2[*v1.Backend, error] {
	return pages(ctx, c.Backends.ListBackends, func(token string) *v1.ListBackendsRequest {
		return &v1.ListBackendsRequest{PageSize: pageSize, PageToken: token}
	}, (*v1.ListBackendsResponse).GetBackends)
}

// ListMembers yields the members of a backend, in the order of its server lines.
func (c *Client) ListMembers(ctx context.Context, key string, pageSize int32) iter.Seq2[*v1.Member, error] {
	return pages(ctx, c.Backends.ListBackendMembers, func(token string) *v1.ListBackendMembersRequest {
		return &v1.ListBackendMembersRequest{Key: key, PageSize: pageSize, PageToken: token}
	}, (*v1.ListBackendMembersResponse).GetMembers)
}

// ListRegistrations yields registrations, ordered by id; of a service, of a version, where these are not empty.
func (c *Client) ListRegistrations(ctx context.Context, name, version string) iter.Seq2[*v1.Registration, error] {
	return pages(ctx, c.Registry.ListRegistrations, func(token string) *v1.ListRegistrationsRequest {
		return &v1.ListRegistrationsRequest{Name: name, Version: version, PageToken: token}
	}, (*v1.ListRegistrationsResponse).GetRegistrations)
}

// ListVersions yields the versions of services that backends can take members from, of every source, ordered by name; of
// these services, of all where no names are given.
func (c *Client) ListVersions(ctx context.Context, names ...string) iter.Seq2[*v1.ServiceVersion, error] {
	return pages(ctx, c.Registry.ListVersions, func(token string) *v1.ListVersionsRequest {
		return &v1.ListVersionsRequest{Names: names, PageToken: token}
	}, (*v1.ListVersionsResponse).GetVersions)
}

// ListRevisions yields the history, the newest revision first; of one resource ("backends/web"), where it is not empty.
func (c *Client) ListRevisions(ctx context.Context, resource string) iter.Seq2[*v1.Revision, error] {
	return pages(ctx, c.Config.ListRevisions, func(token string) *v1.ListRevisionsRequest {
		return &v1.ListRevisionsRequest{Resource: resource, PageToken: token}
	}, (*v1.ListRevisionsResponse).GetRevisions)
}

// ListStats yields the statistics that request selects.
func (c *Client) ListStats(ctx context.Context, request *v1.GetStatsRequest) iter.Seq2[*v1.Stats, error] {
	return pages(ctx, c.Stats.GetStats, func(token string) *v1.GetStatsRequest {
		next := cloned(request)
		next.PageToken = token
		return next
	}, (*v1.GetStatsResponse).GetStats)
}

// ListActivity yields the events that request selects, the newest first.
func (c *Client) ListActivity(ctx context.Context, request *v1.ListActivityRequest) iter.Seq2[*v1.Event, error] {
	return pages(ctx, c.Activity.ListActivity, func(token string) *v1.ListActivityRequest {
		next := cloned(request)
		next.PageToken = token
		return next
	}, (*v1.ListActivityResponse).GetEvents)
}
