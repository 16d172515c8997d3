use std::env;
use std::error::Error;

use aqueduct_client::v1::{Backend, BackendType, ConfigWatchRequest};
use aqueduct_client::{Client, Code, ConfigEvent};
use futures_util::TryStreamExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let target = env::args().nth(1).ok_or("there is no target")?;
    let client = Client::connect(&target)?; // "127.0.0.1:10001"

    // Returns when HAProxy serves.
    let app = Backend { key: "app".into(), r#type: BackendType::Static.into(), ..Default::default() };
    let put = client.put_backend(app.clone()).annotate("ann", "open the shop").await?;
    println!("stored, with balance {}", put.backend.unwrap_or_default().balance);

    // Only if nobody was faster.
    let other = Backend { balance: "leastconn".into(), ..app.clone() };
    match client.put_backend(other).must_not_exist().await {
        Err(error) if error.code() == Code::Aborted => println!("it is there already"),
        other => println!("{other:?}"),
    }

    // Errors say which field is wrong.
    let wrong = Backend { balance: "most-idle".into(), ..app };
    if let Err(error) = client.put_backend(wrong).await {
        for violation in error.violations() {
            println!("wrong: {}", violation.field);
        }
    }

    // Goes on over restarts of the server, and tells each change once.
    let backends = ConfigWatchRequest { resources: vec!["backends/".into()], ..Default::default() };
    let mut events = client.watch_config(backends);
    while let Some(event) = events.try_next().await? {
        match event {
            ConfigEvent::Snapshot { configuration, .. } => {
                println!("backends: {}", configuration.backends.len());
                client.delete_backend("app").await?;
            }
            ConfigEvent::Change { change, .. } => {
                println!("changed: {}", change.changes[0].resource);
                return Ok(());
            }
        }
    }
    Ok(())
}
