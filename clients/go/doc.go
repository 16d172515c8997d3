// Package aqueduct talks to Aqueduct, the control plane of an HAProxy.
//
// [Connect] opens a connection. The methods of [Client] return the types of package aqueductv1; its fields
// are the generated stubs, for all that has no method. Both have the same deadlines, retries and errors:
//
//   - A call whose context has no deadline gets one ([Deadlines]).
//   - A call that failed since the server was not there is made again where a lost answer does no harm: reads, and
//     Put, Set and Register without an expected revision, for up to 10 s.
//   - Errors are [*Error], with what the server says of fields, preconditions and resources.
//
// Watches ([Client.WatchConfig], [Client.WatchStats], [Client.WatchActivity]) go on over restarts of the server, until
// their context ends or their loop is left.
package aqueduct
