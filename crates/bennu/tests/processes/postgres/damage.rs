//! One environment's row holds nonsense: it stands still and says so, and nobody else does.

use std::time::Duration;

use reqwest::Method;
use tokio::time::{sleep, timeout};

use super::{RECOVERY, probe};
use crate::stage::LONGEST;
use crate::stage::cluster::Cluster;
use crate::stage::team::without_software;
use crate::stage::{Daemon, Team};

/// Everybody looks again.
const WAKE: &str = "update work set due_at = now() where kind = 'environment'";

/// Columns of an environment's rows, and what somebody's hand made of each.
const DAMAGE: [(&str, &str, &str); 5] = [
    ("environments", "known", "'\"nonsense\"'"),
    ("environments", "conditions", "'{\"type\": 7}'"),
    ("environments", "report", "'[]'"),
    (
        "environments",
        "spec",
        "jsonb_set(spec, '{stack}', '\"nonsense\"')",
    ),
    ("observations", "fact", "'[7]'"),
];

/// Each column of another environment is damaged, and mended afterwards.
pub async fn play(cluster: &Cluster, team: &Team, daemons: &[Daemon]) {
    for (_, column, _) in DAMAGE {
        let name = named(column);
        team.raise(&name, &without_software(&name, 0)).await;
    }
    for (table, column, nonsense) in DAMAGE {
        let uid = uid_of(column, cluster).await;
        let keep =
            format!("create table kept_{column} as select * from {table} where uid = '{uid}'");
        cluster.run(&keep).await;
        let damage = format!("update {table} set {column} = {nonsense} where uid = '{uid}'");
        assert!(
            cluster.run(&damage).await > 0,
            "{column}: there is nothing to damage"
        );
    }
    cluster.run(WAKE).await;
    // Others rise, change and go meanwhile.
    team.raise("sound", &without_software("sound", 1)).await;
    team.raise("sound", &without_software("sound", 2)).await;
    for (_, column, _) in DAMAGE {
        is_told(column, cluster, team, daemons).await;
    }
    let listed = team.list().await;
    assert!(listed.contains(&"sound".to_owned()), "{listed:?}");
    team.burn("sound").await;
    probe::until_ready(daemons, RECOVERY).await;
    for (table, column, _) in DAMAGE {
        let key = if table == "observations" {
            "and k.key = t.key"
        } else {
            ""
        };
        let mend = format!(
            "update {table} t set {column} = k.{column} from kept_{column} k \
             where k.uid = t.uid {key}"
        );
        assert!(cluster.run(&mend).await > 0);
        cluster.run(&format!("drop table kept_{column}")).await;
    }
    cluster.run(WAKE).await;
    for (_, column, _) in DAMAGE {
        team.until_ready(&named(column)).await;
        team.burn(&named(column)).await;
    }
}

/// The log of some daemon names it, and whoever asks for it learns that there is something.
async fn is_told(column: &str, cluster: &Cluster, team: &Team, daemons: &[Daemon]) {
    let uid = uid_of(column, cluster).await;
    let logged = async {
        while daemons.iter().all(|one| one.logged(&uid).is_empty()) {
            sleep(Duration::from_millis(100)).await;
        }
    };
    assert!(
        timeout(LONGEST, logged).await.is_ok(),
        "{column}: nobody logs it"
    );
    let patience = Duration::from_secs(30);
    let answer = team
        .once(0, Method::GET, &named(column), None, patience)
        .await;
    let answer = answer.unwrap();
    assert!(
        answer.status.is_server_error() && answer.body["detail"].is_string(),
        "{column}: {answer:?}"
    );
}

fn named(column: &str) -> String {
    format!("damaged-{column}")
}

async fn uid_of(column: &str, cluster: &Cluster) -> String {
    let name = named(column);
    let uid = format!("select uid from environments where name = '{name}' and tombstone is null");
    cluster.text(&uid).await
}
