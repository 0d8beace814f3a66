//! The client, and the settings that it is built with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hyper::Uri;
use hyper::header::HeaderValue;

use crate::quirk::{Quirk, Quirks};
use crate::sleeper::TokioSleeper;
use crate::transport::Transport;
use crate::{Error, RetryPolicy, Sleeper};

/// A client of one service with one token. Clones share its connections.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    /// The URL of every method up to the method name, without the slash before it.
    pub(crate) base: String,
    pub(crate) token: Option<HeaderValue>,
    pub(crate) task: Option<u64>,
    pub(crate) retry: RetryPolicy,
    pub(crate) sleeper: Box<dyn Sleeper>,
    pub(crate) timeout: Duration,
    pub(crate) transport: Transport,
    pub(crate) quirks: Quirks,
}

impl Inner {
    /// Always false without the feature `quirks`.
    pub(crate) fn has(&self, quirk: Quirk) -> bool {
        self.quirks.has(quirk)
    }
}

impl Client {
    /// Makes a client with the defaults of [`Client::builder`]. Sends no request.
    ///
    /// # Errors
    ///
    /// As [`ClientBuilder::build`].
    pub fn new(address: &str, token: &str) -> Result<Self, Error> {
        Self::builder(address, token).build()
    }

    /// Begins a client of the server at `address`, such as `https://app.supervisely.com`; the scheme is
    /// `http://` by default. With an empty token no `x-api-key` is sent.
    pub fn builder(address: &str, token: &str) -> ClientBuilder {
        ClientBuilder {
            address: address.to_owned(),
            token: token.to_owned(),
            task: None,
            retry: RetryPolicy::default(),
            sleeper: Box::new(TokioSleeper),
            timeout: Duration::from_secs(60),
            quirks: Quirks::default(),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { base, task, retry, timeout, .. } = &*self.inner;
        let mut shown = formatter.debug_struct("Client");
        shown.field("base", base).field("task", task).field("retry", retry).field("timeout", timeout);
        shown.finish_non_exhaustive()
    }
}

/// The settings of a client; [`build`](Self::build) makes the client.
#[must_use = "the client exists only after `build`"]
pub struct ClientBuilder {
    address: String,
    token: String,
    task: Option<u64>,
    retry: RetryPolicy,
    sleeper: Box<dyn Sleeper>,
    timeout: Duration,
    quirks: Quirks,
}

impl ClientBuilder {
    /// Sets the number of attempts of a request and the pauses between them; see [`RetryPolicy`] for the
    /// default.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the object that makes all pauses; tokio's timer by default.
    pub fn sleeper(mut self, sleeper: impl Sleeper + 'static) -> Self {
        self.sleeper = Box::new(sleeper);
        self
    }

    /// Sets the time limit of one attempt, from connecting to the last byte of the response; 60 s by
    /// default. `Duration::MAX` means no limit.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Sets the task that this program runs as, which is sent as `x-task-id`; absent by default.
    pub fn task(mut self, id: u64) -> Self {
        self.task = Some(id);
        self
    }

    /// Gives the client a quirk, in addition to those that it has. For the tests of the kit.
    #[cfg(feature = "quirks")]
    pub fn quirk(mut self, quirk: Quirk) -> Self {
        self.quirks.choose(quirk);
        self
    }

    /// Changes the retry policy instead of replacing it. For the tests of the kit.
    #[cfg(feature = "quirks")]
    pub fn policy(mut self, change: fn(&mut RetryPolicy)) -> Self {
        change(&mut self.retry);
        self
    }

    /// Makes the client. Sends no request; reads the system's certificates for an `https://` address.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidAddress`] when the address is neither `http://` nor `https://` with a host,
    /// [`Error::InvalidToken`] when the token has characters that a header cannot carry,
    /// [`Error::InvalidArgument`] for a retry policy of 0 attempts, [`Error::Connection`] when the
    /// system has no certificates for https.
    pub fn build(self) -> Result<Client, Error> {
        let Self { address, token, task, mut retry, sleeper, timeout, quirks } = self;
        if retry.attempts == 0 {
            return Err(Error::argument("a retry policy needs at least one attempt"));
        }
        if quirks.has(Quirk::AttemptsOffByOne) {
            retry.attempts = retry.attempts.saturating_add(1);
        }
        let (base, secure) = base(&address).ok_or(Error::InvalidAddress(address))?;
        let token = header(&token)?;
        let transport = Transport::new(secure, !quirks.has(Quirk::NoKeepAlive))?;
        Ok(Client {
            inner: Arc::new(Inner { base, token, task, retry, sleeper, timeout, transport, quirks }),
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ClientBuilder").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The base URL of every method, and whether it needs TLS.
fn base(address: &str) -> Option<(String, bool)> {
    let bare = address.trim_matches('/');
    let full = if address.contains("://") { bare.to_owned() } else { format!("http://{bare}") };
    let uri: Uri = full.parse().ok()?;
    let secure = match uri.scheme_str()? {
        "http" => false,
        "https" => true,
        _ => return None,
    };
    // Credentials would end up in error texts, and a query would swallow the method's path.
    let plain = uri.query().is_none() && !uri.authority()?.as_str().contains('@') && !full.contains('#');
    let host = uri.host().is_some_and(|host| !host.is_empty());
    (plain && host).then(|| (format!("{full}/public/api/v3"), secure))
}

fn header(token: &str) -> Result<Option<HeaderValue>, Error> {
    if token.is_empty() {
        return Ok(None);
    }
    let mut value = HeaderValue::from_str(token).map_err(|_| Error::InvalidToken)?;
    // hyper leaves sensitive values out of what it logs.
    value.set_sensitive(true);
    Ok(Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_the_sdk_reads_it() {
        for (address, full) in [
            ("http://localhost:8484", "http://localhost:8484/public/api/v3"),
            ("https://app.supervisely.com/", "https://app.supervisely.com/public/api/v3"),
            ("127.0.0.1:80//", "http://127.0.0.1:80/public/api/v3"),
            ("http://host/under/", "http://host/under/public/api/v3"),
        ] {
            assert_eq!(base(address).unwrap(), (full.to_owned(), address.starts_with("https")), "{address}");
        }
    }

    #[test]
    fn an_address_without_a_host_or_with_more_than_a_path_is_refused() {
        for address in
            ["", "/", "ftp://x", "http://", "http:// x", "http://u:p@x", "x?a=b", "x/#f", "http://:8"]
        {
            assert!(matches!(Client::new(address, "t"), Err(Error::InvalidAddress(_))), "{address}");
        }
    }

    #[test]
    fn a_token_that_cannot_be_and_a_policy_without_tries_are_refused() {
        assert!(matches!(Client::new("http://x", "a\nb"), Err(Error::InvalidToken)));
        let none = RetryPolicy { attempts: 0, ..RetryPolicy::default() };
        assert!(matches!(Client::builder("x", "t").retry(none).build(), Err(Error::InvalidArgument(_))));
    }

    #[test]
    fn neither_client_nor_builder_shows_the_token() {
        let builder = Client::builder("http://x", "hush-hush");
        assert!(!format!("{builder:?}").contains("hush"));
        assert!(!format!("{:?}", builder.build().unwrap()).contains("hush"));
    }
}
