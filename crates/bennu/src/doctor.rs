//! `bennu doctor`: whether a daemon with this configuration could do its work from here. What
//! is wrong is told with what to do about it. It changes nothing but one small object that it
//! puts into each artifact bucket and takes away again.

mod check;
mod database;
mod octopus;
mod skew;
mod target;

use std::collections::BTreeMap;

use async_trait::async_trait;
use bennu_ports::{Call, Closed, Gate, PortError};
use clap::Args;

use crate::catalog;
use crate::cli::{Configured, Exit, Output};
use crate::config::{self, Config};

use check::{Check, Form, Report};

/// See whether a daemon with this configuration could do its work from here.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    configured: Configured,
    /// The form of the answer
    #[arg(long, short, value_enum, default_value_t)]
    output: Form,
}

/// Looks at everything, one after the other, and says what it finds as it finds it.
pub async fn run(args: &DoctorArgs) -> Exit {
    let variables = config::variables();
    let mut report = Report::new(Output::of_process(), args.output);
    match Config::load(args.configured.config.as_deref(), &variables) {
        Ok(config) => look(&config, &variables, &mut report).await,
        Err(error) => report.add(Check::fail(
            "configuration",
            error,
            "mend what is named; config/bennu.toml shows every key",
        )),
    }
    report.finish()
}

async fn look(config: &Config, variables: &BTreeMap<String, String>, report: &mut Report) {
    let targets = config.targets.len();
    let servers = config.octopus.len();
    let found = format!("{targets} targets, {servers} Octopus servers");
    report.add(match config.installation_id() {
        Ok(id) => Check::ok("configuration", format!("installation {id}, {found}")),
        Err(error) => Check::fail(
            "configuration",
            error,
            "give this installation a name that no other one has, and never change it",
        ),
    });
    templates(config, report);
    database::look(config, report).await;
    target::look(config, report).await;
    octopus::look(config, variables, report).await;
}

fn templates(config: &Config, report: &mut Report) {
    let read = catalog::read(&config.catalog.folders, config.catalog.embedded);
    report.add(match read {
        Ok(templates) => {
            let names: Vec<_> = templates.keys().map(ToString::to_string).collect();
            Check::ok("templates", names.join(", "))
        }
        Err(error) => Check::fail(
            "templates",
            error,
            "mend the templates, or take their folder out of catalog.folders; the daemon does \
             not start with them",
        ),
    });
}

/// Lets everything through: nothing is leased while somebody looks.
struct Open;

#[async_trait]
impl Gate for Open {
    async fn before(&self, _call: Call) -> Result<(), Closed> {
        Ok(())
    }

    async fn after(&self, _call: Call, _result: Result<(), &PortError>) {}
}
