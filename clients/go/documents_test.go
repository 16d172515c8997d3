package aqueduct_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"unicode"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	aqueduct "aqueduct/client"
	v1 "aqueduct/client/aqueductv1"
)

// invoke makes a call by name, of documents.
func invoke(ctx context.Context, client *aqueduct.Client, name string, request any) (document, error) {
	service, method, _ := strings.Cut(name, "/")
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName("aqueduct.v1." + service + "." + method))
	if err != nil {
		return nil, err
	}
	of := found.(protoreflect.MethodDescriptor)
	asked, answer := message(of.Input()), message(of.Output())
	if err := into(request, asked); err != nil {
		return nil, err
	}
	if err := client.Conn().Invoke(ctx, "/aqueduct.v1."+name, asked, answer); err != nil {
		return nil, err
	}
	return documentOf(answer), nil
}

// list iterates over pages, by name.
func list(ctx context.Context, client *aqueduct.Client, name string, request any) (document, error) {
	var r struct {
		Key, Name, Version, Resource string
		Names                        []string
		PageSize                     int32
	}
	encoded, _ := json.Marshal(request)
	if err := json.Unmarshal(encoded, &r); err != nil {
		return nil, err
	}
	switch name {
	case "FrontendService/ListFrontends":
		return items(client.ListFrontends(ctx, r.PageSize))
	case "BackendService/ListBackends":
		return items(client.ListBackends(ctx, r.PageSize))
	case "BackendService/ListBackendMembers":
		return items(client.ListMembers(ctx, r.Key, r.PageSize))
	case "RegistryService/ListRegistrations":
		return items(client.ListRegistrations(ctx, r.Name, r.Version))
	case "RegistryService/ListVersions":
		return items(client.ListVersions(ctx, r.Names...))
	case "ConfigService/ListRevisions":
		return items(client.ListRevisions(ctx, r.Resource))
	case "StatsService/GetStats":
		asked := &v1.GetStatsRequest{}
		if err := into(request, asked); err != nil {
			return nil, err
		}
		return items(client.ListStats(ctx, asked))
	case "ActivityService/ListActivity":
		asked := &v1.ListActivityRequest{}
		if err := into(request, asked); err != nil {
			return nil, err
		}
		return items(client.ListActivity(ctx, asked))
	}
	return nil, fmt.Errorf("%s is no list", name)
}

func items[Item proto.Message](all iter.Seq2[Item, error]) (document, error) {
	found := []any{}
	for item, err := range all {
		if err != nil {
			return nil, err
		}
		found = append(found, documentOf(item))
	}
	return document{"items": found}, nil
}

// follow begins a watch; its events, as documents, and its error are sent until ctx ends.
func follow(ctx context.Context, client *aqueduct.Client, step document, events chan<- any) error {
	request := step["request"]
	switch step["watch"] {
	case "config":
		what := aqueduct.ConfigWatch{}
		resources, _ := step["resources"].([]any)
		for _, each := range resources {
			what.Resources = append(what.Resources, each.(string))
		}
		if after, is := step["after"].(string); is {
			revision, err := strconv.ParseInt(after, 10, 64)
			if err != nil {
				return err
			}
			what.After = &revision
		}
		go send(ctx, client.WatchConfig(ctx, what), configDocument, events)
	case "stats":
		asked := &v1.StatsWatchRequest{}
		if err := into(request, asked); err != nil {
			return err
		}
		go send(ctx, client.WatchStats(ctx, asked), func(event *v1.StatsWatchResponse) document { return documentOf(event) }, events)
	case "activity":
		asked := &v1.ActivityWatchRequest{}
		if err := into(request, asked); err != nil {
			return err
		}
		go send(ctx, client.WatchActivity(ctx, asked), activityDocument, events)
	}
	return nil
}

func send[Event any](ctx context.Context, all iter.Seq2[Event, error], told func(Event) document, events chan<- any) {
	for event, err := range all {
		var next any = err
		if err == nil {
			next = told(event)
		}
		select {
		case events <- next:
		case <-ctx.Done():
			return
		}
	}
}

func configDocument(event aqueduct.ConfigEvent) document {
	told := document{"revision": fmt.Sprint(event.GetRevision())}
	switch event := event.(type) {
	case *aqueduct.ConfigSnapshot:
		told["kind"], told["configuration"] = "snapshot", documentOf(event.Configuration)
		if event.Reset != "" {
			told["reset"] = event.Reset
		}
	case *aqueduct.ConfigChange:
		told["kind"], told["change"] = "change", documentOf(event.Change)
	}
	return told
}

func activityDocument(event aqueduct.ActivityEvent) document {
	if event.Event == nil {
		return document{"missed": fmt.Sprint(event.Missed)}
	}
	return documentOf(event.Event)
}

// errorDocument returns an error as clients/conformance/README.md has it.
func errorDocument(err error) document {
	var failed *aqueduct.Error
	if !errors.As(err, &failed) {
		return document{"message": err.Error()}
	}
	told := document{"code": wordOf(failed.Code), "message": failed.Message}
	if failed.Reason != "" {
		told["reason"] = failed.Reason
	}
	metadata := document{}
	for name, value := range failed.Metadata {
		metadata[name] = value
	}
	violations, preconditions := []any{}, []any{}
	for _, each := range failed.Violations {
		violations = append(violations, document{"field": each.Field, "description": each.Description})
	}
	for _, each := range failed.Preconditions {
		preconditions = append(preconditions, document{"type": each.Type, "subject": each.Subject, "description": each.Description})
	}
	told["metadata"], told["violations"], told["preconditions"] = metadata, violations, preconditions
	if about := failed.Resource; about != nil {
		told["resource"] = document{"type": about.Type, "name": about.Name, "description": about.Description}
	}
	return told
}

// wordOf returns gRPC's own word for a code: NOT_FOUND for NotFound.
func wordOf(code codes.Code) string {
	if code == codes.Canceled {
		return "CANCELLED"
	}
	var word strings.Builder
	for i, letter := range code.String() {
		if i > 0 && unicode.IsUpper(letter) {
			word.WriteByte('_')
		}
		word.WriteRune(unicode.ToUpper(letter))
	}
	return word.String()
}

func message(of protoreflect.MessageDescriptor) proto.Message {
	found, err := protoregistry.GlobalTypes.FindMessageByName(of.FullName())
	if err != nil {
		panic(err)
	}
	return found.New().Interface()
}

func into(request any, message proto.Message) error {
	if request == nil {
		return nil
	}
	encoded, err := json.Marshal(request)
	if err != nil {
		return err
	}
	return protojson.Unmarshal(encoded, message)
}

func documentOf(message proto.Message) document {
	var found document
	encoded, err := protojson.Marshal(message)
	if err == nil {
		err = json.Unmarshal(encoded, &found)
	}
	if err != nil {
		panic(err)
	}
	return found
}
