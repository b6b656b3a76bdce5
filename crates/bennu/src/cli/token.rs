//! `bennu token create`: straight into the database, for it makes the first token too.

use std::time::Duration;

use bennu_api::Token;
use bennu_model::ids::TeamName;
use bennu_ports::Environments as _;
use bennu_ports::environments::Principal;
use bennu_store::Store;
use clap::{Args, Subcommand};
use rand::TryRng as _;
use rand::rngs::SysRng;

use super::{Configured, Exit, Failure, Output, duration, time};
use crate::config::{self, Config};

/// Tokens for the API.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, once
    Create(CreateArgs),
}

/// Make a token.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("owner").required(true))]
pub struct CreateArgs {
    /// Whose: it sees and changes this team's things only
    #[arg(long, group = "owner")]
    pub team: Option<TeamName>,
    /// For operators: it sees and changes everything
    #[arg(long, group = "owner")]
    pub operator: bool,
    /// What it is for
    #[arg(long, default_value = "")]
    pub note: String,
    /// How long it is valid; for ever if left out
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub expires: Option<Duration>,
    #[command(flatten)]
    configured: Configured,
}

pub(super) async fn run(command: TokenCommand, output: &mut Output) -> Result<Exit, Failure> {
    let TokenCommand::Create(args) = command;
    let owner = args.team.map_or(Principal::Operator, Principal::Team);
    let config = Config::load(args.configured.config.as_deref(), &config::variables())
        .map_err(|error| Failure::failed(error.to_string()))?;
    let url = config
        .database_url()
        .map_err(|error| Failure::failed(error.to_string()))?;
    let store = Store::connect(url.expose(), 1).map_err(|e| Failure::failed(e.to_string()))?;
    let mut bits = [0; 32];
    SysRng
        .try_fill_bytes(&mut bits)
        .map_err(|error| Failure::failed(format!("no random numbers: {error}")))?;
    let token = Token::from_random(bits);
    let expires_at = args.expires.map(|after| time::now() + after);
    let added = store
        .add_token(&token.hash(), &owner, &args.note, expires_at)
        .await;
    added.map_err(|error| {
        let hint = "is the database up, and has `bennu migrate` been run?";
        Failure::failed(format!("{error}; {hint}"))
    })?;
    store.close().await;
    output.note("this is shown once; only its hash is kept:");
    output.lines(token.expose());
    Ok(Exit::Done)
}
