package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	aqueduct "aqueduct/client"
	v1 "aqueduct/client/aqueductv1"
)

func main() {
	if err := run(context.Background(), os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, target string) error {
	client, err := aqueduct.Connect(target) // "127.0.0.1:10001"
	if err != nil {
		return err
	}
	defer client.Close()

	// Returns when HAProxy serves.
	app := &v1.Backend{Key: "app", Type: v1.BackendType_BACKEND_TYPE_STATIC}
	put, err := client.PutBackend(ctx, app, aqueduct.Annotate("ann", "open the shop"))
	if err != nil {
		return err
	}
	fmt.Println("stored, with balance", put.GetBackend().GetBalance())

	// Only if nobody was faster.
	app.Balance = "leastconn"
	_, err = client.PutBackend(ctx, app, aqueduct.MustNotExist())
	if errors.Is(err, aqueduct.ErrAborted) {
		fmt.Println("it is there already")
	}

	// Errors say which field is wrong.
	app.Balance = "most-idle"
	_, err = client.PutBackend(ctx, app)
	var failed *aqueduct.Error
	if errors.As(err, &failed) {
		for _, violation := range failed.Violations {
			fmt.Println("wrong:", violation.Field)
		}
	}

	// Goes on over restarts of the server, and tells each change once.
	for event, err := range client.WatchConfig(ctx, aqueduct.ConfigWatch{Resources: []string{"backends/"}}) {
		if err != nil {
			return err
		}
		switch event := event.(type) {
		case *aqueduct.ConfigSnapshot:
			fmt.Println("backends:", len(event.Configuration.GetBackends()))
			if _, err := client.DeleteBackend(ctx, "app"); err != nil {
				return err
			}
		case *aqueduct.ConfigChange:
			fmt.Println("changed:", event.Change.GetChanges()[0].GetResource())
			return nil
		}
	}
	return nil
}
