package io.aqueduct.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.ResourceInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How a call failed. There is a class for each code that Aqueduct answers; other codes are of this class. */
public class AqueductException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * What is wrong with a request.
     *
     * @param field such as {@code backend.members[0].port}
     * @param description how it is wrong
     */
    public record Violation(String field, String description) {}

    /**
     * What is not as the request needs it.
     *
     * @param type a stable word, such as {@code BIND_ADDRESS}
     * @param subject such as {@code frontends/web}
     * @param description how it is not
     */
    public record Precondition(String type, String subject, String description) {}

    /**
     * What an error is about.
     *
     * @param type such as {@code backend}
     * @param name such as {@code backends/web}
     * @param description more of it
     */
    public record Resource(String type, String name, String description) {}

    /** What the server says beyond a code and a message. */
    private record Details(
            String reason,
            Map<String, String> metadata,
            List<Violation> violations,
            List<Precondition> preconditions,
            Optional<Resource> resource) {}

    private final Status.Code code;
    private final transient Details details;

    private AqueductException(Status status, Details details, Throwable cause) {
        super(status.getDescription() == null ? status.getCode().name() : status.getDescription(), cause);
        this.code = status.getCode();
        this.details = details;
    }

    /**
     * What an error of the generated stubs says.
     *
     * @param error a {@link StatusRuntimeException}, a {@link StatusException}, or what one of them has caused
     * @return the exception of its code; that of {@code UNKNOWN} where it comes from elsewhere
     */
    public static AqueductException of(Throwable error) {
        return of(Status.fromThrowable(error), Status.trailersFromThrowable(error), error);
    }

    static AqueductException of(Status status, Metadata trailers, Throwable cause) {
        Details details = read(
                trailers == null ? List.of() : StatusProto.fromStatusAndTrailers(status, trailers).getDetailsList());
        return switch (status.getCode()) {
            case INVALID_ARGUMENT -> new InvalidArgument(status, details, cause);
            case NOT_FOUND -> new NotFound(status, details, cause);
            case ABORTED -> new Aborted(status, details, cause);
            case FAILED_PRECONDITION -> new FailedPrecondition(status, details, cause);
            case OUT_OF_RANGE -> new OutOfRange(status, details, cause);
            case RESOURCE_EXHAUSTED -> new ResourceExhausted(status, details, cause);
            case UNAUTHENTICATED -> new Unauthenticated(status, details, cause);
            case PERMISSION_DENIED -> new PermissionDenied(status, details, cause);
            case UNAVAILABLE -> new Unavailable(status, details, cause);
            case DEADLINE_EXCEEDED -> new DeadlineExceeded(status, details, cause);
            case CANCELLED -> new Cancelled(status, details, cause);
            default -> new AqueductException(status, details, cause);
        };
    }

    /** What is said of calls and watches whose client was closed: gRPC would say UNAVAILABLE. */
    static AqueductException closed(Throwable cause) {
        return of(Status.CANCELLED.withDescription("the client is closed"), null, cause);
    }

    private static Details read(List<Any> all) {
        ErrorInfo info = ErrorInfo.getDefaultInstance();
        List<Violation> violations = new ArrayList<>();
        List<Precondition> preconditions = new ArrayList<>();
        Optional<Resource> resource = Optional.empty();
        try {
            for (Any each : all) {
                if (each.is(ErrorInfo.class)) {
                    info = each.unpack(ErrorInfo.class);
                } else if (each.is(BadRequest.class)) {
                    each.unpack(BadRequest.class).getFieldViolationsList()
                            .forEach(v -> violations.add(new Violation(v.getField(), v.getDescription())));
                } else if (each.is(PreconditionFailure.class)) {
                    each.unpack(PreconditionFailure.class).getViolationsList()
                            .forEach(v -> preconditions.add(new Precondition(v.getType(), v.getSubject(), v.getDescription())));
                } else if (each.is(ResourceInfo.class)) {
                    ResourceInfo about = each.unpack(ResourceInfo.class);
                    resource = Optional.of(
                            new Resource(about.getResourceType(), about.getResourceName(), about.getDescription()));
                }
            }
        } catch (InvalidProtocolBufferException garbled) {
            return new Details("", Map.of(), List.of(), List.of(), Optional.empty());
        }
        return new Details(
                info.getReason(), info.getMetadataMap(), List.copyOf(violations), List.copyOf(preconditions), resource);
    }

    /** {@return gRPC's code} */
    public final Status.Code code() {
        return code;
    }

    /** {@return a stable word, such as {@code REVISION_MISMATCH}; empty where no Aqueduct answered} */
    public final String reason() {
        return details.reason();
    }

    /** {@return what goes with the reason, such as {@code current_revision}} */
    public final Map<String, String> metadata() {
        return details.metadata();
    }

    /** {@return which fields are wrong, and how, in the order of the request} */
    public final List<Violation> violations() {
        return details.violations();
    }

    /** {@return all that is not as the request needs it} */
    public final List<Precondition> preconditions() {
        return details.preconditions();
    }

    /** {@return what the error is about; empty where it is about no resource} */
    public final Optional<Resource> resource() {
        return details.resource();
    }

    /** A field is wrong, or HAProxy refuses the configuration. */
    public static final class InvalidArgument extends AqueductException {
        private static final long serialVersionUID = 1L;

        private InvalidArgument(Status status, Details details, Throwable cause) {
            super(status, details, cause);
        }
    }

    /** There is no such resource. */
    public static final class NotFound extends AqueductException {
        private static final long serialVersionUID = 1L;

        private NotFound(Status status, Details details, Throwable cause) {
            super(status, details, cause);
        }
    }

    /** The resource is not at the expected revision. */
    public static final class Aborted extends AqueductException {
        private static final long serialVersionUID = 1L;

        private Aborted(Status status, Details details, Throwable cause) {
            super(status, details, cause);
        }
    }

    /** The request is right, but not now. */
    public static final class FailedPrecondition extends AqueductException {
        private static final long serialVersionUID = 1L;

        private FailedPrecondition(Status status, Details details, Throwable cause) {
            super(status, details, cause);
        }
    }

    /** A revision or an event is no more, or yet to come. */
    public static final class OutOfRange extends AqueductException {
        private static final long serialVersionUID = 1L;

        private OutOfRange(Status status, Details details, Throwable cause) {
            super(status, details, cause);
        }
    }

    /** A limit is reached, or the disk is full. */
    public static final class ResourceExhausted extends AqueductException {
        private static final long serialVersionUID = 1L;

        private ResourceExhausted(Status status, Details details, Throwable cause) {
            super(status, details, cause);
        }
    }

    /** The call has no token that the server knows. */
    public static final class Unauthenticated extends AqueductException {
        private static final long serialVersionUID = 1L;

        private Unauthenticated(Status status, Details details, Throwable cause) {
            super(status, details, cause);
        }
    }

    /** The token does not allow the call. */
    public static final class PermissionDenied extends AqueductException {
        private static final long serialVersionUID = 1L;

        private PermissionDenied(Status status, Details details, Throwable cause) {
            super(status, details, cause);
        }
    }

    /** The server is not there, or cannot serve just now. */
    public static final class Unavailable extends AqueductException {
        private static final long serialVersionUID = 1L;

        private Unavailable(Status status, Details details, Throwable cause) {
            super(status, details, cause);
        }
    }

    /** The deadline has passed. Whether a change was made is open. */
    public static final class DeadlineExceeded extends AqueductException {
        private static final long serialVersionUID = 1L;

        private DeadlineExceeded(Status status, Details details, Throwable cause) {
            super(status, details, cause);
        }
    }

    /** The call was cancelled, or its thread interrupted. */
    public static final class Cancelled extends AqueductException {
        private static final long serialVersionUID = 1L;

        private Cancelled(Status status, Details details, Throwable cause) {
            super(status, details, cause);
        }
    }
}
