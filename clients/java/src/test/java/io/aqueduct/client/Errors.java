package io.aqueduct.client;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/** Errors as an Aqueduct answers them. */
final class Errors {
    private Errors() {}

    static StatusRuntimeException of(Code code, String message, Message... details) {
        Status.Builder status = Status.newBuilder().setCode(code.value()).setMessage(message);
        for (Message detail : details) {
            status.addDetails(Any.pack(detail));
        }
        return StatusProto.toStatusRuntimeException(status.build());
    }

    static StatusRuntimeException of(Code code, String reason) {
        return of(code, "no", ErrorInfo.newBuilder().setReason(reason).build());
    }
}
