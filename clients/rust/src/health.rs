//! Whether services are served: the messages of `grpc.health.v1`.

use crate::request::Request;

/// Request of `Check`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct HealthCheckRequest {
    #[prost(string, tag = "1")]
    pub(crate) service: String,
}

/// Response of `Check`.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct HealthCheckResponse {
    #[prost(enumeration = "ServingStatus", tag = "1")]
    status: i32,
}

/// Whether a service is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum ServingStatus {
    /// It is not known.
    Unknown = 0,
    /// It is.
    Serving = 1,
    /// It is not, just now.
    NotServing = 2,
    /// There is no such service.
    ServiceUnknown = 3,
}

impl Request for HealthCheckRequest {
    type Response = HealthCheckResponse;
    const PATH: &'static str = "/grpc.health.v1.Health/Check";
    const READS: bool = true;
    const REPEATABLE: bool = true;
}
