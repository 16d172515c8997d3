//! What watches tell.

use crate::v1::{Configuration, Event, Revision};

/// What [`crate::Client::watch_config`] tells.
#[derive(Clone, Debug, PartialEq)]
pub enum ConfigEvent {
    /// The configuration at a revision, in place of what was known.
    Snapshot {
        /// All is known up to it.
        revision: i64,
        /// All that the watch selects.
        configuration: Configuration,
        /// None for the first; else why the watch began anew: what happened in between is not known any more
        /// (`COMPACTED`), or the server has another store (`FUTURE_REVISION`).
        reset: Option<String>,
    },
    /// What a revision changed, all of it.
    Change {
        /// All is known up to it.
        revision: i64,
        /// Its changes, with what resources became.
        change: Revision,
    },
}

impl ConfigEvent {
    /// The revision up to which all is known.
    #[must_use]
    pub fn revision(&self) -> i64 {
        match self {
            Self::Snapshot { revision, .. } | Self::Change { revision, .. } => *revision,
        }
    }
}

/// What [`crate::Client::watch_activity`] tells.
#[derive(Clone, Debug, PartialEq)]
pub enum ActivityEvent {
    /// What happened.
    Event(Box<Event>),
    /// How many events were missed before the next one, since the client was too slow or they are kept no more.
    Missed(i64),
}
