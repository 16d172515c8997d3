//! Connections that are encrypted.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_client::v1::GetBackendRequest;
use aqueduct_client::{Client, Code, Error, Tls};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use serde_json::Value;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::fake::Fake;
use crate::served::Served;

type Certified = CertifiedKey<KeyPair>;

fn certified(name: &str) -> Certified {
    generate_simple_self_signed([name.to_owned()]).expect("the name is right")
}

/// A server with a certificate, which takes clients with another one alone.
async fn serve(of: &Certified, takes: &Certified) -> Fake {
    let mut clients = RootCertStore::empty();
    clients.add(takes.cert.der().clone()).unwrap();
    let verifier = WebPkiClientVerifier::builder(Arc::new(clients)).build().unwrap();
    let key = PrivateKeyDer::Pkcs8(of.signing_key.serialize_der().into());
    let config = ServerConfig::builder().with_client_cert_verifier(verifier);
    let mut config = config.with_single_cert(vec![of.cert.der().clone()], key).unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Fake::start_encrypted(config).await
}

async fn get(fake: &Fake, tls: Tls) -> Result<(), Error> {
    let client = Client::builder().tls(tls).token("secret").connect(&fake.target)?;
    client.call(GetBackendRequest::default()).deadline(Duration::from_millis(500)).await.map(drop)
}

#[tokio::test]
async fn both_sides_show_who_they_are() {
    let (server, client, stranger) = (certified("aqueduct.test"), certified("ann"), certified("eve"));
    let fake = serve(&server, &client).await;
    let tls = Tls::new().roots(server.cert.pem());
    let shows = |tls: Tls, who: &Certified| tls.identity(who.cert.pem(), who.signing_key.serialize_pem());
    let named = tls.clone().server_name("aqueduct.test");

    get(&fake, shows(named.clone(), &client)).await.unwrap();
    assert_eq!(fake.asked()[0].headers["authorization"], "Bearer secret");

    let refused = [
        ("the certificate is of another name", shows(tls, &client)),
        ("the system does not know the certificate", shows(Tls::new().server_name("aqueduct.test"), &client)),
        ("the client shows nothing", named.clone()),
        ("the server does not know the client", shows(named, &stranger)),
    ];
    for (why, tls) in refused {
        let error = get(&fake, tls).await.expect_err(why);
        assert_eq!(error.code(), Code::Unavailable, "{why}: {error}");
    }
    assert_eq!(fake.asked().len(), 1);
}

/// Makes a call that is not made again, so that it fails at once; the server itself says `NotFound`.
async fn ask(server: &Value, tls: Tls, token: &str) -> Code {
    let client = Client::builder().tls(tls).token(token).connect(server["target"].as_str().unwrap()).unwrap();
    client.delete_backend("nothing").await.expect_err("there is none").code()
}

#[tokio::test]
async fn a_server_that_asks_for_all() {
    let mut served = Served::start().await;
    let server = served.tell("tls").await;
    let pem = |name: &str| std::fs::read(server[name].as_str().unwrap()).unwrap();
    let trusting = || Tls::new().roots(pem("roots"));
    let shown = |tls: Tls| tls.identity(pem("certificate"), pem("key"));
    let token = server["token"].as_str().unwrap();

    assert_eq!(ask(&server, shown(trusting()), token).await, Code::NotFound);
    assert_eq!(ask(&server, shown(trusting()), "guessed").await, Code::Unauthenticated);
    assert_eq!(ask(&server, trusting(), token).await, Code::Unavailable);
    assert_eq!(ask(&server, shown(Tls::new()), token).await, Code::Unavailable);
    served.end().await;
}
