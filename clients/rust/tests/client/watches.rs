//! Watches that go on: what they ask for again, and what they tell.

use std::collections::HashMap;

use aqueduct_client::v1::config_watch_response::Event;
use aqueduct_client::v1::{
    self, ActivityWatchRequest, ActivityWatchResponse, Backend, ConfigWatchRequest, ConfigWatchResponse,
    Configuration, Frontend, ResourceChange, Revision, Stats, StatsName, StatsWatchRequest,
    StatsWatchResponse,
};
use aqueduct_client::{ActivityEvent, Client, Code, ConfigEvent, Error};
use futures_util::stream::StreamExt;
use prost::Message;
use tonic::Status;
use tonic_types::{ErrorDetails, StatusExt};

use crate::fake::{Answer, Asked, Fake};

fn because(code: Code, reason: &str) -> Status {
    let details = ErrorDetails::with_error_info(reason, "aqueduct", HashMap::new());
    Status::with_error_details(code, "no", details)
}

fn refused() -> Answer {
    Answer::error(Status::invalid_argument("no more"))
}

fn snapshot(revision: i64, more: bool, keys: &[&str]) -> ConfigWatchResponse {
    let named = |key: &&str| Backend { key: (*key).into(), ..Backend::default() };
    let backends = keys.iter().map(named).collect();
    let configuration = Configuration { backends, frontends: vec![Frontend::default()] };
    ConfigWatchResponse { revision, more, event: Some(Event::Snapshot(configuration)) }
}

fn change(revision: i64, more: bool, resource: &str) -> ConfigWatchResponse {
    let changes = vec![ResourceChange { resource: resource.into(), ..ResourceChange::default() }];
    let change = Revision { revision, changes, ..Revision::default() };
    ConfigWatchResponse { revision, more, event: Some(Event::Change(change)) }
}

fn mark(revision: i64) -> ConfigWatchResponse {
    ConfigWatchResponse { revision, ..ConfigWatchResponse::default() }
}

/// An event in short.
fn told(event: Result<ConfigEvent, Error>) -> String {
    match event {
        Ok(ConfigEvent::Snapshot { revision, configuration, reset }) => {
            let keys: Vec<_> = configuration.backends.into_iter().map(|each| each.key).collect();
            format!("{revision} is {} with {} {reset:?}", keys.join(","), configuration.frontends.len())
        }
        Ok(ConfigEvent::Change { revision, change }) => {
            let names: Vec<_> = change.changes.into_iter().map(|each| each.resource).collect();
            format!("{revision} changes {}", names.join(","))
        }
        Err(error) => error.to_string(),
    }
}

async fn config(answers: impl IntoIterator<Item = Answer>) -> (Vec<String>, Vec<Option<i64>>) {
    let fake = Fake::start(answers).await;
    let client = Client::connect(&fake.target).unwrap();
    let all = client.watch_config(ConfigWatchRequest::default()).map(told).collect().await;
    let after = fake.asked().iter().map(|each| each.message::<ConfigWatchRequest>().after_revision).collect();
    (all, after)
}

#[tokio::test]
async fn a_watch_resumes_after_what_is_whole() {
    let (all, after) = config([
        Answer::of([snapshot(5, true, &["a"]), snapshot(5, false, &["b"]), change(6, true, "x")], gone()),
        Answer::of([change(6, true, "backends/a"), change(6, false, "backends/b"), mark(9)], ended()),
        refused(),
    ])
    .await;
    assert_eq!(all, ["5 is a,b with 2 None", "6 changes backends/a,backends/b", "InvalidArgument: no more"]);
    assert_eq!(after, [None, Some(5), Some(9)]);
}

fn gone() -> Status {
    Status::unavailable("gone")
}

fn ended() -> Status {
    Status::new(Code::Ok, "")
}

#[tokio::test]
async fn a_watch_that_is_too_late_begins_anew_and_says_so() {
    let (all, after) = config([
        Answer::of([snapshot(5, false, &[])], gone()),
        Answer::error(because(Code::OutOfRange, "COMPACTED")),
        Answer::of([snapshot(9, false, &["a"])], because(Code::ResourceExhausted, "SLOW_WATCHER")),
        Answer::error(because(Code::ResourceExhausted, "TOO_MANY_STREAMS")),
    ])
    .await;
    let reset = r#"9 is a with 1 Some("COMPACTED")"#;
    assert_eq!(all, ["5 is  with 1 None", reset, "ResourceExhausted: no"]);
    assert_eq!(after, [None, Some(5), None, Some(9)]);
}

#[tokio::test]
async fn what_a_connection_that_breaks_comes_to_is_borne() {
    let broken = [Code::Cancelled, Code::Unknown, Code::Internal];
    let broken = broken.map(|code| Answer::error(Status::new(code, "broken")));
    let ends = Answer::error(because(Code::Internal, "BUG"));
    let (all, after) = config(broken.into_iter().chain([ends])).await;
    assert_eq!((all, after.len()), (vec!["Internal: no".to_owned()], 4));
}

fn asked<R: Message + Default>(fake: &Fake) -> Vec<R> {
    fake.asked().iter().map(Asked::message).collect()
}

#[tokio::test]
async fn statistics_begin_anew() {
    let part = |more| StatsWatchResponse {
        snapshot: true,
        more,
        stats: vec![Stats::default()],
        removed: vec![StatsName::default()],
        ..StatsWatchResponse::default()
    };
    let answers =
        [Answer::of([part(true)], gone()), Answer::of([part(true), part(false)], gone()), refused()];
    let fake = Fake::start(answers).await;
    let request = StatsWatchRequest { keys: vec!["a".into()], ..StatsWatchRequest::default() };
    let client = Client::connect(&fake.target).unwrap();
    let all: Vec<_> = client.watch_stats(request.clone()).collect().await;
    let whole = all[0].as_ref().unwrap();
    assert_eq!((whole.stats.len(), whole.removed.len(), whole.more, all.len()), (2, 2, false, 2));
    assert_eq!(asked::<StatsWatchRequest>(&fake), vec![request; 3]);
}

#[tokio::test]
async fn activity_resumes_by_id() {
    let event = v1::Event { id: 7, ..v1::Event::default() };
    let answer = ActivityWatchResponse { events: vec![event.clone()], last_id: 8, missed: 3 };
    let fake = Fake::start([Answer::of([answer], gone()), refused()]).await;
    let client = Client::connect(&fake.target).unwrap();
    let all: Vec<_> = client.watch_activity(ActivityWatchRequest::default()).collect().await;
    assert_eq!(all[0].as_ref().unwrap(), &ActivityEvent::Missed(3));
    assert_eq!(all[1].as_ref().unwrap(), &ActivityEvent::Event(Box::new(event)));
    assert_eq!(all[2].as_ref().unwrap_err().code(), Code::InvalidArgument);
    let after: Vec<_> = asked::<ActivityWatchRequest>(&fake).iter().map(|each| each.after_id).collect();
    assert_eq!(after, [None, Some(8)]);
}
