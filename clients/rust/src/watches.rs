//! The watches that go on over restarts of the server: where each stands, and how it is resumed.

use tonic::Code;

use crate::client::{Client, Results};
use crate::error::Error;
use crate::events::{ActivityEvent, ConfigEvent};
use crate::follow::{Follower, follow};
use crate::v1::config_watch_response::Event as Told;
use crate::v1::{
    ActivityWatchRequest, ActivityWatchResponse, ConfigWatchRequest, ConfigWatchResponse, StatsWatchRequest,
    StatsWatchResponse,
};

impl Client {
    /// Tells the configuration, or what changed after the request's revision, then each change of it once and in
    /// order, over restarts of the server. An error is the last.
    #[must_use]
    pub fn watch_config(&self, request: ConfigWatchRequest) -> Results<ConfigEvent> {
        follow(self, ConfigFollower { request, reset: None, part: None })
    }

    /// Tells the statistics that the request selects, then what changes; all of them again (`snapshot`) over restarts
    /// of the server. An error is the last.
    #[must_use]
    pub fn watch_stats(&self, request: StatsWatchRequest) -> Results<StatsWatchResponse> {
        follow(self, StatsFollower { request, part: None })
    }

    /// Tells what happens and the request selects, each event once, over restarts of the server. An error is the
    /// last.
    #[must_use]
    pub fn watch_activity(&self, request: ActivityWatchRequest) -> Results<ActivityEvent> {
        follow(self, ActivityFollower { request })
    }
}

struct ConfigFollower {
    request: ConfigWatchRequest,
    reset: Option<String>,
    /// What has arrived in part.
    part: Option<Told>,
}

impl Follower for ConfigFollower {
    type Request = ConfigWatchRequest;
    type Event = ConfigEvent;

    fn request(&mut self) -> ConfigWatchRequest {
        self.part = None;
        self.request.clone()
    }

    fn take(&mut self, response: ConfigWatchResponse) -> Vec<ConfigEvent> {
        let ConfigWatchResponse { revision, more, event } = response;
        self.part = joined(self.part.take(), event);
        if more {
            return Vec::new();
        }
        self.request.after_revision = Some(revision);
        let event = match self.part.take() {
            Some(Told::Snapshot(configuration)) => {
                ConfigEvent::Snapshot { revision, configuration, reset: self.reset.take() }
            }
            Some(Told::Change(change)) => ConfigEvent::Change { revision, change },
            None => return Vec::new(), // a progress mark
        };
        vec![event]
    }

    fn begins_anew(&mut self, ended: &Error) -> bool {
        if ended.code() == Code::OutOfRange && self.request.after_revision.is_some() {
            self.request.after_revision = None;
            self.reset = Some(ended.reason().to_owned());
            return true;
        }
        ended.reason() == "SLOW_WATCHER"
    }
}

fn joined(part: Option<Told>, more: Option<Told>) -> Option<Told> {
    match (part, more) {
        (Some(Told::Snapshot(mut part)), Some(Told::Snapshot(more))) => {
            part.frontends.extend(more.frontends);
            part.backends.extend(more.backends);
            Some(Told::Snapshot(part))
        }
        (Some(Told::Change(mut part)), Some(Told::Change(more))) => {
            part.changes.extend(more.changes);
            Some(Told::Change(part))
        }
        (part, None) => part,
        (_, more) => more,
    }
}

struct StatsFollower {
    request: StatsWatchRequest,
    /// What has arrived in part.
    part: Option<StatsWatchResponse>,
}

impl Follower for StatsFollower {
    type Request = StatsWatchRequest;
    type Event = StatsWatchResponse;

    fn request(&mut self) -> StatsWatchRequest {
        self.part = None;
        self.request.clone()
    }

    fn take(&mut self, response: StatsWatchResponse) -> Vec<StatsWatchResponse> {
        let whole = match self.part.take() {
            None => response,
            Some(mut part) => {
                part.stats.extend(response.stats);
                part.removed.extend(response.removed);
                part.more = response.more;
                part
            }
        };
        if whole.more {
            self.part = Some(whole);
            return Vec::new();
        }
        vec![whole]
    }
}

struct ActivityFollower {
    request: ActivityWatchRequest,
}

impl Follower for ActivityFollower {
    type Request = ActivityWatchRequest;
    type Event = ActivityEvent;

    fn request(&mut self) -> ActivityWatchRequest {
        self.request.clone()
    }

    fn take(&mut self, response: ActivityWatchResponse) -> Vec<ActivityEvent> {
        self.request.after_id = Some(response.last_id);
        let missed = (response.missed > 0).then_some(ActivityEvent::Missed(response.missed));
        let events = response.events.into_iter().map(|event| ActivityEvent::Event(Box::new(event)));
        missed.into_iter().chain(events).collect()
    }
}
