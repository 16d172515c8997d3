//! The loop of a watch: one stream after the other. Where it stands is its follower's to know.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use tokio::time::{Instant, sleep};
use tonic::{Code, Streaming};

use crate::call::{FIRST_PAUSE, PATIENCE};
use crate::client::{Client, Results};
use crate::error::Error;
use crate::request::StreamRequest;

const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The state of one watch: where it stands, and what has arrived in part.
pub(crate) trait Follower: Send + 'static {
    type Request: StreamRequest;
    type Event: Send + 'static;

    /// What the next stream is asked for, from where the watch stands. What has arrived in part is dropped.
    fn request(&mut self) -> Self::Request;

    /// The events that a response makes whole.
    fn take(&mut self, response: <Self::Request as StreamRequest>::Response) -> Vec<Self::Event>;

    /// Takes note of the end of a stream; whether the next one is to be opened at once.
    fn begins_anew(&mut self, ended: &Error) -> bool {
        ended.reason() == "SLOW_WATCHER"
    }
}

/// Tells the events of one stream after the other, until an error is not one of a server that is away.
pub(crate) fn follow<F: Follower>(client: &Client, follower: F) -> Results<F::Event> {
    let following = Following {
        client: client.clone(),
        follower,
        opened: None,
        told: VecDeque::new(),
        resumption: Resumption::new(),
    };
    let events = stream::try_unfold(following, |mut following| async move {
        let event = following.next().await?;
        Ok(Some((event, following)))
    });
    events.boxed()
}

struct Following<F: Follower> {
    client: Client,
    follower: F,
    opened: Option<Streaming<<F::Request as StreamRequest>::Response>>,
    told: VecDeque<F::Event>,
    resumption: Resumption,
}

impl<F: Follower> Following<F> {
    async fn next(&mut self) -> Result<F::Event, Error> {
        loop {
            if let Some(event) = self.told.pop_front() {
                return Ok(event);
            }
            match self.response().await {
                Ok(response) => {
                    self.resumption.answered();
                    self.told.extend(self.follower.take(response));
                }
                Err(ended) => {
                    self.opened = None;
                    if !self.follower.begins_anew(&ended) {
                        sleep(self.resumption.pause(ended)?).await;
                    }
                }
            }
        }
    }

    async fn response(&mut self) -> Result<<F::Request as StreamRequest>::Response, Error> {
        if self.opened.is_none() {
            self.opened = Some(self.client.open(self.follower.request()).await?);
        }
        let response = match &mut self.opened {
            Some(opened) => opened.message().await?,
            None => None,
        };
        response.ok_or_else(|| Error::new(Code::Unavailable, "the server ended the stream"))
    }
}

/// When to open the next stream of a watch.
#[derive(Debug)]
struct Resumption {
    until: Instant,
    is_known: bool,
    pause: Duration,
}

impl Resumption {
    fn new() -> Self {
        Self { until: Instant::now() + PATIENCE, is_known: false, pause: Duration::ZERO }
    }

    fn answered(&mut self) {
        self.is_known = true;
        self.pause = Duration::ZERO;
    }

    /// How long to wait before the next stream. The error is what the watch ends by.
    fn pause(&mut self, ended: Error) -> Result<Duration, Error> {
        if !ended.is_of_a_lost_stream() || (!self.is_known && Instant::now() > self.until) {
            return Err(ended);
        }
        self.pause = (2 * self.pause).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        Ok(self.pause)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn gone() -> Error {
        Error::new(Code::Unavailable, "gone")
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_stream_has_some_time_to_come_about() {
        let mut resumption = Resumption::new();
        advance(PATIENCE).await;
        resumption.pause(gone()).unwrap();
        advance(Duration::from_millis(1)).await;
        resumption.pause(gone()).unwrap_err();
    }

    #[tokio::test(start_paused = true)]
    async fn later_ones_have_as_long_as_it_takes() {
        let mut resumption = Resumption::new();
        resumption.answered();
        advance(10 * PATIENCE).await;
        let pauses: Vec<_> = (0..7).map(|_| resumption.pause(gone()).unwrap().as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1600, 2000, 2000]);
        resumption.answered();
        assert_eq!(resumption.pause(gone()).unwrap(), FIRST_PAUSE);
    }

    #[tokio::test]
    async fn other_errors_end_a_watch() {
        let mut resumption = Resumption::new();
        resumption.answered();
        let error = resumption.pause(Error::new(Code::NotFound, "no")).unwrap_err();
        assert_eq!(error.code(), Code::NotFound);
    }
}
