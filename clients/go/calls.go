package aqueduct

import (
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// patience is how long a server that is not there has to come back, unless a watch has seen it.
const patience = 10 * time.Second

// safe are the methods that may be made again: a second time they do, and answer, the same.
var safe = regexp.MustCompile(`/(Get|List|Diff|Export|Put|Set|Register$|Check$)[^/]*$`)

// caller makes calls of one answer: it gives them a deadline, and makes them again where that is safe.
type caller struct {
	deadlines Deadlines
}

func (c caller) invoke(
	ctx context.Context, method string, request, response any,
	conn *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption,
) error {
	if _, has := ctx.Deadline(); !has {
		deadline := c.deadlines.Write
		if reads(method) {
			deadline = c.deadlines.Read
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, deadline)
		defer cancel()
	}
	until := time.Now().Add(patience)
	if deadline, has := ctx.Deadline(); has && deadline.Before(until) {
		until = deadline
	}
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		err := errorOf(invoker(ctx, method, request, response, conn, opts...))
		if err == nil || !passes(err) || !isSafe(method, request) || time.Now().Add(pause).After(until) {
			return err
		}
		if wait(ctx, pause) != nil {
			return err
		}
	}
}

// reads tells whether a method changes nothing.
func reads(method string) bool {
	name := protoreflect.FullName(strings.ReplaceAll(strings.TrimPrefix(method, "/"), "/", "."))
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(name)
	if err != nil || name.Name() == "Check" {
		return err == nil
	}
	options, ok := found.Options().(*descriptorpb.MethodOptions)
	return ok && options.GetIdempotencyLevel() == descriptorpb.MethodOptions_NO_SIDE_EFFECTS
}

func isSafe(method string, request any) bool {
	message, ok := request.(proto.Message)
	if !ok || !safe.MatchString(method) {
		return false
	}
	reflected := message.ProtoReflect()
	revision := reflected.Descriptor().Fields().ByName("expected_revision")
	return revision == nil || !reflected.Has(revision)
}

// passes tells whether an error is one of a server that is away, and says nothing or that it ends.
func passes(err error) bool {
	var failed *Error
	return errors.As(err, &failed) && failed.Code == codes.Unavailable &&
		(failed.Reason == "" || failed.Reason == "SHUTTING_DOWN")
}

func wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// stream has streams fail by errors of this package.
func stream(
	ctx context.Context, description *grpc.StreamDesc, conn *grpc.ClientConn,
	method string, streamer grpc.Streamer, opts ...grpc.CallOption,
) (grpc.ClientStream, error) {
	opened, err := streamer(ctx, description, conn, method, opts...)
	if err != nil {
		return nil, errorOf(err)
	}
	return translated{opened}, nil
}

type translated struct {
	grpc.ClientStream
}

func (t translated) RecvMsg(message any) error {
	err := t.ClientStream.RecvMsg(message)
	if errors.Is(err, io.EOF) {
		return err
	}
	return errorOf(err)
}
