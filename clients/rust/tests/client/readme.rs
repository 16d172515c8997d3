//! The README's example, which is `examples/shop.rs`.

use std::process::Stdio;

use tokio::process::Command;

use crate::served::Served;

const SAYS: &str = "\
stored, with balance roundrobin
it is there already
wrong: backend.balance
backends: 1
changed: backends/app
";

#[tokio::test]
async fn the_example_says_what_it_should() {
    let program = include_str!("../../examples/shop.rs");
    assert!(include_str!("../../README.md").contains(&format!("```rust\n{program}```\n")));
    let server = Served::start().await;
    let ran = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "--offline", "--example", "shop", "--", &server.target])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output();
    let ran = ran.await.expect("cargo runs");
    server.end().await;
    assert_eq!(String::from_utf8_lossy(&ran.stdout), SAYS);
}
