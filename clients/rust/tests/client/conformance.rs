//! Makes every scenario of `clients/conformance`, through the client.

use std::collections::HashMap;
use std::time::Duration;

use aqueduct_client::v1::{ExportRequest, ListRevisionsRequest};
use aqueduct_client::{Client, Error};
use futures_util::stream::{StreamExt, TryStreamExt};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::documents::{Told, call, config_request, error_document, list, watch, word};
use crate::folding::{Folding, named};
use crate::matching::{at, filled, mismatch};
use crate::served::Served;

/// What a step has.
const STEP: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scenario() {
    let mut server = Served::start().await;
    let client = Client::connect(&server.target).unwrap();
    let read = server.tell("scenarios").await;
    let mut failures = Vec::new();
    for scenario in read["scenarios"].as_array().unwrap() {
        server.tell("reset").await;
        let name = &scenario["name"];
        match Run::new(&client, &mut server).make_all(&scenario["steps"]).await {
            Ok(()) => println!("{name} passes"),
            Err(wrong) => failures.push(format!("{name}: {wrong}")),
        }
    }
    server.end().await;
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// How a step fails.
enum Failed {
    /// By an error of the client.
    Call(Error),
    /// Since its call was dropped.
    Cancelled,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

impl Failed {
    fn document(&self) -> Value {
        match self {
            Self::Call(error) => error_document(error),
            Self::Cancelled => json!({"code": "CANCELLED"}),
        }
    }
}

/// The run of one scenario.
struct Run<'a> {
    client: &'a Client,
    server: &'a mut Served,
    variables: HashMap<String, String>,
    begun: HashMap<String, JoinHandle<Result<Value, Error>>>,
    watches: HashMap<String, Watched>,
}

struct Watched {
    step: Value,
    /// Its events wait here until they are taken; it ends with them.
    events: Receiver<Result<Told, Error>>,
    folding: Folding,
}

impl Watched {
    fn begin(client: &Client, step: &Value) -> Self {
        let mut all = watch(client, step);
        let (sender, events) = channel(1);
        tokio::spawn(async move {
            while let Some(event) =
                tokio::select! { event = all.next() => event, () = sender.closed() => None }
            {
                if sender.send(event).await.is_err() {
                    return;
                }
            }
        });
        let folding =
            Folding { began: config_request(step).after_revision.unwrap_or(0), ..Folding::default() };
        Self { step: step.clone(), events, folding }
    }

    async fn next(&mut self) -> Result<Value, Failed> {
        let told = self.events.recv().await.expect("a watch has no end")?;
        if let Some(event) = &told.config {
            self.folding.take(event);
        }
        Ok(told.document)
    }

    async fn seek(&mut self, wanted: &Value) -> Result<Value, Failed> {
        loop {
            let event = self.next().await?;
            if mismatch(wanted, Some(&event), "event").is_ok() {
                return Ok(event);
            }
        }
    }

    /// Takes events until what they come to is what is stored; panics where revisions were lost, or told twice.
    async fn folds_to_what_is_stored(&mut self, client: &Client) -> Result<Value, Failed> {
        let resources = config_request(&self.step).resources;
        let is_of_all = resources.is_empty();
        let stored = client.call(ExportRequest { resources }).await?;
        let stored = named(&stored.configuration.unwrap_or_default());
        while self.folding.state != stored {
            self.next().await?;
        }
        if is_of_all {
            let folded = &self.folding;
            let all: Vec<_> = client.list(ListRevisionsRequest::default()).try_collect().await?;
            let all = all.iter().rev().map(|each| each.revision);
            let all: Vec<_> = all.filter(|each| folded.began < *each && *each <= folded.revision()).collect();
            assert_eq!(folded.told, all);
        }
        Ok(Value::Null)
    }
}

impl<'a> Run<'a> {
    fn new(client: &'a Client, server: &'a mut Served) -> Self {
        let variables = server.variables.clone();
        Self { client, server, variables, begun: HashMap::new(), watches: HashMap::new() }
    }

    async fn make_all(mut self, steps: &Value) -> Result<(), String> {
        for (number, step) in (1..).zip(steps.as_array().expect("there are steps")) {
            let step = filled(step, &self.variables);
            let made = timeout(STEP, self.make(&step)).await;
            let made = made.unwrap_or_else(|_| Err("it takes too long".to_owned()));
            made.map_err(|wrong| format!("step {number}: {wrong}\n{step}"))?;
        }
        Ok(())
    }

    /// Makes a step, and holds it to what is expected.
    async fn make(&mut self, step: &Value) -> Result<(), String> {
        let (answer, wanted, place) = match (self.answer(step).await, step.get("error")) {
            (Ok(answer), Some(_)) => return Err(format!("no error, but {answer}")),
            (Err(failed), Some(wanted)) => (failed.document(), Some(wanted), "error"),
            (Err(failed), None) => return Err(failed.document().to_string()),
            (Ok(answer), None) => (answer, step.get("expect"), "answer"),
        };
        if let Some(wanted) = wanted {
            mismatch(wanted, Some(&answer), place)?;
        }
        for (name, path) in step["save"].as_object().into_iter().flatten() {
            let saved = at(path.as_str().expect("it is a path"), &answer)?;
            self.variables.insert(name.clone(), saved);
        }
        Ok(())
    }

    async fn answer(&mut self, step: &Value) -> Result<Value, Failed> {
        let text = |key: &str| step[key].as_str();
        if let Some(name) = text("begin") {
            self.begun.insert(name.to_owned(), tokio::spawn(called(self.client.clone(), step.clone())));
        } else if text("call").is_some() {
            return Ok(called(self.client.clone(), step.clone()).await?);
        } else if let Some(name) = text("cancel") {
            self.begun[name].abort();
        } else if let Some(name) = text("finish") {
            let begun = self.begun.remove(name).expect("it was begun");
            return Ok(begun.await.map_err(|_| Failed::Cancelled)??);
        } else if let Some(name) = text("list") {
            return Ok(list(self.client, name, &step["request"]).await?);
        } else if text("watch").is_some() {
            let name = text("as").expect("a watch has a name");
            self.watches.insert(name.to_owned(), Watched::begin(self.client, step));
        } else if let Some(name) = text("next") {
            return self.watched(name).next().await;
        } else if let Some(name) = text("seek") {
            return self.watched(name).seek(&step["expect"]).await;
        } else if let Some(name) = text("folded") {
            let client = self.client;
            return self.watched(name).folds_to_what_is_stored(client).await;
        } else if let Some(name) = text("close") {
            self.watches.remove(name);
        } else if let Some(word) = text("server") {
            self.server.tell(word).await;
        } else if let Some(service) = text("health") {
            return Ok(json!({"status": word(self.client.health(service).await?)}));
        } else if let Some(url) = text("fetch") {
            return Ok(fetch(url).await.expect("the page is there"));
        } else {
            panic!("there is no such step: {step}");
        }
        Ok(Value::Null)
    }

    fn watched(&mut self, name: &str) -> &mut Watched {
        self.watches.get_mut(name).expect("the watch was begun")
    }
}

async fn called(client: Client, step: Value) -> Result<Value, Error> {
    let name = step["call"].as_str().expect("a call has a name");
    let deadline = step["deadline"].as_f64().map(Duration::from_secs_f64);
    call(client, name, &step["request"], deadline).await
}

/// An HTTP GET, without a proxy.
async fn fetch(url: &str) -> Result<Value, Box<dyn std::error::Error>> {
    let url: hyper::Uri = url.parse()?;
    let host = url.authority().expect("the URL has a host").as_str();
    let stream = TokioIo::new(TcpStream::connect(host).await?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    tokio::spawn(connection);
    let request = hyper::Request::get(url.path()).header("host", host).body(Empty::<Bytes>::new())?;
    let answer = sender.send_request(request).await?;
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await?.to_bytes();
    Ok(json!({"status": status, "body": String::from_utf8(body.to_vec())?}))
}
