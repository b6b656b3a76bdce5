//! Targets and spaces in rows: where environments can be, and how lately that was looked at.

use bennu_api::dto::{SpaceDocument, TargetDocument};

use super::Style;
use crate::cli::{table, time};

pub(super) fn targets(targets: &[TargetDocument], style: Style) -> String {
    let mut head = vec!["NAME", "REGION", "SWEPT", "SEEN", "PROBLEM"];
    if style.wide {
        head.extend(["ACCOUNT", "ARTIFACT BUCKET"]);
    }
    let row = |one: &TargetDocument| {
        let mut row = vec![
            one.name.clone(),
            one.region.clone(),
            one.swept_at
                .map_or_else(never, |at| time::ago(at, style.now)),
            one.seen.map_or_else(none, |seen| seen.to_string()),
            one.problem.clone().unwrap_or_else(none),
        ];
        if style.wide {
            row.extend([
                one.account.clone().unwrap_or_else(none),
                if one.artifact_bucket { "yes" } else { "no" }.to_owned(),
            ]);
        }
        row
    };
    let mut rows = vec![head.into_iter().map(str::to_owned).collect()];
    rows.extend(targets.iter().map(row));
    table::align(&rows)
}

pub(super) fn spaces(spaces: &[SpaceDocument], style: Style) -> String {
    let row = |one: &SpaceDocument| {
        vec![
            format!("{}/{}", one.server, one.name),
            one.swept_at
                .map_or_else(never, |at| time::ago(at, style.now)),
            one.seen.map_or_else(none, |seen| seen.to_string()),
            one.problem.clone().unwrap_or_else(none),
        ]
    };
    let head = ["NAME", "SWEPT", "SEEN", "PROBLEM"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(spaces.iter().map(row));
    table::align(&rows)
}

fn none() -> String {
    "-".to_owned()
}

fn never() -> String {
    "never".to_owned()
}
