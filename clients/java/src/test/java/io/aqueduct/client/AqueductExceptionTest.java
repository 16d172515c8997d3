package io.aqueduct.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.ResourceInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What exceptions read of errors. */
class AqueductExceptionTest {
    @Test
    void allThatTheServerSays() {
        StatusRuntimeException answered = Errors.of(
                Status.Code.ABORTED,
                "too late",
                ErrorInfo.newBuilder().setReason("REVISION_MISMATCH").putMetadata("current_revision", "5").build(),
                BadRequest.newBuilder()
                        .addFieldViolations(BadRequest.FieldViolation.newBuilder().setField("f").setDescription("d"))
                        .build(),
                PreconditionFailure.newBuilder()
                        .addViolations(PreconditionFailure.Violation.newBuilder().setType("t").setSubject("s").setDescription("d"))
                        .build(),
                ResourceInfo.newBuilder().setResourceType("backend").setResourceName("backends/a").setDescription("d").build());
        AqueductException error = AqueductException.of(new RuntimeException(answered));
        assertInstanceOf(AqueductException.Aborted.class, error);
        assertEquals(Status.Code.ABORTED, error.code());
        assertEquals("too late", error.getMessage());
        assertEquals("REVISION_MISMATCH", error.reason());
        assertEquals(Map.of("current_revision", "5"), error.metadata());
        assertEquals(List.of(new AqueductException.Violation("f", "d")), error.violations());
        assertEquals(List.of(new AqueductException.Precondition("t", "s", "d")), error.preconditions());
        assertEquals(Optional.of(new AqueductException.Resource("backend", "backends/a", "d")), error.resource());
    }

    @Test
    void nothingMoreWhereNoServerAnswers() {
        AqueductException error = AqueductException.of(Status.UNIMPLEMENTED.asRuntimeException());
        assertSame(AqueductException.class, error.getClass());
        assertEquals("UNIMPLEMENTED", error.getMessage());
        assertEquals("", error.reason());
        assertEquals(Map.of(), error.metadata());
        assertEquals(List.of(), error.violations());
        assertEquals(Optional.empty(), error.resource());
    }

    @Test
    void otherExceptionsAreUnknown() {
        assertEquals(Status.Code.UNKNOWN, AqueductException.of(new IllegalStateException("oh")).code());
    }
}
