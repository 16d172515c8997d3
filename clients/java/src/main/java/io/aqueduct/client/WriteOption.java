package io.aqueduct.client;

import com.google.protobuf.Message;
import io.aqueduct.v1.Annotation;
import io.aqueduct.v1.WaitFor;

/** How a change of one resource is made. */
public final class WriteOption {
    private final String field;
    private final Object value;

    private WriteOption(String field, Object value) {
        this.field = field;
        this.value = value;
    }

    /**
     * Makes a change only where the resource has a revision; else it fails by {@link AqueductException.Aborted}.
     *
     * @param revision which the resource must have
     * @return the option
     */
    public static WriteOption expectRevision(long revision) {
        return new WriteOption("expected_revision", revision);
    }

    /**
     * Makes a change only where the resource does not exist; else it fails by {@link AqueductException.Aborted}.
     *
     * @return the option
     */
    public static WriteOption mustNotExist() {
        return expectRevision(0);
    }

    /**
     * Checks and plans a change, and makes none.
     *
     * @return the option
     */
    public static WriteOption validateOnly() {
        return new WriteOption("validate_only", true);
    }

    /**
     * Says when a change answers; by default when HAProxy serves by it.
     *
     * @param what has to be done before
     * @return the option
     */
    public static WriteOption waitFor(WaitFor what) {
        return new WriteOption("wait_for", what.getValueDescriptor());
    }

    /**
     * Has the history keep who makes a change, and why.
     *
     * @param author who
     * @param message why
     * @return the option
     */
    public static WriteOption annotate(String author, String message) {
        return new WriteOption("annotation", Annotation.newBuilder().setAuthor(author).setMessage(message).build());
    }

    /** Sets options in a request; every write of one resource has the same fields for them. */
    static <B extends Message.Builder> B into(B request, WriteOption... options) {
        for (WriteOption option : options) {
            request.setField(request.getDescriptorForType().findFieldByName(option.field), option.value);
        }
        return request;
    }
}
