//! Tests of the client: by itself, before a server that answers as it is told; and before a real Aqueduct with a real
//! HAProxy, which `clients/serve` starts.

mod calls;
mod conformance;
mod documents;
mod fake;
mod folding;
mod json;
mod matching;
mod readme;
mod served;
mod tls;
mod watches;
