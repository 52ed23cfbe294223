//! The settings of a client.

use crate::client::{Client, ClientApplication, ClientShared};
use crate::driver::Driver;
use crate::error::Error;
use crate::stream::Endpoint;
use crate::trace;
use crate::url::Url;
use smpp_edge::messenger::{Messenger, MessengerOptions};
use smpp_edge::session::{Config, Instant};
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
#[cfg(feature = "tls")]
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Settings of a [`Client`].
pub struct ClientBuilder {
    url: Url,
    config: Config,
    options: MessengerOptions,
    more_endpoints: Vec<Url>,
    #[cfg(feature = "tls")]
    tls: Option<Arc<ClientConfig>>,
}

impl ClientBuilder {
    pub(crate) fn new(url: &str) -> Result<Self, Error> {
        let url = Url::parse(url)?;
        Ok(Self {
            config: Config::esme(&url.system_id, &url.password.0, random()),
            url,
            options: MessengerOptions::default(),
            more_endpoints: Vec::new(),
            #[cfg(feature = "tls")]
            tls: None,
        })
    }

    /// Changes the settings of the session: window, rate, timeouts, reconnection.
    #[must_use]
    pub fn config(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// Changes how texts and receipts are read and written.
    #[must_use]
    pub fn options(mut self, change: impl FnOnce(&mut MessengerOptions)) -> Self {
        change(&mut self.options);
        self
    }

    /// Adds another place to reach the SMSC at, tried in order when the ones before can't be reached. The account is that of the
    /// first URL.
    ///
    /// # Errors
    ///
    /// If the URL can't be used.
    pub fn endpoint(mut self, url: &str) -> Result<Self, Error> {
        self.more_endpoints.push(Url::parse(url)?);
        Ok(self)
    }

    /// Sets how TLS is done for `smpps://` URLs. By default the system's certificate authorities are trusted.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, config: Arc<ClientConfig>) -> Self {
        self.tls = Some(config);
        self
    }

    /// Connects and binds. The driver runs as a task of the current tokio runtime.
    ///
    /// # Errors
    ///
    /// If a setting can't be used, no connection can be opened, or the SMSC refuses the bind.
    pub async fn connect(mut self) -> Result<Client, Error> {
        self.config.check().map_err(Error::Config)?;
        let endpoints = self.endpoints()?;
        let peer = format!("{}:{}", self.url.host, self.url.port);
        self.config.endpoints = endpoints.len();
        let messenger = Messenger::new(self.config, self.options, Instant::from_millis(0));
        let (commands, receiver) = mpsc::unbounded_channel();
        let (first, bound) = oneshot::channel();
        let shared = Arc::new(ClientShared::default());
        let application = ClientApplication {
            shared: Arc::clone(&shared),
            commands: commands.downgrade(),
            first: Some(first),
            connect_error: None,
            open: HashMap::new(),
        };
        let started = tokio::time::Instant::now();
        let driver = Driver::new(messenger, application, receiver, endpoints, started);
        tokio::spawn(trace::session("esme", &peer, driver.connect()));
        let client = Client { commands, shared };
        // Dropping the client, on an error, ends the driver.
        match bound.await {
            Ok(result) => result.map(|()| client),
            Err(_) => Err(Error::Closed(client.closed().await)),
        }
    }

    #[cfg(feature = "tls")]
    fn endpoints(&mut self) -> Result<Vec<Endpoint>, Error> {
        let mut urls = std::iter::once(&self.url).chain(&self.more_endpoints);
        if self.tls.is_none() && urls.any(|url| url.tls) {
            self.tls = Some(default_tls()?);
        }
        let urls = std::iter::once(&self.url).chain(&self.more_endpoints);
        let endpoint = |url: &Url| Endpoint {
            host: url.host.clone(),
            port: url.port,
            tls: self.tls.clone().filter(|_| url.tls),
        };
        Ok(urls.map(endpoint).collect())
    }

    #[cfg(not(feature = "tls"))]
    fn endpoints(&mut self) -> Result<Vec<Endpoint>, Error> {
        let urls = std::iter::once(&self.url).chain(&self.more_endpoints);
        let endpoint = |url: &Url| {
            if url.tls {
                return Err(Error::Url("smpps needs the feature tls"));
            }
            Ok(Endpoint {
                host: url.host.clone(),
                port: url.port,
            })
        };
        urls.map(endpoint).collect()
    }
}

/// A number that differs from one client to the next.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// TLS that trusts the system's certificate authorities.
#[cfg(feature = "tls")]
fn default_tls() -> Result<Arc<ClientConfig>, Error> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let reason = "the system has no certificate authorities; set a configuration with `ClientBuilder::tls`";
        return Err(Error::Connect(std::io::Error::other(reason)));
    }
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Connect(std::io::Error::other(error)))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
