package aqueduct

import (
	"errors"
	"fmt"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Error is how a call failed. [errors.As] finds it, and [errors.Is] compares its code with ErrNotFound and the like.
type Error struct {
	Code    codes.Code
	Message string
	// Reason is a stable word, such as "REVISION_MISMATCH"; empty where no Aqueduct answered.
	Reason string
	// Metadata goes with the reason: "current_revision".
	Metadata map[string]string
	// Violations say which fields are wrong, and how.
	Violations []Violation
	// Preconditions say what is not as the request needs it.
	Preconditions []Precondition
	// Resource is what the error is about; nil where it is about none.
	Resource *Resource

	status *status.Status
}

// Violation is one thing wrong with one field of the request, such as "backend.members[0].port".
type Violation struct {
	Field, Description string
}

// Precondition is what is not as the request needs it. Type is a stable word, such as "BIND_ADDRESS".
type Precondition struct {
	Type, Subject, Description string
}

// Resource is what an error is about: Type such as "backend", Name such as "backends/web".
type Resource struct {
	Type, Name, Description string
}

// What errors.Is compares errors of calls with: one for each code that Aqueduct answers.
var (
	// ErrInvalidArgument is a field that is wrong, or a configuration that HAProxy refuses.
	ErrInvalidArgument = &Error{Code: codes.InvalidArgument}
	// ErrNotFound is a resource that is not there.
	ErrNotFound = &Error{Code: codes.NotFound}
	// ErrAborted is a resource that is not at the expected revision.
	ErrAborted = &Error{Code: codes.Aborted}
	// ErrFailedPrecondition is a request that is right, but not now.
	ErrFailedPrecondition = &Error{Code: codes.FailedPrecondition}
	// ErrOutOfRange is a revision or an event that is no more, or yet to come.
	ErrOutOfRange = &Error{Code: codes.OutOfRange}
	// ErrResourceExhausted is a limit, or a full disk.
	ErrResourceExhausted = &Error{Code: codes.ResourceExhausted}
	// ErrUnauthenticated is a call without a token that the server knows.
	ErrUnauthenticated = &Error{Code: codes.Unauthenticated}
	// ErrPermissionDenied is a call that the token does not allow.
	ErrPermissionDenied = &Error{Code: codes.PermissionDenied}
	// ErrUnavailable is a server that is not there, or cannot serve just now.
	ErrUnavailable = &Error{Code: codes.Unavailable}
	// ErrDeadlineExceeded leaves open whether a change was made.
	ErrDeadlineExceeded = &Error{Code: codes.DeadlineExceeded}
	// ErrCancelled is a call that was cancelled.
	ErrCancelled = &Error{Code: codes.Canceled}
)

// Error returns the code and the server's message.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// Is tells whether target is an error of the same code that says nothing else.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error) //nolint:errorlint // errors.Is unwraps
	return ok && other.Code == e.Code && other.Message == "" && other.Reason == ""
}

// GRPCStatus returns gRPC's own form: package status takes this error as one of its own.
func (e *Error) GRPCStatus() *status.Status {
	if e.status == nil {
		return status.New(e.Code, e.Message)
	}
	return e.status
}

// errorOf returns what gRPC's own error says; nil for nil.
func errorOf(err error) error {
	var known *Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	from := status.Convert(err)
	made := &Error{Code: from.Code(), Message: from.Message(), status: from}
	for _, detail := range from.Details() {
		made.take(detail)
	}
	return made
}

func (e *Error) take(detail any) {
	switch detail := detail.(type) {
	case *errdetails.ErrorInfo:
		e.Reason, e.Metadata = detail.GetReason(), detail.GetMetadata()
	case *errdetails.BadRequest:
		for _, each := range detail.GetFieldViolations() {
			e.Violations = append(e.Violations, Violation{each.GetField(), each.GetDescription()})
		}
	case *errdetails.PreconditionFailure:
		for _, each := range detail.GetViolations() {
			e.Preconditions = append(e.Preconditions, Precondition{each.GetType(), each.GetSubject(), each.GetDescription()})
		}
	case *errdetails.ResourceInfo:
		e.Resource = &Resource{detail.GetResourceType(), detail.GetResourceName(), detail.GetDescription()}
	}
}
