/**
 * Talks to Aqueduct, the control plane of an HAProxy.
 *
 * <p>{@link io.aqueduct.client.AqueductClient} is a connection. Its methods return the generated types of {@code
 * io.aqueduct.v1}; its channel is for the generated stubs, for all that has no method. Both have the same deadlines
 * and retries:
 *
 * <ul>
 *   <li>A call without a deadline gets one: 10 s where it reads, 90 s where it changes something.
 *   <li>A call that failed since the server was not there is made again where a lost answer does no harm: reads, and
 *       Put, Set and Register without an expected revision, for up to 10 s.
 *   <li>Errors are {@link io.aqueduct.client.AqueductException}, a class for each code, with what the server says of
 *       fields, preconditions and resources.
 * </ul>
 *
 * <p>Watches ({@link io.aqueduct.client.Watch}) go on over restarts of the server, until they are closed.
 */
package io.aqueduct.client;
