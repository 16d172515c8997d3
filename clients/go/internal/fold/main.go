// Fold watches the configuration of an Aqueduct and prints, after each event, what it has folded: for the soak of
// tests/clients (see clients/conformance/README.md). It ends when its standard input does.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	aqueduct "aqueduct/client"
	v1 "aqueduct/client/aqueductv1"
)

type line struct {
	Kind     string                     `json:"kind"`
	Revision string                     `json:"revision"`
	Reset    string                     `json:"reset"`
	State    map[string]json.RawMessage `json:"state"`
}

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	if err := fold(ctx, os.Args[1]); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}

func fold(ctx context.Context, target string) error {
	client, err := aqueduct.Connect(target)
	if err != nil {
		return err
	}
	defer client.Close()
	known := line{}
	for event, err := range client.WatchConfig(ctx, aqueduct.ConfigWatch{}) {
		if err != nil {
			return err
		}
		known.take(event)
		if err := json.NewEncoder(os.Stdout).Encode(known); err != nil {
			return err
		}
	}
	return nil
}

func (l *line) take(event aqueduct.ConfigEvent) {
	l.Revision = fmt.Sprint(event.GetRevision())
	switch event := event.(type) {
	case *aqueduct.ConfigSnapshot:
		l.Kind, l.Reset, l.State = "snapshot", event.Reset, map[string]json.RawMessage{}
		for _, frontend := range event.Configuration.GetFrontends() {
			l.State["frontends/"+frontend.GetKey()] = encoded(frontend)
		}
		for _, backend := range event.Configuration.GetBackends() {
			l.State["backends/"+backend.GetKey()] = encoded(backend)
		}
	case *aqueduct.ConfigChange:
		l.Kind, l.Reset = "change", ""
		for _, change := range event.Change.GetChanges() {
			l.make(change)
		}
	}
}

func (l *line) make(change *v1.ResourceChange) {
	switch after := change.GetAfter().GetResource().(type) {
	case *v1.Resource_Frontend:
		l.State[change.GetResource()] = encoded(after.Frontend)
	case *v1.Resource_Backend:
		l.State[change.GetResource()] = encoded(after.Backend)
	default:
		delete(l.State, change.GetResource())
	}
}

func encoded(message proto.Message) json.RawMessage {
	text, err := protojson.Marshal(message)
	if err != nil {
		panic(err)
	}
	return text
}
