//! A team's environments, a page at a time.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::{Extension, Json};
use bennu_model::ids::{EnvironmentName, TeamName};
use bennu_ports::environments::{EnvironmentView, ListFilter};

use super::extract::{InPath, InQuery};
use super::query::{Query, refuse};
use crate::auth::Caller;
use crate::dto::{EnvironmentDocument, EnvironmentList, ListMetadata};
use crate::read::API_VERSION;
use crate::{Api, Problem};

/// Fits a screen's worth of scrolling and one read of the database.
const DEFAULT_LIMIT: u32 = 100;
/// A page of this many is some MB of JSON.
const MAX_LIMIT: u32 = 500;

/// Environments whose life is not over, by name.
pub(crate) async fn list(
    State(api): State<Api>,
    Extension(caller): Extension<Caller>,
    InPath(team): InPath<String>,
    InQuery(query): InQuery,
) -> Result<Json<EnvironmentList>, Problem> {
    let team = caller.team(&team)?;
    let query = Query::new(query, &["labelSelector", "limit", "continue"])?;
    let limit = query.number("limit", (1, MAX_LIMIT), DEFAULT_LIMIT)?;
    let after = query.text("continue").map(|text| read_cursor(text, &team));
    let filter = ListFilter {
        labels: selector(query.text("labelSelector").unwrap_or_default())?,
        // One more than asked for tells whether there is another page.
        limit: limit + 1,
        after: after.transpose()?,
        team: Some(team),
    };
    let found = api.environments.list(&filter).await?;
    Ok(Json(page(&found, limit as usize)))
}

fn page(found: &[EnvironmentView], limit: usize) -> EnvironmentList {
    let shown = &found[..found.len().min(limit)];
    let last = shown.last().filter(|_| found.len() > limit);
    EnvironmentList {
        api_version: API_VERSION.to_owned(),
        kind: "EnvironmentList".to_owned(),
        metadata: ListMetadata {
            next: last.map(|view| cursor(&view.state.environment.name)),
        },
        items: shown.iter().map(EnvironmentDocument::seen).collect(),
    }
}

/// Hexadecimal, so that nobody takes it for something to make up.
fn cursor(last: &EnvironmentName) -> String {
    hex::encode(last.as_str())
}

fn read_cursor(text: &str, team: &TeamName) -> Result<(TeamName, EnvironmentName), Problem> {
    let name = hex::decode(text)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let name = name.and_then(|name| EnvironmentName::new(name).ok());
    let name = name.ok_or_else(|| {
        refuse("continue must be what the last page answered as metadata.continue")
    })?;
    Ok((team.clone(), name))
}

/// `a=b,c=d`; `==` means the same.
fn selector(text: &str) -> Result<BTreeMap<String, String>, Problem> {
    let mut labels = BTreeMap::new();
    for term in text
        .split(',')
        .map(str::trim)
        .filter(|term| !term.is_empty())
    {
        let pair = term.split_once('=').map(|(key, value)| {
            let value = value.strip_prefix('=').unwrap_or(value);
            (key.trim().to_owned(), value.trim().to_owned())
        });
        let fine = |key: &str| !key.is_empty() && !key.contains(['!', ' ', '(']);
        let Some((key, value)) = pair.filter(|(key, _)| fine(key)) else {
            let shown: String = term.chars().take(80).collect();
            let detail =
                format!("labelSelector takes key=value, with commas between, not {shown:?}");
            return Err(refuse(detail));
        };
        let before = labels.insert(key, value.clone());
        if before.is_some_and(|before| before != value) {
            return Err(refuse(
                "labelSelector asks two values of one label: nothing has both",
            ));
        }
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_is_equalities_only() {
        let read = selector("branch=feature/ryan, tier==web,empty=").unwrap();
        let pairs: Vec<_> = read.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(
            pairs,
            [("branch", "feature/ryan"), ("empty", ""), ("tier", "web")]
        );
        for unclear in ["branch", "a!=b", "a in (b)", "=b", "a=1,a=2"] {
            assert!(selector(unclear).is_err(), "{unclear}");
        }
    }

    #[test]
    fn a_cursor_is_ours_or_refused() {
        let team = TeamName::new("checkout").unwrap();
        let name = EnvironmentName::new("ryan0001").unwrap();
        assert_eq!(
            read_cursor(&cursor(&name), &team).unwrap(),
            (team.clone(), name)
        );
        for strange in ["", "zz", "ff", "52"] {
            assert!(read_cursor(strange, &team).is_err(), "{strange}");
        }
    }
}
