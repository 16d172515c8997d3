//! `clients/serve`: an Aqueduct with an HAProxy, which obeys words and ends with its standard input.

use std::collections::HashMap;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

pub struct Served {
    pub target: String,
    pub variables: HashMap<String, String>,
    process: Child,
    words: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Served {
    pub async fn start() -> Self {
        let mut process = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../serve"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("clients/serve starts");
        let words = process.stdin.take().expect("it is piped");
        let mut lines = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        let said = read(&mut lines).await;
        let variables = said["variables"].as_object().expect("there are variables");
        let text = |value: &Value| value.as_str().expect("it is a text").to_owned();
        let variables = variables.iter().map(|(name, value)| (name.clone(), text(value))).collect();
        Self { target: text(&said["target"]), variables, process, words, lines }
    }

    /// Has the server do something; panics with its words where it cannot.
    pub async fn tell(&mut self, word: &str) -> Value {
        self.words.write_all(format!("{word}\n").as_bytes()).await.expect("clients/serve reads");
        let answer = read(&mut self.lines).await;
        assert!(answer.get("error").is_none(), "clients/serve: {word}: {}", answer["error"]);
        answer
    }

    /// Ends the server, and waits until nothing of it is left.
    pub async fn end(self) {
        let Self { mut process, words, .. } = self;
        drop(words);
        assert!(process.wait().await.expect("it ends").success());
    }
}

async fn read(lines: &mut Lines<BufReader<ChildStdout>>) -> Value {
    let line = lines.next_line().await.expect("clients/serve answers").expect("clients/serve runs");
    serde_json::from_str(&line).expect("clients/serve speaks JSON")
}
