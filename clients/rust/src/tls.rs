//! How a connection is encrypted.

use tonic::transport::{Certificate, ClientTlsConfig, Identity};

/// TLS of a connection: by the system's roots, if it is not told others. All certificates and keys are PEM.
#[derive(Clone, Default)] // not Debug, which would tell the key
pub struct Tls {
    roots: Vec<Certificate>,
    identity: Option<Identity>,
    server_name: Option<String>,
}

impl Tls {
    /// TLS by the system's roots.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts these certificates, and the system's not.
    #[must_use]
    pub fn roots(mut self, certificates: impl AsRef<[u8]>) -> Self {
        self.roots.push(Certificate::from_pem(certificates));
        self
    }

    /// Shows this certificate to the server, with its key.
    #[must_use]
    pub fn identity(mut self, certificate: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        self.identity = Some(Identity::from_pem(certificate, key));
        self
    }

    /// The name that the server's certificate has to be of, where it is not the target's.
    #[must_use]
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    pub(crate) fn config(self) -> ClientTlsConfig {
        let mut config = ClientTlsConfig::new();
        config = if self.roots.is_empty() {
            config.with_native_roots()
        } else {
            config.ca_certificates(self.roots)
        };
        if let Some(identity) = self.identity {
            config = config.identity(identity);
        }
        if let Some(name) = self.server_name {
            config = config.domain_name(name);
        }
        config
    }
}
