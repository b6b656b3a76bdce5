//! `bennu token`: who may call the API.

mod first;

use std::time::Duration;

use bennu_api::Token;
use bennu_api::dto::TokenDocument;
use bennu_model::ids::TeamName;
use bennu_ports::Principal;
use bennu_ports::tokens::TokenId;
use clap::{Args, Subcommand};
use serde_json::json;

use super::format::{self, Format};
use super::get::{decoded, token_rows};
use super::{Address, Configured, Exit, Failure, Output, duration, time};
use crate::client::{Chosen, Client, Noun, decode};

/// Tokens for the API.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, once: through the daemon if there is a token already, else
    /// straight in its database
    Create(CreateArgs),
    /// List tokens, without their words
    List(ListArgs),
    /// Make a token worthless, at once
    Revoke(RevokeArgs),
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
    /// Write into the database that the configuration names, though there is a token
    #[arg(long)]
    pub database: bool,
    #[command(flatten)]
    configured: Configured,
    #[command(flatten)]
    address: Address,
}

/// List tokens.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t)]
    pub output: Format,
    #[command(flatten)]
    address: Address,
}

/// Make a token worthless.
#[derive(Debug, Args)]
pub struct RevokeArgs {
    /// Which: `tok_…`, as `bennu token list` shows it, or the token itself
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<String>,
    #[command(flatten)]
    address: Address,
}

pub(super) async fn run(command: TokenCommand, output: &mut Output) -> Result<Exit, Failure> {
    match command {
        TokenCommand::Create(args) => create(args, output).await,
        TokenCommand::List(args) => list(args, output).await,
        TokenCommand::Revoke(args) => revoke(args, output).await,
    }
}

async fn create(args: CreateArgs, output: &mut Output) -> Result<Exit, Failure> {
    let connection = args.address.resolve(None)?;
    let token = if args.database || connection.token.is_empty() {
        let owner = args.team.map_or(Principal::Operator, Principal::Team);
        let made = first::create(&args.configured, &owner, &args.note, args.expires).await?;
        output.note("made in the database that the configuration names");
        made
    } else {
        let client = Client::new(&connection)?;
        let mut asked = json!({ "note": args.note });
        match &args.team {
            Some(team) => asked["team"] = json!(team.as_str()),
            None => asked["operator"] = json!(true),
        }
        if let Some(expires) = args.expires {
            asked["expires"] = json!(time::now() + expires);
        }
        let answer = client.create_token(&asked).await?;
        let made: TokenDocument = decode(answer)?;
        output.note(&format!("{} made by {}", made.id, client.address()));
        made.token.ok_or_else(|| {
            Failure::failed("the daemon's answer has no token in it: is it of another version?")
        })?
    };
    output.note("this is shown once; only its hash is kept:");
    output.lines(&token);
    Ok(Exit::Done)
}

async fn list(args: ListArgs, output: &mut Output) -> Result<Exit, Failure> {
    let client = Client::new(&args.address.resolve(None)?)?;
    let document = client.list(Noun::Token, Chosen::default()).await?;
    let tokens = document["items"].as_array().cloned().unwrap_or_default();
    let tokens: Vec<TokenDocument> = decoded(tokens)?;
    let text = match args.output {
        Format::Json => format::json(&document)?,
        Format::Yaml => format::yaml(&document)?,
        Format::Name => tokens
            .iter()
            .map(|one| format!("token/{}\n", one.id))
            .collect(),
        Format::Table | Format::Wide => token_rows(&tokens, time::now()),
    };
    output.lines(&text);
    Ok(Exit::Done)
}

async fn revoke(args: RevokeArgs, output: &mut Output) -> Result<Exit, Failure> {
    let client = Client::new(&args.address.resolve(None)?)?;
    let mut exit = Exit::Done;
    for id in &args.ids {
        let id = named(id);
        match client.revoke_token(&id).await {
            Ok(()) => output.lines(&format!("token/{id} revoked")),
            Err(error) => {
                output.note(&format!("error: {error}"));
                exit = exit.or_worse(Exit::Failed);
            }
        }
    }
    Ok(exit)
}

/// The id of a token that is named by it, or by the token itself, which goes nowhere.
fn named(given: &str) -> String {
    match Token::parse(given) {
        Some(token) => TokenId::of(&token.hash()).to_string(),
        None => given.strip_prefix("token/").unwrap_or(given).to_owned(),
    }
}
