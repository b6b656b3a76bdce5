//! A database that asks for a password, and what is in it.

use std::fs;
use std::process::Command;

use reqwest::Url;

use super::evidence::Evidence;
use crate::stage::cluster::Cluster;

/// Where the dump is kept.
pub const DUMP: &str = "dump";
const USER: &str = "canary";

/// Gives the database to a user who has to show a password; their URL.
pub async fn with_password(cluster: &Cluster, password: &str) -> String {
    let make = format!("create role {USER} login password '{password}'");
    cluster.run(&make).await;
    cluster
        .run(&format!("alter database postgres owner to {USER}"))
        .await;
    let rules = cluster.socket().with_file_name("data").join("pg_hba.conf");
    let all = fs::read_to_string(&rules).unwrap();
    fs::write(&rules, format!("local all {USER} scram-sha-256\n{all}")).unwrap();
    cluster.text("select pg_reload_conf()::text").await;
    url(cluster, password)
}

/// The URL of the database for that user, with this password.
pub fn url(cluster: &Cluster, password: &str) -> String {
    let mut url: Url = cluster.url(None).parse().unwrap();
    url.set_username(USER).unwrap();
    url.set_password(Some(password)).unwrap();
    url.to_string()
}

/// Keeps all that the database holds, as `pg_dump` writes it.
pub fn dump(cluster: &Cluster, evidence: &Evidence) {
    let program = cluster.programs().join("pg_dump");
    let dumped = Command::new(program)
        .args(["--dbname", &cluster.url(None)])
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&dumped.stderr);
    assert!(dumped.status.success(), "{words}");
    evidence.keep(DUMP, &dumped.stdout);
}
