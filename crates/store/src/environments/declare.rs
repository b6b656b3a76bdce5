//! Declaring. What users write at the same moment is ordered here: each write
//! is guarded by what it was compared with, and compared again when that has moved.

use bennu_model::blueprint::Origin;
use bennu_model::environment::{Environment, Presence};
use bennu_model::ids::{EnvironmentName, Generation, TeamName};
use bennu_model::names::digest_of;
use bennu_model::spec::OctopusSpec;
use bennu_model::timeline::Asked;
use bennu_ports::LedgerError;
use bennu_ports::environments::{Declaration, Declared};
use serde_json::Value;
use sqlx::postgres::PgRow;

use crate::Store;
use crate::failure::unreadable;
use crate::state::{column, document, read};
use crate::timeline::told;
use crate::transaction::Run;

const DECLARED: &str = include_str!("../../sql/declared.sql");
const CREATE: &str = include_str!("../../sql/create.sql");
const CHANGE: &str = include_str!("../../sql/change.sql");

const DOING: &str = "declare an environment";
/// Each further try means that somebody else's write came between: with eight, it takes
/// eight others in the same few milliseconds.
pub(super) const TRIES: usize = 8;

pub(super) async fn declare(
    store: &Store,
    declaration: &Declaration,
) -> Result<Declared, LedgerError> {
    for (digest, bytes) in &declaration.blobs {
        if digest_of(bytes) != *digest {
            return Err(unreadable(
                DOING,
                format!("the content is not that of {digest}"),
            ));
        }
    }
    let mut last = unreadable(DOING, "it was not tried");
    for _ in 0..TRIES {
        match attempt(store, declaration).await {
            Ok(Some(declared)) => return Ok(declared),
            Ok(None) => {
                last = LedgerError {
                    doing: DOING,
                    message: "others keep writing the same environment: try again".into(),
                    transient: true,
                };
            }
            Err(error) if error.transient => return Err(error),
            // Two first declarations of a name at once: for the second one there is
            // something to compare with now.
            Err(error) if is_second_birth(&error) => last = error,
            Err(error) => return Err(error),
        }
    }
    last.transient = true;
    Err(last)
}

/// Whether two first declarations of a name came at once, and this was the second.
pub(crate) fn is_second_birth(error: &LedgerError) -> bool {
    error.message.contains("environments_newest")
}

/// Compares and writes once. `None`: what it was compared with has moved.
async fn attempt(
    store: &Store,
    declaration: &Declaration,
) -> Result<Option<Declared>, LedgerError> {
    let mut run = Run::Alone(store);
    let newest = newest(&mut run, &declaration.team, &declaration.name).await?;
    if let Some(wanted) = declaration.if_generation {
        // Nothing there counts as generation 0.
        let stored = newest.as_ref().map_or(Generation(0), |e| e.generation);
        if stored != wanted {
            return Ok(Some(Declared::Moved(stored)));
        }
    }
    write(&mut run, declaration, None, newest).await
}

/// The newest life of a name, which a declaration is compared with.
pub(crate) async fn newest(
    run: &mut Run<'_>,
    team: &TeamName,
    name: &EnvironmentName,
) -> Result<Option<Environment>, LedgerError> {
    let query = sqlx::query(DECLARED)
        .bind(team.as_str())
        .bind(name.as_str());
    let rows = run.rows(DOING, query).await?;
    rows.first()
        .map(|row| read(column(row, "document", DOING)?, DOING))
        .transpose()
}

/// Writes a declaration over what it was compared with. `None`: that has moved.
pub(crate) async fn write(
    run: &mut Run<'_>,
    new: &Declaration,
    origin: Option<&Origin>,
    newest: Option<Environment>,
) -> Result<Option<Declared>, LedgerError> {
    match newest {
        Some(old) if old.presence == Presence::Present => change(run, new, origin, old).await,
        Some(_) | None => create(run, new, origin).await,
    }
}

async fn create(
    run: &mut Run<'_>,
    new: &Declaration,
    origin: Option<&Origin>,
) -> Result<Option<Declared>, LedgerError> {
    let octopus = new.spec.octopus.as_ref();
    let (digests, contents) = blobs(new);
    let query = sqlx::query(CREATE)
        .bind(new.team.as_str())
        .bind(new.name.as_str())
        .bind(document(&new.labels, DOING)?)
        .bind(document(&new.spec, DOING)?)
        .bind(octopus.map(|o| o.server.as_str()))
        .bind(octopus.map(|o| o.space.as_str()))
        .bind(new.spec.target.as_str())
        .bind(digests)
        .bind(contents)
        .bind(origin.map(|o| document(o, DOING)).transpose()?)
        .bind(told(&Asked::Declared, Some(&new.author), DOING)?);
    let rows = run.rows(DOING, query).await?;
    written(&rows, &new.team, Declared::Created)
}

async fn change(
    run: &mut Run<'_>,
    new: &Declaration,
    origin: Option<&Origin>,
    old: Environment,
) -> Result<Option<Declared>, LedgerError> {
    if let Some(fixed) = new.spec.changes_identity_of(&old.spec) {
        return Ok(Some(Declared::Fixed(fixed)));
    }
    let differs = new.spec != old.spec;
    let same_origin = origin.is_none_or(|origin| old.origin.as_ref() == Some(origin));
    let is_otherwise = differs || new.labels != old.labels;
    if !is_otherwise && same_origin {
        return Ok(Some(Declared::Same(old)));
    }
    // The same from a later build is stored and no news.
    let says = is_otherwise.then(|| told(&Asked::Changed, Some(&new.author), DOING));
    let place: Option<&OctopusSpec> = match &old.spec.octopus {
        Some(_) => None,
        None => new.spec.octopus.as_ref(),
    };
    let (digests, contents) = blobs(new);
    let query = sqlx::query(CHANGE)
        .bind(old.uid.as_str())
        .bind(old.generation.0)
        .bind(document(&new.labels, DOING)?)
        .bind(document(&new.spec, DOING)?)
        .bind(differs)
        .bind(place.map(|o| o.server.as_str()))
        .bind(place.map(|o| o.space.as_str()))
        .bind(new.team.as_str())
        .bind(new.name.as_str())
        .bind(digests)
        .bind(contents)
        .bind(origin.map(|o| document(o, DOING)).transpose()?)
        .bind(says.transpose()?);
    let rows = run.rows(DOING, query).await?;
    written(&rows, &new.team, Declared::Changed)
}

/// Reads what `create.sql` and `change.sql` answer: who holds the name, and what was written.
fn written(
    rows: &[PgRow],
    team: &TeamName,
    became: fn(Environment) -> Declared,
) -> Result<Option<Declared>, LedgerError> {
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let holder: Option<String> = column(row, "holder", DOING)?;
    if let Some(holder) = holder.filter(|holder| holder != team.as_str()) {
        let team = TeamName::new(holder).map_err(|e| unreadable(DOING, e))?;
        return Ok(Some(Declared::NameTaken { team }));
    }
    let document: Option<Value> = column(row, "document", DOING)?;
    document
        .map(|document| read(document, DOING).map(became))
        .transpose()
}

fn blobs(declaration: &Declaration) -> (Vec<&str>, Vec<&[u8]>) {
    declaration
        .blobs
        .iter()
        .map(|(digest, bytes)| (digest.as_str(), bytes.as_ref()))
        .unzip()
}
