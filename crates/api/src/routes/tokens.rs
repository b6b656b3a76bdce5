//! Tokens: listed, made, revoked. A team's token does so for its own team.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use bennu_model::ids::TeamName;
use bennu_model::spec::Invalid;
use bennu_ports::Principal;
use bennu_ports::tokens::{TokenId, TokenView};
use chrono::{DateTime, Duration, SecondsFormat, SubsecRound as _, Utc};
use rand::TryRng as _;
use rand::rngs::SysRng;
use serde_json::Value;

use super::extract::{InPath, Sent};
use super::precondition::Condition;
use super::query::Query;
use super::{TOKENS, page};
use crate::auth::{Caller, refusal};
use crate::dto::asked::TokenWanted;
use crate::dto::{TokenDocument, TokenList};
use crate::operation::{Operation, Parameter, Repeat, Table, Verb};
use crate::read::node::{Mapping, Node, Problems, at};
use crate::{Api, Kind, Problem, Token};

/// Fits a line of a list.
const MAX_NOTE_CHARS: usize = 200;
/// A hundred years: what is meant is "for ever", which is said by leaving it out.
const MAX_DAYS: i64 = 36_500;
const LIST: &[Parameter] = &[Parameter::limit(500), Parameter::CONTINUE];
const NAME_A_TIME: &str = "write for example 90d, 12h, or a time as 2027-01-31T00:00:00Z";

pub(super) fn routes(table: &mut Table) {
    let about = "The tokens of a team, for a token of that team; all tokens, for operators. The \
                 newest first.";
    let operation = Operation::new("listTokens", TOKENS, about)
        .query(LIST)
        .answers::<TokenList>(200, "A page.");
    table.add(Verb::Get, "/v1/tokens", list, operation);

    let about = "Makes a token and shows it, once. A team's token makes tokens of its own team, and \
                 none lives longer than the token that makes it.";
    let why = "the answer holds a token, and tokens are kept nowhere; if an answer is lost, revoke \
               the token that it made";
    let operation = Operation::new("createToken", TOKENS, about)
        .repeat(Repeat::Refused(why))
        .takes::<TokenWanted>(TokenWanted::EXAMPLE)
        .answers::<TokenDocument>(201, "The token.")
        .refuses(&[Kind::Forbidden]);
    table.add(Verb::Post, "/v1/tokens", create, operation);

    let about = "Revokes a token: it is worth nothing from then on.";
    let operation = Operation::new("revokeToken", TOKENS, about)
        .repeat(Repeat::Once)
        .answers_nothing(204, "It is revoked.");
    table.add(Verb::Delete, "/v1/tokens/{id}", revoke, operation);
}

/// Whose tokens a caller may see: none means everybody's.
fn scope(caller: &Caller) -> Option<&Principal> {
    match &caller.principal {
        Principal::Operator => None,
        Principal::Team(_) => Some(&caller.principal),
    }
}

async fn list(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    query: Query,
) -> Result<Json<TokenList>, Problem> {
    let found = api.tokens.tokens(scope(&caller)).await?;
    let (shown, metadata) = page::cut(found, &query, newest_first)?;
    let items = shown.iter().map(TokenDocument::from).collect();
    Ok(Json(TokenList { items, metadata }))
}

/// A text that is less for what was made later.
fn newest_first(token: &TokenView) -> String {
    let age = i64::MAX - token.created_at.timestamp_micros().max(0);
    format!("{age:019}/{}", token.id)
}

async fn create(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    _: Query,
    _: Condition,
    sent: Sent,
) -> Result<Response, Problem> {
    let now = (api.clock.now)();
    let Some(parent) = api.tokens.token(&caller.hash).await? else {
        return Err(refusal());
    };
    let maker = Maker {
        team: caller.own_team().cloned(),
        expires_at: parent.expires_at,
    };
    let wanted = sent.read(move |document| wanted(document, maker, now));
    let wanted = wanted.await?.map_err(Problem::invalid)?;
    if scope(&caller).is_some_and(|own| *own != wanted.owner) {
        let detail = format!(
            "a token of {} makes tokens of its own team",
            caller.principal
        );
        return Err(Problem::new(Kind::Forbidden, detail));
    }
    let mut bits = [0; 32];
    SysRng.try_fill_bytes(&mut bits).map_err(|error| {
        tracing::error!(%error, "no random numbers");
        Problem::new(
            Kind::Internal,
            "the operating system gives no random numbers",
        )
    })?;
    let token = Token::from_random(bits);
    let Wanted {
        owner,
        note,
        expires_at,
    } = wanted;
    let hash = token.hash();
    api.tokens
        .add_token(&hash, &owner, &note, expires_at)
        .await?;
    let id = TokenId::of(&hash);
    tracing::info!(token = %id, %owner, by = %caller.token, "a token was made");
    let document = TokenDocument::made(&id, &owner, note, expires_at, token.expose().to_owned());
    let unkept = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((StatusCode::CREATED, unkept, Json(document)).into_response())
}

async fn revoke(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(id): InPath<String>,
    _: Query,
    _: Condition,
) -> Result<StatusCode, Problem> {
    // What was given is not repeated: it may be a token itself.
    let absent = || {
        let detail = "there is no token of this id that this one may see; `bennu token list` shows \
                      the ids";
        Problem::new(Kind::NotFound, detail)
    };
    let token = TokenId::parse(&id).ok_or_else(absent)?;
    match api.tokens.revoke(&token, scope(&caller)).await? {
        true => {
            tracing::info!(%token, by = %caller.token, "a token was revoked");
            Ok(StatusCode::NO_CONTENT)
        }
        false => Err(absent()),
    }
}

/// Who makes a token, and how long its own one lives.
struct Maker {
    team: Option<TeamName>,
    expires_at: Option<DateTime<Utc>>,
}

struct Wanted {
    owner: Principal,
    note: String,
    expires_at: Option<DateTime<Utc>>,
}

fn wanted(document: &Value, maker: Maker, now: DateTime<Utc>) -> Result<Wanted, Vec<Invalid>> {
    let mut problems = Vec::new();
    let known = ["team", "operator", "note", "expires"];
    let body = Node::top(document).mapping(&known, &[], &mut problems);
    let owner = body
        .as_ref()
        .and_then(|body| owner(body, maker.team, &mut problems));
    let note = body.as_ref().map(|body| note(body, &mut problems));
    let expires_at = body.as_ref().and_then(|body| {
        let node = body.get("expires")?;
        expiry(&node, now, &mut problems)
    });
    let expires_at = within(expires_at, maker.expires_at, &mut problems);
    match (owner, problems.is_empty()) {
        (Some(owner), true) => Ok(Wanted {
            owner,
            note: note.unwrap_or_default(),
            expires_at,
        }),
        (_, _) => Err(problems),
    }
}

fn owner(body: &Mapping<'_>, own: Option<TeamName>, problems: &mut Problems) -> Option<Principal> {
    let team = body.get("team");
    let operator = body.get("operator").map(|node| {
        let truth = node.value.as_bool();
        if truth.is_none() {
            problems.push(node.wrong_type("true or false"));
        }
        truth == Some(true)
    });
    match (team, operator.unwrap_or(false)) {
        (Some(team), false) => team.id(problems).map(Principal::Team),
        (None, true) => Some(Principal::Operator),
        (None, false) if own.is_some() => own.map(Principal::Team),
        (Some(_), true) | (None, false) => {
            let cause = "a token is a team's or operators', one of the two";
            let remedy = "give `team: <name>` or `operator: true`";
            problems.push(at("team", cause, remedy));
            None
        }
    }
}

fn note(body: &Mapping<'_>, problems: &mut Problems) -> String {
    let Some(node) = body.get("note") else {
        return String::new();
    };
    let text = node.text(problems).unwrap_or_default();
    if text.chars().count() > MAX_NOTE_CHARS || text.chars().any(char::is_control) {
        let cause = "this is too long, or holds control characters";
        let remedy = format!("give at most {MAX_NOTE_CHARS} characters in one line");
        problems.push(at("note", cause, remedy));
    }
    text.to_owned()
}

/// When a token expires that is made by one that expires itself. Else whoever finds that one
/// would have a way to keep it.
fn within(
    wanted: Option<DateTime<Utc>>,
    makers: Option<DateTime<Utc>>,
    problems: &mut Problems,
) -> Option<DateTime<Utc>> {
    let Some(end) = makers else {
        return wanted;
    };
    if wanted.is_some_and(|wanted| wanted > end) {
        let shown = end.to_rfc3339_opts(SecondsFormat::Secs, true);
        let cause = "the token that makes this one expires earlier";
        let remedy = format!("ask for {shown} at most, or leave it out: it ends with its maker");
        problems.push(at("expires", cause, remedy));
    }
    wanted.or(Some(end))
}

/// A time, or how long from now on.
fn expiry(node: &Node<'_>, now: DateTime<Utc>, problems: &mut Problems) -> Option<DateTime<Utc>> {
    let text = node.text(problems)?;
    let after = || {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let number: u32 = number.parse().ok()?;
        let hours = match unit {
            "h" => 1,
            "d" => 24,
            _ => return None,
        };
        now.checked_add_signed(Duration::hours(i64::from(number) * hours))
    };
    let fixed = DateTime::parse_from_rfc3339(text).ok();
    // As it is shown, so that what is shown can be asked for.
    let time = fixed.map(|time| time.to_utc()).or_else(after);
    let time = time.map(|time| time.trunc_subsecs(0));
    let fits = |time: &DateTime<Utc>| *time > now && *time - now <= Duration::days(MAX_DAYS);
    let found = time.filter(fits);
    if found.is_none() {
        let shown: String = text.chars().take(80).collect();
        let cause = format!("{shown:?} is no time to come");
        problems.push(at("expires", cause, NAME_A_TIME));
    }
    found
}
