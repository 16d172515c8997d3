//! A call of one answer: its options, its deadline, and when it is made again.

use std::future::IntoFuture;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::{Instant, sleep_until};

use crate::request::{Annotated, Awaited, Conditional, Request, Validated};
use crate::v1::{Annotation, WaitFor};
use crate::{Client, Error};

/// How long a server that is not there has to come back, unless a watch has seen it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// The first pause before what failed is tried again; each further one is twice as long.
pub(crate) const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// In place of deadlines beyond what clocks can tell.
const FOREVER: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// A call that is made when it is awaited; dropping that cancels it.
#[derive(Clone, Debug)]
#[must_use = "a call is made when it is awaited"]
pub struct Call<R> {
    client: Client,
    request: R,
    deadline: Option<Duration>,
}

impl<R: Request> Call<R> {
    pub(crate) fn new(client: &Client, request: R) -> Self {
        Self { client: client.clone(), request, deadline: None }
    }

    /// Has this call take no longer than that, retries included.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    async fn answer(self) -> Result<R::Response, Error> {
        let begun = Instant::now();
        let deadline = begun + self.deadline.unwrap_or(self.client.default_deadline::<R>()).min(FOREVER);
        let until = deadline.min(begun + PATIENCE);
        let is_safe = R::REPEATABLE && self.request.expected_revision().is_none();
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match self.client.once(self.request.clone(), deadline).await {
                Err(error) if is_safe && error.is_of_absence() => error,
                answer => return answer,
            };
            let again = Instant::now() + pause;
            if again > until {
                return Err(error);
            }
            sleep_until(again).await;
            pause = LONGEST_PAUSE.min(2 * pause);
        }
    }
}

impl<R: Request> IntoFuture for Call<R> {
    type Output = Result<R::Response, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.answer())
    }
}

impl<R: Conditional> Call<R> {
    /// Makes the change only where the resource has that revision; else it fails by `Aborted`.
    pub fn expect_revision(mut self, revision: i64) -> Self {
        *self.request.expected_revision_mut() = Some(revision);
        self
    }

    /// Makes the change only where the resource does not exist; else it fails by `Aborted`.
    pub fn must_not_exist(self) -> Self {
        self.expect_revision(0)
    }
}

impl<R: Validated> Call<R> {
    /// Checks and plans the change, and makes none.
    pub fn validate_only(mut self) -> Self {
        *self.request.validate_only_mut() = true;
        self
    }
}

impl<R: Awaited> Call<R> {
    /// Says when the change answers; by default when HAProxy serves by it.
    pub fn wait_for(mut self, what: WaitFor) -> Self {
        *self.request.wait_for_mut() = what.into();
        self
    }
}

impl<R: Annotated> Call<R> {
    /// Has the history keep who makes the change, and why.
    pub fn annotate(mut self, author: impl Into<String>, message: impl Into<String>) -> Self {
        *self.request.annotation_mut() = Some(Annotation { author: author.into(), message: message.into() });
        self
    }
}
