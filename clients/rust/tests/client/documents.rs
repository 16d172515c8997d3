//! The client by documents: calls, lists and watches as scenarios name them, and what they answer.

use std::time::Duration;

use aqueduct_client::v1::{self, ActivityWatchRequest, ConfigWatchRequest, StatsWatchRequest};
use aqueduct_client::{ActivityEvent, Client, ConfigEvent, Error, ListRequest, Request};
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};
use prost::Name;
use serde_json::{Value, json};

use crate::json::{json_of, message_of};

/// Makes the call, or reads the list, whose request is of the name: `$of` is what does so by that type.
macro_rules! by_name {
    ($name:ident, $of:ident $arguments:tt: $($request:ident)*) => {
        $(if $name == method::<v1::$request>() {
            return $of::<v1::$request> $arguments.await;
        })*
    };
}

/// Makes a call by name.
pub async fn call(
    client: Client,
    name: &str,
    request: &Value,
    deadline: Option<Duration>,
) -> Result<Value, Error> {
    by_name! { name, called(client, request, deadline):
        ApplyRequest CompactRequest DeleteBackendRequest DeleteFrontendRequest DeregisterRequest DiffRevisionsRequest
        ExportRequest GetBackendRequest GetFrontendRequest GetHaProxyConfigRequest GetHaProxyInfoRequest
        GetRevisionRequest GetStatsHistoryRequest GetStatsRequest GetStatusRequest ImportRequest ListActivityRequest
        ListBackendMembersRequest ListBackendsRequest ListFrontendsRequest ListRegistrationsRequest
        ListRevisionsRequest ListVersionsRequest PutBackendRequest PutFrontendRequest RegisterRequest ReloadRequest
        RestoreRevisionRequest SetBackendVersionRequest SetMemberStateRequest SetMemberWeightRequest
    }
    panic!("there is no call {name}")
}

/// Reads all pages of a list by name.
pub async fn list(client: &Client, name: &str, request: &Value) -> Result<Value, Error> {
    by_name! { name, listed(client, request):
        GetStatsRequest ListActivityRequest ListBackendMembersRequest ListBackendsRequest ListFrontendsRequest
        ListRegistrationsRequest ListRevisionsRequest ListVersionsRequest
    }
    panic!("there is no list {name}")
}

/// The name of a method, such as `BackendService/PutBackend`.
fn method<R: Request>() -> &'static str {
    R::PATH.strip_prefix("/aqueduct.v1.").expect("it is of the API")
}

async fn called<R>(client: Client, request: &Value, deadline: Option<Duration>) -> Result<Value, Error>
where
    R: Request + Name + Default,
    R::Response: Name,
{
    let mut call = client.call(message_of::<R>(request));
    if let Some(deadline) = deadline {
        call = call.deadline(deadline);
    }
    Ok(json_of(&call.await?))
}

async fn listed<R>(client: &Client, request: &Value) -> Result<Value, Error>
where
    R: ListRequest + Name + Default,
    R::Item: prost::Message + Name,
{
    let all: Vec<_> = client.list(message_of::<R>(request)).try_collect().await?;
    Ok(json!({"items": all.iter().map(json_of).collect::<Vec<_>>()}))
}

/// An event of a watch, as a document; that of the configuration beside it, where it is of it.
pub struct Told {
    pub document: Value,
    pub config: Option<ConfigEvent>,
}

/// Begins the watch of a step.
pub fn watch(client: &Client, step: &Value) -> BoxStream<'static, Result<Told, Error>> {
    let plain = |document| Told { document, config: None };
    match step["watch"].as_str() {
        Some("config") => client.watch_config(config_request(step)).map_ok(config_told).boxed(),
        Some("stats") => {
            let asked: StatsWatchRequest = message_of(&step["request"]);
            client.watch_stats(asked).map_ok(move |event| plain(json_of(&event))).boxed()
        }
        Some("activity") => {
            let asked: ActivityWatchRequest = message_of(&step["request"]);
            client.watch_activity(asked).map_ok(move |event| plain(activity_document(&event))).boxed()
        }
        _ => panic!("there is no such watch: {step}"),
    }
}

/// What a step asks of a watch of the configuration.
pub fn config_request(step: &Value) -> ConfigWatchRequest {
    let resources = step["resources"].as_array().into_iter().flatten();
    let resources = resources.map(|each| each.as_str().expect("it is a text").to_owned());
    let after = step["after"].as_str().map(|after| after.parse().expect("it is a number"));
    ConfigWatchRequest { after_revision: after, resources: resources.collect() }
}

fn config_told(event: ConfigEvent) -> Told {
    let revision = event.revision().to_string();
    let document = match &event {
        ConfigEvent::Snapshot { configuration, reset: None, .. } => {
            json!({"kind": "snapshot", "revision": revision, "configuration": json_of(configuration)})
        }
        ConfigEvent::Snapshot { configuration, reset: Some(reset), .. } => {
            let configuration = json_of(configuration);
            json!({"kind": "snapshot", "revision": revision, "configuration": configuration, "reset": reset})
        }
        ConfigEvent::Change { change, .. } => {
            json!({"kind": "change", "revision": revision, "change": json_of(change)})
        }
    };
    Told { document, config: Some(event) }
}

fn activity_document(event: &ActivityEvent) -> Value {
    match event {
        ActivityEvent::Event(event) => json_of(event.as_ref()),
        ActivityEvent::Missed(missed) => json!({"missed": missed.to_string()}),
    }
}

/// An error as `clients/conformance/README.md` has it.
pub fn error_document(error: &Error) -> Value {
    let violations = error.violations().iter();
    let preconditions = error.preconditions().iter();
    let mut told = json!({
        "code": word(error.code()),
        "message": error.message(),
        "metadata": error.metadata(),
        "violations": violations
            .map(|each| json!({"field": each.field, "description": each.description}))
            .collect::<Vec<_>>(),
        "preconditions": preconditions
            .map(|each| json!({"type": each.kind, "subject": each.subject, "description": each.description}))
            .collect::<Vec<_>>(),
    });
    if !error.reason().is_empty() {
        told["reason"] = error.reason().into();
    }
    if let Some(about) = error.resource() {
        told["resource"] = json!({"type": about.kind, "name": about.name, "description": about.description});
    }
    told
}

/// gRPC's own word for a name in Rust: `NOT_FOUND` for `NotFound`.
pub fn word(of: impl std::fmt::Debug) -> String {
    let mut word = String::new();
    for letter in format!("{of:?}").chars() {
        if letter.is_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.extend(letter.to_uppercase());
    }
    word
}
