//! How calls fail. Knows what Aqueduct says in the details of a status, and what a broken connection comes to.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;

use tonic::{Code, Status, TimeoutExpired};
use tonic_types::StatusExt;

/// How a call failed.
#[derive(Clone, Debug)]
pub struct Error(Box<Told>);

#[derive(Clone, Debug)]
struct Told {
    code: Code,
    message: String,
    reason: String,
    metadata: HashMap<String, String>,
    violations: Vec<Violation>,
    preconditions: Vec<Precondition>,
    resource: Option<Resource>,
}

/// One thing wrong with one field of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field, such as `backend.members[0].port`.
    pub field: String,
    /// What would be right, or HAProxy's words.
    pub description: String,
}

/// What is not as the request needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precondition {
    /// A stable word, such as `BIND_ADDRESS`.
    pub kind: String,
    /// Such as `frontends/web`.
    pub subject: String,
    /// The reason.
    pub description: String,
}

/// What an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Such as `backend`.
    pub kind: String,
    /// Such as `backends/web`.
    pub name: String,
    /// The reason; empty where none is told.
    pub description: String,
}

impl Error {
    /// gRPC's code. `DeadlineExceeded` leaves open whether a change was made.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The server's words, or those of what failed on the way to it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// A stable word, such as `REVISION_MISMATCH`; empty where no Aqueduct answered.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// What goes with the reason, such as `current_revision`.
    #[must_use]
    pub fn metadata(&self) -> &HashMap<String, String> {
        &self.0.metadata
    }

    /// Which fields are wrong, and how.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// What is not as the request needs it.
    #[must_use]
    pub fn preconditions(&self) -> &[Precondition] {
        &self.0.preconditions
    }

    /// What the error is about, where it is about something.
    #[must_use]
    pub fn resource(&self) -> Option<&Resource> {
        self.0.resource.as_ref()
    }

    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Status::new(code, message).into()
    }

    /// Whether the server is away, and says nothing or that it ends.
    pub(crate) fn is_of_absence(&self) -> bool {
        self.code() == Code::Unavailable && matches!(self.reason(), "" | "SHUTTING_DOWN")
    }

    /// Whether a stream that ended so may be opened again: what a connection that breaks comes to, too.
    pub(crate) fn is_of_a_lost_stream(&self) -> bool {
        match self.code() {
            Code::Unavailable => true,
            Code::Cancelled | Code::Unknown | Code::Internal => self.reason().is_empty(),
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, into: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(into, "{:?}: {}", self.code(), self.message())
    }
}

impl StdError for Error {}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        let details = status.get_error_details();
        let info = details.error_info().cloned();
        let (reason, metadata) = info.map_or_else(Default::default, |info| (info.reason, info.metadata));
        let violations = details.bad_request().map(|all| all.field_violations.as_slice());
        let preconditions = details.precondition_failure().map(|all| all.violations.as_slice());
        Self(Box::new(Told {
            code: code(&status),
            message: message(&status),
            reason,
            metadata,
            violations: violations.unwrap_or_default().iter().cloned().map(Into::into).collect(),
            preconditions: preconditions.unwrap_or_default().iter().cloned().map(Into::into).collect(),
            resource: details.resource_info().cloned().map(Into::into),
        }))
    }
}

/// A status with a source was made on this side: tonic has several codes for a connection that breaks.
fn code(status: &Status) -> Code {
    if causes(status).any(<dyn StdError>::is::<TimeoutExpired>) {
        return Code::DeadlineExceeded;
    }
    match status.code() {
        Code::Cancelled | Code::Unknown | Code::Internal if status.source().is_some() => Code::Unavailable,
        code => code,
    }
}

/// The words of a status, and of what it comes from.
fn message(status: &Status) -> String {
    causes(status).map(ToString::to_string).fold(status.message().to_owned(), |words, cause| {
        if words.contains(&cause) { words } else { format!("{words}: {cause}") }
    })
}

fn causes(status: &Status) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(status.source(), |&cause| cause.source())
}

impl From<tonic_types::FieldViolation> for Violation {
    fn from(told: tonic_types::FieldViolation) -> Self {
        Self { field: told.field, description: told.description }
    }
}

impl From<tonic_types::PreconditionViolation> for Precondition {
    fn from(told: tonic_types::PreconditionViolation) -> Self {
        Self { kind: told.r#type, subject: told.subject, description: told.description }
    }
}

impl From<tonic_types::ResourceInfo> for Resource {
    fn from(told: tonic_types::ResourceInfo) -> Self {
        Self { kind: told.resource_type, name: told.resource_name, description: told.description }
    }
}
