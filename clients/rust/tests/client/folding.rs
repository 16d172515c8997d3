//! What a watch of the configuration comes to.

use aqueduct_client::ConfigEvent;
use aqueduct_client::v1::resource::Resource;
use aqueduct_client::v1::{Configuration, ResourceChange};
use serde_json::{Map, Value};

use crate::json::json_of;

/// Resources by their names, and the revisions that made them so.
#[derive(Debug, Default)]
pub struct Folding {
    pub state: Map<String, Value>,
    /// The revision of the last snapshot, or that after which the watch began.
    pub began: i64,
    /// The revisions of the changes since.
    pub told: Vec<i64>,
}

impl Folding {
    /// The revision up to which all is folded.
    pub fn revision(&self) -> i64 {
        self.told.last().copied().unwrap_or(self.began)
    }

    /// Folds an event; panics where it does not follow.
    pub fn take(&mut self, event: &ConfigEvent) {
        match event {
            ConfigEvent::Snapshot { revision, configuration, .. } => {
                *self = Self { state: named(configuration), began: *revision, told: Vec::new() };
            }
            ConfigEvent::Change { revision, change } => {
                assert!(*revision > self.revision(), "{revision} is told after {}", self.revision());
                self.told.push(*revision);
                change.changes.iter().for_each(|each| self.make(each));
            }
        }
    }

    fn make(&mut self, change: &ResourceChange) {
        self.state.remove(&change.resource);
        let after = change.after.as_ref().and_then(|after| after.resource.as_ref());
        let after = match after {
            Some(Resource::Frontend(frontend)) => json_of(frontend),
            Some(Resource::Backend(backend)) => json_of(backend),
            None => return,
        };
        self.state.insert(change.resource.clone(), after);
    }
}

/// Resources by their names.
pub fn named(configuration: &Configuration) -> Map<String, Value> {
    let frontends =
        configuration.frontends.iter().map(|each| (format!("frontends/{}", each.key), json_of(each)));
    let backends =
        configuration.backends.iter().map(|each| (format!("backends/{}", each.key), json_of(each)));
    frontends.chain(backends).collect()
}
