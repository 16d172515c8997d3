//! Talks to Aqueduct, the control plane of an HAProxy.
//!
//! [`Client::connect`] connects. What the API has, it takes by the requests of [`v1`]: [`Client::call`] makes a call,
//! [`Client::list`] reads all pages of a list, [`Client::stream`] opens a stream. The commonest calls have methods of
//! their own, such as [`Client::put_backend`].
//!
//! - A call has a deadline ([`Deadlines`], [`Call::deadline`]).
//! - A call that failed since the server was not there is made again where a lost answer does no harm: reads, and
//!   `Put`, `Set` and `Register` without an expected revision, for up to 10 s.
//! - All fail by [`Error`], with what the server says of fields, preconditions and resources.
//!
//! Watches ([`Client::watch_config`], [`Client::watch_stats`], [`Client::watch_activity`]) go on over restarts of the
//! server, until they are dropped. A call that is dropped is cancelled; whether a change was made is open then.
//!
//! All needs a Tokio runtime.

#![warn(missing_docs)]

mod builder;
mod call;
mod client;
mod error;
mod events;
mod follow;
mod health;
mod request;
mod resources;
mod tls;
mod watches;

pub use builder::{Builder, Deadlines};
pub use call::Call;
pub use client::{Client, Results};
pub use error::{Error, Precondition, Resource, Violation};
pub use events::{ActivityEvent, ConfigEvent};
pub use health::ServingStatus;
pub use request::{Annotated, Awaited, Conditional, ListRequest, Request, StreamRequest, Validated};
pub use tls::Tls;
pub use tonic::Code;

/// The types of the API, generated from its `.proto` files.
#[allow(clippy::all, reason = "it is generated")]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/aqueduct.v1.rs"));
}
