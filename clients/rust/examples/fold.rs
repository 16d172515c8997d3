//! Watches the configuration of an Aqueduct and prints, after each event, what it has folded: for the soak of
//! `tests/clients` (see `clients/conformance/README.md`). It ends when its standard input does.

use std::error::Error;
use std::{env, io, thread};

use aqueduct_client::v1::ConfigWatchRequest;
use aqueduct_client::{Client, ConfigEvent};
use futures_util::TryStreamExt;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use folding::Folding;

#[path = "../tests/client/folding.rs"]
mod folding;
#[allow(dead_code, reason = "tests read JSON as well")]
#[path = "../tests/client/json.rs"]
mod json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let target = env::args().nth(1).ok_or("there is no target")?;
    let (ends, is_over) = oneshot::channel();
    thread::spawn(move || {
        let read = io::copy(&mut io::stdin(), &mut io::sink());
        ends.send(read)
    });
    tokio::select! {
        folded = fold(&target) => Ok(folded?),
        _ = is_over => Ok(()),
    }
}

async fn fold(target: &str) -> Result<(), aqueduct_client::Error> {
    let mut events = Client::connect(target)?.watch_config(ConfigWatchRequest::default());
    let mut folding = Folding::default();
    while let Some(event) = events.try_next().await? {
        folding.take(&event);
        println!("{}", line(&event, &folding));
    }
    Ok(())
}

fn line(event: &ConfigEvent, folding: &Folding) -> Value {
    let (kind, reset) = match event {
        ConfigEvent::Snapshot { reset, .. } => ("snapshot", reset.as_deref()),
        ConfigEvent::Change { .. } => ("change", None),
    };
    let revision = event.revision().to_string();
    json!({"kind": kind, "revision": revision, "reset": reset.unwrap_or_default(), "state": folding.state})
}
