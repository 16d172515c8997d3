package io.aqueduct.client;

import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.regex.Pattern;

/** What follows from a method and its request alone: nothing else decides whether a call may be repeated. */
final class Methods {
    private static final Pattern SAFE = Pattern.compile("(Get|List|Diff|Export|Put|Set|Register$|Check$).*");

    private Methods() {}

    /** Whether a method changes nothing. */
    static boolean reads(MethodDescriptor<?, ?> method) {
        return "Check".equals(method.getBareMethodName())
                || method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier supplier
                        && supplier.getMethodDescriptor().getOptions().getIdempotencyLevel() == IdempotencyLevel.NO_SIDE_EFFECTS;
    }

    /** Whether a call of this method may be made again: a second time it does, and answers, the same. */
    static boolean isSafe(MethodDescriptor<?, ?> method) {
        return method.getType() == MethodDescriptor.MethodType.UNARY && SAFE.matcher(method.getBareMethodName()).matches();
    }

    /** Whether a request is refused a second time, since the first one has changed the revision. */
    static boolean hasPrecondition(Object request) {
        if (!(request instanceof Message message)) {
            return false;
        }
        FieldDescriptor expected = message.getDescriptorForType().findFieldByName("expected_revision");
        return expected != null && message.hasField(expected);
    }

    /** Whether an error is one of a server that is away, and says nothing or that it ends. */
    static boolean passes(AqueductException error) {
        return error.code() == Status.Code.UNAVAILABLE && (error.reason().isEmpty() || "SHUTTING_DOWN".equals(error.reason()));
    }
}
