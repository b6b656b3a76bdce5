//! Environments in rows.

use bennu_api::dto::EnvironmentDocument;
use bennu_api::dto::status::{SeenDocument, SeenWord};

use super::Style;
use crate::cli::output::paint;
use crate::cli::summary::summary;
use crate::cli::{table, time};

pub(super) fn rows(environments: &[EnvironmentDocument], style: Style) -> String {
    let mut head = vec!["NAME", "READY", "STATUS", "AGE"];
    if style.teams {
        head.insert(0, "TEAM");
    }
    if style.wide {
        head.extend(["TARGET", "GENERATION", "STACK", "TENANT", "MESSAGE"]);
    }
    let mut rows = vec![head.into_iter().map(str::to_owned).collect()];
    rows.extend(environments.iter().map(|one| row(one, style)));
    table::align(&rows)
}

fn row(one: &EnvironmentDocument, style: Style) -> Vec<String> {
    let summary = summary(one);
    let mut row = vec![
        one.metadata.name.clone(),
        paint(&summary.ready, summary.mood, style.colour),
        summary.reason,
        time::ago(one.metadata.created_at, style.now),
    ];
    if style.teams {
        row.insert(0, one.metadata.team.clone());
    }
    if style.wide {
        let status = one.status.as_ref();
        let stack = status.map(|status| word(&status.stack, |stack| &stack.status));
        let tenant = status.and_then(|status| status.tenant.as_ref());
        let tenant = tenant.map(|tenant| word(tenant, |tenant| &tenant.id));
        row.extend([
            one.spec.target.clone(),
            one.metadata.generation.to_string(),
            stack.unwrap_or_else(|| "-".to_owned()),
            tenant.unwrap_or_else(|| "-".to_owned()),
            summary.message.lines().collect::<Vec<_>>().join(" "),
        ]);
    }
    row
}

/// What it is, or that it is not there, or that we do not know.
fn word<T>(seen: &SeenDocument<T>, of: impl Fn(&T) -> &String) -> String {
    match (seen.seen, &seen.value) {
        (SeenWord::Present, Some(value)) => of(value).clone(),
        (SeenWord::Absent, _) => "none".to_owned(),
        (SeenWord::Present | SeenWord::Unknown, _) => "unknown".to_owned(),
    }
}
