package aqueduct_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"google.golang.org/grpc/health/grpc_health_v1"

	aqueduct "aqueduct/client"
)

// ofAStep is what a step has.
const ofAStep = 15 * time.Second

// TestConformance makes every scenario of clients/conformance.
func TestConformance(t *testing.T) {
	server := start(t)
	var read struct {
		Scenarios []struct {
			Name  string
			Steps []document
		}
	}
	check(t, server.tell("scenarios", &read))
	client, err := aqueduct.Connect(server.Target)
	check(t, err)
	t.Cleanup(func() { check(t, client.Close()) })
	for _, scenario := range read.Scenarios {
		t.Run(scenario.Name, func(t *testing.T) {
			check(t, server.tell("reset", &struct{}{}))
			r := newRun(client, server)
			defer r.end()
			for number, step := range scenario.Steps {
				if err := r.make(filled(step, r.variables).(document)); err != nil {
					t.Fatalf("step %d: %v\n%v", number+1, err, step)
				}
			}
		})
	}
}

// run is the run of one scenario.
type run struct {
	client    *aqueduct.Client
	server    *served
	variables map[string]string
	begun     map[string]*begun
	watches   map[string]*watched
	context   context.Context
	end       context.CancelFunc
}

type begun struct {
	cancel context.CancelFunc
	done   chan struct{}
	answer document
	err    error
}

type watched struct {
	step   document
	events chan any
	folded folding
	cancel context.CancelFunc
}

func newRun(client *aqueduct.Client, server *served) *run {
	variables := map[string]string{}
	for name, value := range server.Variables {
		variables[name] = value
	}
	ctx, end := context.WithCancel(context.Background())
	return &run{client, server, variables, map[string]*begun{}, map[string]*watched{}, ctx, end}
}

// make makes a step, and holds it to what is expected.
func (r *run) make(step document) error {
	ctx, cancel := context.WithTimeoutCause(r.context, ofAStep, errors.New("the step takes too long"))
	defer cancel()
	answer, err := r.answer(ctx, step)
	wanted, where := step["expect"], "answer"
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if expected, is := step["error"]; is {
		if err == nil {
			return fmt.Errorf("no error, but %v", answer)
		}
		answer, wanted, where = errorDocument(err), expected, "error"
	} else if err != nil {
		return err
	}
	if wanted != nil {
		if wrong := mismatch(wanted, answer, true, where); wrong != "" {
			return errors.New(wrong)
		}
	}
	save, _ := step["save"].(document)
	for name, path := range save {
		if r.variables[name], err = at(path.(string), answer); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) answer(ctx context.Context, step document) (document, error) {
	text := func(key string) string { text, _ := step[key].(string); return text }
	switch {
	case step["begin"] != nil:
		return nil, r.begin(step)
	case step["call"] != nil:
		return r.call(ctx, step)
	case step["cancel"] != nil:
		r.begun[text("cancel")].cancel()
		return nil, nil
	case step["finish"] != nil:
		one := r.begun[text("finish")]
		select {
		case <-one.done:
			return one.answer, one.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	case step["list"] != nil:
		return list(ctx, r.client, text("list"), step["request"])
	case step["watch"] != nil:
		return nil, r.watch(step)
	case step["next"] != nil:
		return r.next(ctx, text("next"))
	case step["seek"] != nil:
		return r.seek(ctx, text("seek"), step["expect"])
	case step["folded"] != nil:
		return nil, r.foldsToWhatIsStored(ctx, r.watches[text("folded")])
	case step["close"] != nil:
		r.watches[text("close")].cancel()
		return nil, nil
	case step["server"] != nil:
		return nil, r.server.tell(text("server"), &struct{}{})
	case step["health"] != nil:
		response, err := r.client.Health.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: text("health")})
		return document{"status": response.GetStatus().String()}, err
	case step["fetch"] != nil:
		return fetch(ctx, text("fetch"))
	}
	return nil, fmt.Errorf("no such step: %v", step)
}

func (r *run) call(ctx context.Context, step document) (document, error) {
	if seconds, is := step["deadline"].(float64); is {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(seconds*float64(time.Second)))
		defer cancel()
	}
	return invoke(ctx, r.client, step["call"].(string), step["request"])
}

func (r *run) begin(step document) error {
	ctx, cancel := context.WithCancel(r.context)
	one := &begun{cancel: cancel, done: make(chan struct{})}
	r.begun[step["begin"].(string)] = one
	go func() {
		defer close(one.done)
		one.answer, one.err = r.call(ctx, step)
	}()
	return nil
}

func (r *run) watch(step document) error {
	ctx, cancel := context.WithCancel(r.context)
	one := &watched{step: step, events: make(chan any, 1), cancel: cancel}
	if after, is := step["after"].(string); is {
		one.folded.began, _ = strconv.ParseInt(after, 10, 64)
		one.folded.state = document{}
	}
	r.watches[step["as"].(string)] = one
	return follow(ctx, r.client, step, one.events)
}

func (r *run) next(ctx context.Context, name string) (document, error) {
	return r.watches[name].next(ctx)
}

func (w *watched) next(ctx context.Context) (document, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case event := <-w.events:
		if err, is := event.(error); is {
			return nil, err
		}
		if w.step["watch"] == "config" {
			return event.(document), w.folded.take(event.(document))
		}
		return event.(document), nil
	}
}

func (r *run) seek(ctx context.Context, name string, wanted any) (document, error) {
	for {
		event, err := r.next(ctx, name)
		if err != nil || mismatch(wanted, event, true, "event") == "" {
			return event, err
		}
	}
}

func (r *run) foldsToWhatIsStored(ctx context.Context, w *watched) error {
	resources, _ := w.step["resources"].([]any)
	stored, err := invoke(ctx, r.client, "ConfigService/Export", document{"resources": resources})
	if err != nil {
		return err
	}
	configuration, _ := stored["configuration"].(document)
	for !reflect.DeepEqual(w.folded.state, named(configuration)) {
		if _, err := w.next(ctx); err != nil {
			return err
		}
	}
	if len(resources) > 0 {
		return nil
	}
	var wanted []int64
	for revision, err := range r.client.ListRevisions(ctx, "") {
		if err != nil {
			return err
		}
		if number := revision.GetRevision(); w.folded.began < number && number <= w.folded.revision() {
			wanted = append(wanted, number)
		}
	}
	slices.Reverse(wanted)
	if !slices.Equal(w.folded.told, wanted) {
		return fmt.Errorf("told were %v, stored are %v", w.folded.told, wanted)
	}
	return nil
}

func fetch(ctx context.Context, url string) (document, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	direct := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := direct.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return document{"status": answer.StatusCode, "body": string(body)}, err
}
