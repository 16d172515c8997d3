//! Deadlines, retries, errors, tokens and pages.

use std::collections::HashMap;
use std::time::Duration;
use std::{env, fs, process};

use aqueduct_client::v1::{
    Backend, DeleteBackendRequest, GetBackendRequest, KeepAliveRequest, KeepAliveResponse,
    ListBackendsRequest, ListBackendsResponse, PutBackendRequest, WatchRegistrationsRequest,
    WatchRegistrationsResponse,
};
use aqueduct_client::{Client, Code, Deadlines, Error, Precondition, Resource, Violation};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::net::TcpListener;
use tonic::Status;
use tonic_types::{ErrorDetails, StatusExt};

use crate::fake::{Answer, Asked, Fake};

fn gone() -> Answer {
    Answer::error(Status::unavailable("gone"))
}

fn because(code: Code, reason: &str) -> Status {
    let details = ErrorDetails::with_error_info(reason, "aqueduct", HashMap::new());
    Status::with_error_details(code, "no", details)
}

async fn before(answers: impl IntoIterator<Item = Answer>) -> (Fake, Client) {
    let fake = Fake::start(answers).await;
    let client = Client::connect(&fake.target).unwrap();
    (fake, client)
}

#[tokio::test]
async fn what_is_safe_is_made_again() {
    let (fake, client) = before([gone(), gone()]).await;
    client.get_backend("a").await.unwrap();
    assert_eq!(fake.asked().len(), 3);
    assert!(fake.asked().iter().all(|each| each.path == "/aqueduct.v1.BackendService/GetBackend"));
}

#[tokio::test]
async fn a_server_that_ends_is_asked_again() {
    let (fake, client) = before([Answer::error(because(Code::Unavailable, "SHUTTING_DOWN"))]).await;
    client.put_backend(Backend::default()).await.unwrap();
    assert_eq!(fake.asked().len(), 2);
}

#[tokio::test]
async fn what_is_not_safe_is_made_once() {
    let (fake, client) = before([gone(), gone()]).await;
    let error = client.put_backend(Backend::default()).must_not_exist().await.unwrap_err();
    assert_eq!((error.code(), error.message(), error.reason()), (Code::Unavailable, "gone", ""));
    let error = client.delete_backend("a").await.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert_eq!(fake.asked().len(), 2);
    assert_eq!(fake.asked()[0].message::<PutBackendRequest>().expected_revision, Some(0));
}

#[tokio::test]
async fn other_errors_are_told_at_once() {
    let told = [Status::not_found("no"), Status::internal("no"), because(Code::Unavailable, "HAPROXY_DOWN")];
    for status in told {
        let code = status.code();
        let (fake, client) = before([Answer::error(status)]).await;
        let error = client.get_backend("a").await.unwrap_err();
        assert_eq!((error.code(), error.message()), (code, "no"));
        assert_eq!(fake.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_a_server_that_is_away() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let client = Client::connect(&target).unwrap();
    let error = client.delete_backend("a").await.unwrap_err();
    assert_eq!((error.code(), error.reason()), (Code::Unavailable, ""), "{error}");
    let error =
        client.call(GetBackendRequest::default()).deadline(Duration::from_millis(300)).await.unwrap_err();
    assert_eq!((error.code(), error.reason()), (Code::Unavailable, ""), "{error}");
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = listener.local_addr().unwrap().to_string();
    drop(listener);
    let error = Client::connect(&target).unwrap().delete_backend("a").await.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert!(error.message().contains("refused"), "{error}");
}

#[tokio::test]
async fn deadlines_are_those_of_the_client_or_of_the_call() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap(); // accepts nothing, and says nothing
    let target = listener.local_addr().unwrap().to_string();
    let short = Deadlines { read: Duration::from_millis(50), write: Duration::MAX };
    let client = Client::builder().deadlines(short).connect(&target).unwrap();
    assert_eq!(client.get_backend("a").await.unwrap_err().code(), Code::DeadlineExceeded);
    let deletion = client.delete_backend("a").deadline(Duration::from_millis(50));
    assert_eq!(deletion.await.unwrap_err().code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn the_server_is_told_the_deadline() {
    let (fake, client) = before([]).await;
    client.call(DeleteBackendRequest::default()).deadline(Duration::from_secs(3)).await.unwrap();
    let told = fake.asked()[0].headers["grpc-timeout"].to_str().unwrap().to_owned();
    assert!(told.starts_with("29") || told.starts_with('3'), "{told}");
}

#[tokio::test]
async fn details_of_errors() {
    let mut details =
        ErrorDetails::with_error_info("R", "aqueduct", HashMap::from([("k".into(), "v".into())]));
    details
        .add_bad_request_violation("backend.key", "letters")
        .add_precondition_failure_violation("T", "frontends/a", "taken")
        .set_resource_info("backend", "backends/a", "", "not there");
    let status = Status::with_error_details(Code::FailedPrecondition, "not now", details);
    let (_fake, client) = before([Answer::error(status)]).await;
    let error: Error = client.get_backend("a").await.unwrap_err();
    assert_eq!(error.to_string(), "FailedPrecondition: not now");
    assert_eq!((error.reason(), error.metadata()["k"].as_str()), ("R", "v"));
    let violation = Violation { field: "backend.key".into(), description: "letters".into() };
    assert_eq!(error.violations(), [violation]);
    let taken = Precondition { kind: "T".into(), subject: "frontends/a".into(), description: "taken".into() };
    assert_eq!(error.preconditions(), [taken]);
    let about =
        Resource { kind: "backend".into(), name: "backends/a".into(), description: "not there".into() };
    assert_eq!(error.resource(), Some(&about));
}

#[tokio::test]
async fn the_token_goes_with_calls_and_streams() {
    let fake = Fake::start([]).await;
    let client = Client::builder().token("secret").connect(&fake.target).unwrap();
    client.get_backend("a").await.unwrap();
    client.stream(WatchRegistrationsRequest::default()).next().await.unwrap().unwrap();
    client.keep_alive(stream::empty()).next().await.unwrap().unwrap();
    let asked = fake.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|each| each.headers["authorization"] == "Bearer secret"));
}

#[tokio::test]
async fn a_socket_at_a_path_is_a_target_and_takes_tokens() {
    let path = env::temp_dir().join(format!("aqueduct-client-{}.sock", process::id()));
    let fake = Fake::start_at(&path);
    let client = Client::builder().token("secret").connect(&fake.target).unwrap();
    let got = client.get_backend("a").await;
    fs::remove_file(path).unwrap();
    got.unwrap();
    assert_eq!(fake.asked()[0].headers["authorization"], "Bearer secret");
}

#[tokio::test]
async fn pages_are_read_until_one_is_the_last_or_fails() {
    let page = |keys: [&str; 2], token: &str| {
        let backends = keys.map(|key| Backend { key: key.into(), ..Backend::default() });
        let page = ListBackendsResponse { backends: backends.into(), next_page_token: token.into() };
        Answer::of([page], Status::new(Code::Ok, ""))
    };
    let (fake, client) = before([page(["a", "b"], "2"), page(["c", "d"], ""), page(["a", "b"], "2")]).await;
    let request = ListBackendsRequest { page_size: 2, ..ListBackendsRequest::default() };
    let all: Vec<Backend> = client.list(request.clone()).try_collect().await.unwrap();
    assert_eq!(all.iter().map(|each| each.key.as_str()).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    let asked: Vec<ListBackendsRequest> = fake.asked().iter().map(Asked::message).collect();
    assert_eq!(asked, [request.clone(), ListBackendsRequest { page_token: "2".into(), ..request }]);
}

#[tokio::test]
async fn a_page_that_fails_is_the_last() {
    let page = ListBackendsResponse { backends: vec![Backend::default()], next_page_token: "2".into() };
    let answers = [Answer::of([page], Status::new(Code::Ok, "")), Answer::error(Status::not_found("no"))];
    let (_fake, client) = before(answers).await;
    let told: Vec<_> = client.list(ListBackendsRequest::default()).collect().await;
    assert_eq!(told.len(), 2);
    assert_eq!(told[1].as_ref().unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_stream_ends_as_the_server_says() {
    let told = [WatchRegistrationsResponse::default(), WatchRegistrationsResponse::default()];
    let (_fake, client) = before([Answer::of(told, Status::unavailable("bye"))]).await;
    let told: Vec<_> = client.stream(WatchRegistrationsRequest::default()).collect().await;
    assert_eq!(told.len(), 3);
    assert_eq!(told[2].as_ref().unwrap_err().code(), Code::Unavailable);
}

#[tokio::test]
async fn registrations_are_kept_alive() {
    let kept = KeepAliveResponse { id: "a".into(), ttl: None };
    let (fake, client) = before([Answer::of([kept.clone()], Status::new(Code::Ok, ""))]).await;
    let renewals = stream::iter([KeepAliveRequest { id: "a".into() }]);
    let told: Vec<_> = client.keep_alive(renewals).try_collect().await.unwrap();
    assert_eq!(told, [kept]);
    assert_eq!(fake.asked()[0].message::<KeepAliveRequest>().id, "a");
}
