package io.aqueduct.client;

import io.aqueduct.v1.Event;

/** What a watch of activity tells. */
public sealed interface ActivityEvent {
    /**
     * Something happened.
     *
     * @param event what
     */
    record Happened(Event event) implements ActivityEvent {}

    /**
     * Some events before the next one are left out, since the client was too slow or they are kept no more.
     *
     * @param events how many
     */
    record Missed(long events) implements ActivityEvent {}
}
