//! Which Octopus servers there are, and the keys to them.

use std::fmt;

use bennu_model::ids::ServerName;
use reqwest::Url;
use reqwest::header::HeaderValue;

/// One Octopus server.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// What specs call it.
    pub name: ServerName,
    /// Where it is, without `/api`: `https://octopus.example.com`, with a path if it has a
    /// virtual directory.
    pub url: String,
    /// What it lets us in with.
    pub api_key: ApiKey,
}

/// An Octopus API key. Its value goes into the request header and nowhere else: it cannot
/// be displayed or serialised, and its debug form hides it.
#[derive(Clone)]
pub struct ApiKey(String);

/// Why a configuration of servers is not usable. No text of it holds a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The key cannot stand in a header.
    #[error(
        "the Octopus API key is empty or has blanks, line breaks or letters beyond ASCII in it; \
         give it as Octopus showed it: API-…"
    )]
    Key,
    /// The URL leads to no server.
    #[error("the URL of Octopus server `{server}` is not usable: {why}")]
    Url {
        /// Whose.
        server: ServerName,
        /// What is wrong with it, and what would be right.
        why: String,
    },
    /// Two servers of one name.
    #[error("the Octopus server `{0}` is declared twice; give each a name of its own")]
    Twice(ServerName),
    /// The HTTP client cannot be set up, for example for want of root certificates.
    #[error("the HTTP client for Octopus cannot be set up: {0}")]
    Client(String),
}

impl ApiKey {
    /// Takes a key as Octopus showed it.
    ///
    /// # Errors
    /// [`ConfigError::Key`] when it could not stand in a header.
    pub fn new(value: impl Into<String>) -> Result<Self, ConfigError> {
        let value = value.into();
        let printable = value.chars().all(|c| c.is_ascii_graphic());
        if value.is_empty() || !printable {
            return Err(ConfigError::Key);
        }
        Ok(Self(value))
    }

    /// The header's value, marked so that HTTP libraries hide it in turn.
    pub(crate) fn header(&self) -> Result<HeaderValue, ConfigError> {
        let mut header = HeaderValue::from_str(&self.0).map_err(|_| ConfigError::Key)?;
        header.set_sensitive(true);
        Ok(header)
    }

    /// `text` without the key: a server may repeat in its answer what it was sent.
    pub(crate) fn struck_from(&self, text: &str) -> String {
        text.replace(&self.0, "[API key]")
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey([hidden])")
    }
}

/// The URL under which `api` lies.
pub(crate) fn base(config: &ServerConfig) -> Result<Url, ConfigError> {
    let refused = |why: &str| ConfigError::Url {
        server: config.name.clone(),
        why: why.to_owned(),
    };
    let url = Url::parse(&config.url)
        .map_err(|error| refused(&format!("{error}; write https://octopus.example.com")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(refused(
            "it must begin with https:// or http:// and name a host",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(
            "it must not hold a user or password; the API key is all it takes",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused(
            "it must end with the host or a path, without ? and #",
        ));
    }
    Ok(url)
}

/// Whether a URL means this machine: no proxy of the environment can reach it for us.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> ServerConfig {
        ServerConfig {
            name: ServerName::new("main").unwrap(),
            url: url.to_owned(),
            api_key: ApiKey::new("API-TOPSECRET").unwrap(),
        }
    }

    #[test]
    fn a_key_is_hidden_wherever_it_could_be_printed() {
        let config = config("https://octopus.example.com");
        assert!(!format!("{config:?}").contains("TOPSECRET"), "{config:?}");
        assert!(!format!("{:?}", config.api_key.header().unwrap()).contains("TOPSECRET"));
        assert_eq!(
            config.api_key.struck_from("bad key API-TOPSECRET."),
            "bad key [API key]."
        );
        let refused = ApiKey::new("API-TOPSECRET\n").unwrap_err();
        assert!(!refused.to_string().contains("TOPSECRET"), "{refused}");
    }

    #[test]
    fn a_url_that_leads_nowhere_is_refused_with_its_server() {
        for bad in [
            "octopus.example.com",
            "ftp://octopus.example.com",
            "https://user:pw@octopus.example.com",
            "https://octopus.example.com/?x=1",
            "https://octopus.example.com/#/projects",
        ] {
            let said = base(&config(bad)).unwrap_err().to_string();
            assert!(said.contains("`main`"), "{said}");
        }
        assert!(base(&config("https://example.com/octopus/")).is_ok());
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (url, expected) in [
            ("http://127.0.0.1:8065", true),
            ("http://[::1]:8065", true),
            ("http://octopus.localhost", true),
            ("https://octopus.example.com", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
