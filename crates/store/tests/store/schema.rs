//! Schema and statements fit each other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bennu_ports::Environments as _;
use bennu_store::Store;
use sqlx::{AssertSqlSafe, Executor as _, SqlSafeStr as _};

use crate::sample::{empty_database, fresh};

fn crate_directory() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(directory: &Path, into: &mut String) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else {
            into.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[tokio::test]
async fn every_statement_can_be_prepared() {
    let (_, pool) = fresh().await;
    let mut source = String::new();
    sources(&crate_directory().join("src"), &mut source);
    let mut prepared = BTreeSet::new();
    for entry in fs::read_dir(crate_directory().join("sql")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(
            source.contains(&format!("sql/{name}\")")),
            "{name} is used nowhere"
        );
        let text = fs::read_to_string(&path).unwrap();
        if let Err(error) = pool.prepare(AssertSqlSafe(text).into_sql_str()).await {
            panic!("{name}: {error}");
        }
        prepared.insert(name);
    }
    // So that the directory above is all there is. The two others belong to the migration's
    // transaction and to the pool's check.
    let inline: Vec<&str> = source
        .match_indices("sqlx::query(\"")
        .map(|(at, _)| source[at..].lines().next().unwrap())
        .collect();
    assert_eq!(
        inline,
        [r#"sqlx::query("select pg_advisory_xact_lock($1)")"#]
    );
    assert!(prepared.len() > 15, "{prepared:?}");
}

#[tokio::test]
async fn replicas_migrate_at_once_and_readiness_tells_whether_somebody_did() {
    let url = empty_database().await;
    let one = Store::connect(&url, 2).unwrap();
    let other = Store::connect(&url, 2).unwrap();
    let before = one.ready().await.unwrap_err();
    assert!(before.message.contains("run `bennu migrate`"), "{before}");
    assert!(!before.transient);
    let (a, b) = tokio::join!(one.migrate(), other.migrate());
    a.unwrap();
    b.unwrap();
    one.ready().await.unwrap();
}

#[tokio::test]
async fn a_database_that_is_away_is_a_passing_failure() {
    let store = Store::connect("postgres://nobody@localhost/none?host=/nowhere", 1).unwrap();
    let error = store.ready().await.unwrap_err();
    assert!(error.transient, "{error}");
}
