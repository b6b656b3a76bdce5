//! The first token: straight into the database, for nobody can ask the daemon yet.

use std::time::Duration;

use bennu_api::Token;
use bennu_ports::{Principal, Tokens as _};
use bennu_store::Store;
use rand::TryRng as _;
use rand::rngs::SysRng;

use crate::cli::{Configured, Failure, time};
use crate::config::{self, Config};

/// Makes a token in the database that the configuration names.
pub(super) async fn create(
    configured: &Configured,
    owner: &Principal,
    note: &str,
    expires: Option<Duration>,
) -> Result<String, Failure> {
    let no_config = |error: config::ConfigError| {
        Failure::failed(format!(
            "{error}\n  there is no BENNU_TOKEN, so the token would be made in the daemon's database"
        ))
    };
    let config =
        Config::load(configured.config.as_deref(), &config::variables()).map_err(no_config)?;
    let url = config.database_url().map_err(no_config)?;
    let store = Store::connect(url.expose(), 1).map_err(|e| Failure::failed(e.to_string()))?;
    let mut bits = [0; 32];
    SysRng
        .try_fill_bytes(&mut bits)
        .map_err(|error| Failure::failed(format!("no random numbers: {error}")))?;
    let token = Token::from_random(bits);
    let expires_at = expires.map(|after| time::now() + after);
    let added = store
        .add_token(&token.hash(), owner, note, expires_at)
        .await;
    added.map_err(|error| {
        let hint = "is the database up, and has `bennu migrate` been run?";
        Failure::failed(format!("{error}; {hint}"))
    })?;
    store.close().await;
    Ok(token.expose().to_owned())
}
