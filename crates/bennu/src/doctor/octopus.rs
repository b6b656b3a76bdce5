//! Each Octopus server: whether it is there, whose the key is, and what it may do.

use std::collections::BTreeMap;

use bennu_model::ids::{ServerName, SpaceName};
use bennu_octopus::probe::{Permissions, Right};
use bennu_octopus::{Octopus, REQUEST_TIMEOUT};
use bennu_ports::Call;
use chrono::TimeDelta;

use super::skew::Here;
use super::{Check, Open, Report};
use crate::config::{Config, OctopusConfig};
use crate::wiring;

/// A `Date` header has whole seconds.
const COARSE: TimeDelta = TimeDelta::seconds(1);

pub(super) async fn look(
    config: &Config,
    variables: &BTreeMap<String, String>,
    report: &mut Report,
) {
    if config.octopus.is_empty() {
        report.add(Check::skip("octopus", "no server is configured"));
        return;
    }
    let octopus = match wiring::octopus(config, variables, REQUEST_TIMEOUT) {
        Ok(octopus) => octopus,
        Err(error) => {
            let remedy = "mend what is named in [[octopus]]; the daemon does not start with it";
            report.add(Check::fail("octopus", error, remedy));
            return;
        }
    };
    for server in &config.octopus {
        look_at(&octopus, server, report).await;
    }
}

async fn look_at(octopus: &Octopus, config: &OctopusConfig, report: &mut Report) {
    let server = &config.name;
    if !is_there(octopus, server, report).await {
        let what = format!("{server}: API key");
        report.add(Check::skip(what, "the server cannot be used"));
        return;
    }
    let what = format!("{server}: API key");
    let user = match octopus.user(server).await {
        Ok(user) => user,
        Err(error) => {
            let remedy = "make a key for the daemon's user in Octopus (Profile, My API Keys) and \
                          give it by api_key_env or api_key_file";
            report.add(Check::fail(what, error, remedy));
            return;
        }
    };
    report.add(Check::ok(
        what,
        format!("user {} ({})", user.username, user.id),
    ));
    let permissions = octopus.permissions(server, &user).await;
    if let Err(error) = &permissions {
        let what = format!("{server}: permissions");
        report.add(Check::warn(
            what,
            error,
            "compare the roles of the user's teams with deploy/octopus/daemon-role.json by hand",
        ));
    }
    for space in &config.spaces {
        let id = octopus.space_id(&Open, server, space).await;
        match (id, &permissions) {
            (Ok(id), Ok(permissions)) => rights(server, space, &id, permissions, report),
            (Ok(id), Err(_)) => report.add(Check::ok(format!("{server}: space {space}"), id)),
            (Err(error), _) => report.add(Check::fail(
                format!("{server}: space {space}"),
                error,
                "see that the name is right, and that the user's team may enter the space",
            )),
        }
    }
    let slots = config.slots;
    report.add(Check::skip(
        format!("{server}: task cap"),
        format!(
            "it takes a system permission to read; see in Octopus under Configuration, Nodes \
             that the task cap is at least {slots} (slots), and room for other deployments"
        ),
    ));
}

async fn is_there(octopus: &Octopus, server: &ServerName, report: &mut Report) -> bool {
    let what = format!("{server}: server");
    let here = Here::now();
    match octopus.root(server).await {
        Ok(root) => {
            report.add(Check::ok(what, format!("Octopus Deploy {}", root.version)));
            if let Some(there) = root.date {
                report.add(here.compare(&format!("{server} (Octopus)"), there, COARSE));
            }
            true
        }
        Err(error) => {
            let remedy = "see that url is the server's address without /api, and that this \
                          machine reaches it";
            report.add(Check::fail(what, error, remedy));
            false
        }
    }
}

/// One line for each call.
fn rights(
    server: &ServerName,
    space: &SpaceName,
    id: &str,
    permissions: &Permissions,
    report: &mut Report,
) {
    report.add(Check::ok(format!("{server}: space {space}"), id));
    for call in Call::ALL {
        let what = format!("{server}, {space}: {call}");
        let Some(right) = permissions.right(*call, id) else {
            continue;
        };
        report.add(match right {
            Right::Granted => Check::ok(what, "allowed"),
            Right::Missing(names) => Check::fail(
                what,
                format!("the key's user lacks {}", names.join(", ")),
                "give its team a role with them in this space; deploy/octopus/daemon-role.json \
                 has all that is needed",
            ),
            Right::Restricted(names) => Check::warn(
                what,
                format!(
                    "only for some projects, environments or tenants: {}",
                    names.join(", ")
                ),
                "tenants are made anew for each environment, so do not bind the role to tenants; \
                 bound to projects or environments it works for those",
            ),
        });
    }
}
