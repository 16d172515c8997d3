//! How to connect. Sends nothing.

use std::net::IpAddr;
use std::time::Duration;

use http::uri::Authority;
use tonic::Code;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

use crate::{Client, Error, Tls};

/// Silence after which the server is asked whether it is there.
const SILENCE: Duration = Duration::from_secs(20);
/// What it has to answer that.
const ANSWER: Duration = Duration::from_secs(10);
/// What a connection has to come about.
const CONNECTING: Duration = Duration::from_secs(2);

/// What calls have, retries included, if they are not given another by [`crate::Call::deadline`].
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// For calls that change nothing; 10 s by default.
    pub read: Duration,
    /// For the others; 90 s by default, since a switch of members may wait for 60 s.
    pub write: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { read: Duration::from_secs(10), write: Duration::from_secs(90) }
    }
}

/// How to connect: made by [`Client::builder`].
#[derive(Clone, Default)] // not Debug, which would tell the token
pub struct Builder {
    tls: Option<Tls>,
    token: Option<String>,
    deadlines: Deadlines,
}

impl Builder {
    /// Has the connection use TLS.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Sends `authorization: Bearer TOKEN` with each call. Without TLS that is refused, but to this machine.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Sets the deadlines of calls that have none of their own.
    #[must_use]
    pub fn deadlines(mut self, deadlines: Deadlines) -> Self {
        self.deadlines = deadlines;
        self
    }

    /// Makes a client of the server at a target: `127.0.0.1:10001`, `[::1]:10001`, `unix:/run/aqueduct.sock`. Nothing
    /// is sent before the first call.
    ///
    /// # Errors
    ///
    /// `InvalidArgument` for a target, a token or a certificate that cannot be, and for a token that would leave
    /// this machine in the clear.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub fn connect(self, target: &str) -> Result<Client, Error> {
        if self.token.is_some() && self.tls.is_none() && !is_local(target) {
            return Err(refused(format!("a token is not sent to {target} without TLS")));
        }
        let token = self.token.as_deref().map(bearer).transpose()?;
        let channel = channel(target, self.tls).map_err(|error| refused(format!("{target}: {error:?}")))?;
        Ok(Client::new(channel, token, self.deadlines))
    }
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(Code::InvalidArgument, message)
}

fn bearer(token: &str) -> Result<MetadataValue<Ascii>, Error> {
    let value = MetadataValue::try_from(format!("Bearer {token}"));
    let mut value = value.map_err(|_| refused("a token has printable letters of ASCII alone"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn channel(target: &str, tls: Option<Tls>) -> Result<Channel, tonic::transport::Error> {
    let address = match &tls {
        _ if target.starts_with("unix:") => target.to_owned(),
        Some(_) => format!("https://{target}"),
        None => format!("http://{target}"),
    };
    let mut endpoint = Endpoint::from_shared(address)?
        .connect_timeout(CONNECTING)
        .http2_keep_alive_interval(SILENCE)
        .keep_alive_timeout(ANSWER)
        .keep_alive_while_idle(false);
    if let Some(tls) = tls {
        endpoint = endpoint.tls_config(tls.config())?;
    }
    Ok(endpoint.connect_lazy())
}

/// Whether what is sent to a target stays on this machine.
fn is_local(target: &str) -> bool {
    if target.starts_with("unix:") {
        return true;
    }
    let Ok(authority) = target.parse::<Authority>() else { return false };
    let host = authority.host();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_stays_on_this_machine() {
        for target in ["127.0.0.1:1", "127.8.0.1:1", "[::1]:1", "localhost:1", "unix:/run/a.sock"] {
            assert!(is_local(target), "{target}");
        }
        for target in [
            "10.0.0.1:1",
            "example.org:1",
            "[2001:db8::1]:1",
            "localhost.example.org:1",
            "localhost:x@example.org",
        ] {
            assert!(!is_local(target), "{target}");
        }
    }

    #[tokio::test]
    async fn refuses_what_cannot_be() {
        let cases = [
            (Client::builder().token("secret"), "example.org:1", "without TLS"),
            (Client::builder().token("a\nb"), "127.0.0.1:1", "printable"),
            (Client::builder(), "no target", "no target"),
            (
                Client::builder().tls(Tls::new().roots("none").identity("no", "no")),
                "127.0.0.1:1",
                "127.0.0.1:1",
            ),
        ];
        for (builder, target, words) in cases {
            let error = builder.connect(target).expect_err(words);
            assert_eq!(error.code(), Code::InvalidArgument, "{error}");
            assert!(error.message().contains(words), "{error}");
        }
    }
}
