//! What the client knows of requests. `build.rs` implements these traits for the requests of [`crate::v1`].

use prost::Message;

use crate::v1::Annotation;

/// A request of one answer: what [`crate::Client::call`] takes.
pub trait Request: Message + Clone + 'static {
    /// Its answer.
    type Response: Message + Default + 'static;
    /// Where it is sent to, such as `/aqueduct.v1.BackendService/GetBackend`.
    const PATH: &'static str;
    /// Whether it changes nothing.
    const READS: bool;
    /// Whether it may be made again: a second time it does, and answers, the same.
    const REPEATABLE: bool;

    /// The revision that the resource must have, where the request says so: it is not made again then.
    fn expected_revision(&self) -> Option<i64> {
        None
    }
}

/// A request of a list in pages: what [`crate::Client::list`] takes.
pub trait ListRequest: Request {
    /// What the list is of.
    type Item: Send + 'static;

    /// Has the request ask for the page of a token.
    fn turn_to(&mut self, page_token: String);

    /// What a page holds, and the token of the next one; that of the last page is empty.
    fn page(response: Self::Response) -> (Vec<Self::Item>, String);
}

/// A request that a stream answers: what [`crate::Client::stream`] takes.
pub trait StreamRequest: Message + Clone + 'static {
    /// What comes, again and again.
    type Response: Message + Default + 'static;
    /// Where it is sent to.
    const PATH: &'static str;
}

/// A change that can be made conditional on the resource's revision.
pub trait Conditional: Request {
    /// The revision that the resource must have; 0: it must not exist.
    fn expected_revision_mut(&mut self) -> &mut Option<i64>;
}

/// A change that can be checked and planned only.
pub trait Validated: Request {
    /// Whether nothing is stored and nothing applied.
    fn validate_only_mut(&mut self) -> &mut bool;
}

/// A change that says when it answers.
pub trait Awaited: Request {
    /// A [`crate::v1::WaitFor`].
    fn wait_for_mut(&mut self) -> &mut i32;
}

/// A change that the history keeps words of.
pub trait Annotated: Request {
    /// Who makes it, and why.
    fn annotation_mut(&mut self) -> &mut Option<Annotation>;
}
