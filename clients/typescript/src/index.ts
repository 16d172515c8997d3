/**
 * Talks to Aqueduct, the control plane of an HAProxy, over gRPC, from Node.js.
 *
 * - {@link connect} returns a {@link Client}; `@aqueduct/client/v1` has the generated types.
 * - A call without `timeoutMs` gets a deadline ({@link Deadlines}).
 * - A call that failed since the server was not there is made again where a lost answer does no harm: reads, and Put,
 *   Set and Register without an expected revision, for up to 10 s.
 * - Errors are {@link AqueductError}, with what the server says of fields, preconditions and resources.
 * - Watches go on over restarts of the server, until their loop is left or their signal is aborted.
 *
 * @packageDocumentation
 */
export * from "./common.js";
export { connect, type Options } from "./connect.js";
