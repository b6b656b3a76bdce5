//! Which daemon, and as whom: flags, then the environment.

use std::path::PathBuf;

use clap::Args;

use super::Failure;

/// Where a daemon listens that nobody configured otherwise.
const DEFAULT_SERVER: &str = "http://127.0.0.1:8080";
const TOKEN_VARIABLE: &str = "BENNU_TOKEN";

/// Which daemon, and as whom.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The daemon's address.
    pub server: String,
    /// A token of a team, or an operator's; empty: none.
    pub token: String,
    /// Whose environments.
    pub team: Option<String>,
}

/// Which daemon, and as whom, as arguments say it. A token is never among them: everybody on
/// a machine can read the arguments of its processes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connection")]
pub struct Address {
    /// The daemon's address
    #[arg(long, value_name = "URL", env = "BENNU_URL", default_value = DEFAULT_SERVER)]
    pub server: String,
    /// A file with the token; without it, BENNU_TOKEN holds the token itself
    #[arg(long, value_name = "FILE", env = "BENNU_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,
}

/// The same, and whose environments.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connection")]
pub struct ConnectionArgs {
    #[command(flatten)]
    address: Address,
    /// Whose environments
    #[arg(long, short, env = "BENNU_TEAM")]
    pub team: Option<String>,
}

impl Address {
    /// Everything together.
    ///
    /// # Errors
    /// The token's file cannot be read.
    pub fn resolve(&self, team: Option<&str>) -> Result<Connection, Failure> {
        let token = match &self.token_file {
            Some(file) => std::fs::read_to_string(file).map_err(|error| {
                let file = file.display();
                Failure::usage(format!("--token-file {file}: {error}"))
            })?,
            None => std::env::var(TOKEN_VARIABLE).unwrap_or_default(),
        };
        Ok(Connection {
            server: self.server.clone(),
            token: token.trim().to_owned(),
            team: team.filter(|team| !team.is_empty()).map(str::to_owned),
        })
    }
}

impl ConnectionArgs {
    /// Everything together.
    ///
    /// # Errors
    /// The token's file cannot be read.
    pub fn resolve(&self) -> Result<Connection, Failure> {
        self.address.resolve(self.team.as_deref())
    }
}
