package io.aqueduct.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import java.util.Iterator;
import java.util.List;

/** Where a watch stands: what it asks for next, and what has arrived in part. */
abstract class Follower<Q, R, E> {
    private final MethodDescriptor<Q, R> method;

    Follower(MethodDescriptor<Q, R> method) {
        this.method = method;
    }

    /** Open the next stream, from where the watch stands, in the present context. Its iterator throws gRPC's errors. */
    final Iterator<List<E>> open(Channel channel) {
        Iterator<R> responses = ClientCalls.blockingServerStreamingCall(channel, method, CallOptions.DEFAULT, begin());
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return responses.hasNext();
            }

            @Override
            public List<E> next() {
                return take(responses.next());
            }
        };
    }

    /** Drop what has arrived in part; return the request of the next stream. */
    abstract Q begin();

    /** What a response makes whole. */
    abstract List<E> take(R response);

    /** Take note of an error; tell whether the next stream, which may be opened at once, will not end by it. */
    boolean canDoWithout(AqueductException ended) {
        return false;
    }
}
