//! What a caller declares, read and held against all that it must fit: the same for a write,
//! a dry run of it, and a document that is not to be stored at all.

use bennu_model::ids::{EnvironmentName, Generation, IllegalId, TeamName};
use bennu_model::spec::Invalid;
use bennu_ports::environments::Declaration;

use super::extract::Sent;
use super::off_the_runtime;
use crate::accept::{self, Accepted, TemplateText};
use crate::auth::Caller;
use crate::read::{self, Draft, TemplateSource};
use crate::{Api, Kind, Problem};

/// A declaration for the place that a path names.
pub(super) async fn for_path(
    api: &Api,
    caller: &Caller,
    (team, name): (TeamName, EnvironmentName),
    if_generation: Option<Generation>,
    sent: Sent,
) -> Result<Declaration, Problem> {
    let (draft, mut problems) = sent.read(read::environment).await?;
    let said = (
        draft.team.as_ref().map(TeamName::as_str),
        draft.name.as_ref().map(EnvironmentName::as_str),
    );
    problems.extend(says_otherwise(said, (team.as_str(), name.as_str())));
    let labels = draft.labels.clone();
    let Accepted { spec, blobs } = accepted(api, draft, problems).await?;
    Ok(Declaration {
        team,
        name,
        labels,
        spec,
        blobs,
        if_generation,
        author: caller.author(),
    })
}

/// A declaration for the place that its document names. A team's token may leave out the team.
pub(super) async fn for_itself(
    api: &Api,
    caller: &Caller,
    sent: Sent,
) -> Result<Declaration, Problem> {
    let (mut draft, mut problems) = sent.read(read::environment).await?;
    let team = draft.team.take().or_else(|| caller.own_team().cloned());
    let name = draft.name.take();
    let wrong = |field: &str| problems.iter().any(|told| told.field == field);
    let mut missing = Vec::new();
    for (field, is_there) in [
        ("metadata.team", team.is_some()),
        ("metadata.name", name.is_some()),
    ] {
        if !is_there && !wrong(field) {
            missing.push(Invalid {
                field: field.to_owned(),
                cause: "this is missing".to_owned(),
                remedy: "name the environment that it would be: no path says so here".to_owned(),
            });
        }
    }
    problems.extend(missing);
    let team = team.map(|team| caller.team(team.as_str())).transpose()?;
    let labels = draft.labels.clone();
    let (Some(team), Some(name)) = (team, name) else {
        let rest = accepted(api, draft, problems).await.err();
        return Err(rest.unwrap_or_else(|| Problem::invalid(Vec::new())));
    };
    let Accepted { spec, blobs } = accepted(api, draft, problems).await?;
    Ok(Declaration {
        team,
        name,
        labels,
        spec,
        blobs,
        if_generation: None,
        author: caller.author(),
    })
}

async fn accepted(api: &Api, draft: Draft, problems: Vec<Invalid>) -> Result<Accepted, Problem> {
    let template = match draft.spec.template.clone() {
        Some(source) => Some(template_text(api, source).await?),
        None => None,
    };
    let catalog = api.catalog.clone();
    let accept = move || accept::accept(draft, template.as_ref(), &catalog, problems);
    off_the_runtime(accept).await?.map_err(Problem::invalid)
}

pub(super) async fn template_text(
    api: &Api,
    source: TemplateSource,
) -> Result<TemplateText, Problem> {
    let text = match &source {
        TemplateSource::Inline(text) => Some(text.clone()),
        TemplateSource::Named(name) => api.catalog.text(name),
        TemplateSource::Stored(digest) => {
            // Only texts are stored as templates: bytes that are none were never one.
            let bytes = api.environments.blob(digest).await?;
            bytes.and_then(|bytes| String::from_utf8(bytes.into()).ok())
        }
    };
    Ok(TemplateText { source, text })
}

/// What the path names is no name.
pub(super) fn illegal_name(illegal: IllegalId) -> Problem {
    Problem::invalid(vec![Invalid {
        field: "metadata.name".to_owned(),
        cause: format!("{:?} is no legal {}", illegal.value, illegal.kind),
        remedy: illegal.rule.to_owned(),
    }])
}

/// What a document says of its own place, where that is not the path's.
pub(super) fn says_otherwise(
    (said_team, said_name): (Option<&str>, Option<&str>),
    (team, name): (&str, &str),
) -> Vec<Invalid> {
    let said = [
        ("metadata.team", said_team, team),
        ("metadata.name", said_name, name),
    ];
    let other = said
        .into_iter()
        .filter_map(|(field, said, path)| Some((field, said?, path)))
        .filter(|(_, said, path)| said != path);
    other
        .map(|(field, said, path)| Invalid {
            field: field.to_owned(),
            cause: format!("the document says {said:?}, the path {path:?}"),
            remedy: "make them the same, or leave it out of the document".to_owned(),
        })
        .collect()
}

/// Another team has the name.
pub(super) fn name_taken(team: &TeamName) -> Problem {
    let detail = format!(
        "the name is taken in this Octopus space by an environment of team {team}; choose \
         another, or ask them"
    );
    Problem::new(Kind::NameTaken, detail)
}

/// It would change what is fixed.
pub(super) fn fixed(invalid: Invalid) -> Problem {
    let detail = format!(
        "{} cannot change while the environment lives",
        invalid.field
    );
    Problem::at(Kind::Fixed, detail, invalid)
}
