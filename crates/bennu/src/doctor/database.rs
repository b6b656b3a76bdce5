//! The database: whether it answers, has the schema, and what time it is there.

use bennu_ports::Environments as _;
use chrono::TimeDelta;

use super::skew::Here;
use super::{Check, Report};
use crate::config::Config;
use crate::wiring;

pub(super) async fn look(config: &Config, report: &mut Report) {
    let store = match wiring::store(config) {
        Ok(store) => store,
        Err(error) => {
            let remedy = "set database.url, or BENNU_DATABASE__URL, to a postgres:// URL";
            report.add(Check::fail("database", error, remedy));
            return;
        }
    };
    let here = Here::now();
    match store.now().await {
        Ok(there) => {
            report.add(Check::ok("database", "it answers"));
            report.add(here.compare("the database", there, TimeDelta::zero()));
            report.add(match store.ready().await {
                Ok(()) => Check::ok("schema", "it is what this version needs"),
                Err(error) => Check::fail(
                    "schema",
                    error,
                    "run `bennu migrate`, or start the daemon, which does the same",
                ),
            });
        }
        Err(error) => {
            report.add(Check::fail(
                "database",
                error,
                "see that Postgres runs, that this machine may connect to it, and that \
                 database.url has the right host, user and password",
            ));
            report.add(Check::skip("schema", "the database does not answer"));
        }
    }
    store.close().await;
}
