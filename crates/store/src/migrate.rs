//! The schema: what `migrations/` holds, and whether the database has it.

use bennu_ports::LedgerError;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{PgConnection, Row as _, SqlSafeStr as _};

use crate::Store;
use crate::failure::{failed, unreadable};
use crate::transaction::{Step, in_transaction};

macro_rules! migration {
    ($version:literal, $name:literal) => {
        (
            $version,
            $name,
            include_str!(concat!("../../../migrations/", $name, ".sql")),
        )
    };
}

/// Number, file name without extension, and content.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    migration!(1, "0001_create_environments"),
    migration!(2, "0002_create_work"),
    migration!(3, "0003_create_observations"),
    migration!(4, "0004_create_environment_state"),
    migration!(5, "0005_create_blueprints"),
    migration!(6, "0006_create_wants"),
    migration!(7, "0007_add_approval"),
    migration!(8, "0008_tell_who_wrote"),
    migration!(9, "0009_create_budgets"),
];

/// Any number will do, as long as nobody else on the same database takes it: "bennu" in ASCII.
const LOCK: i64 = 0x62_65_6e_6e_75;

const SCHEMA_VERSION: &str = include_str!("../sql/schema_version.sql");

impl Store {
    /// Brings the schema to what this binary needs, in one transaction. Several replicas may
    /// do so at once: one works, the others wait and find nothing to do. A schema that is
    /// newer than this binary is left as it is.
    ///
    /// # Errors
    /// The database is away or refuses; or a file that ran here once was edited since.
    pub async fn migrate(&self) -> Result<(), LedgerError> {
        in_transaction(self.pool.clone(), run)
            .await
            .map_err(|error| match error {
                MigrateError::Execute(error) => failed("migrate the schema", &error),
                other => unreadable("migrate the schema", other),
            })
    }

    /// Whether the database answers and has at least the schema that this binary needs.
    pub(crate) async fn check_schema(&self) -> Result<(), LedgerError> {
        let doing = "check the schema";
        let rows = self.rows(doing, sqlx::query(SCHEMA_VERSION)).await;
        let rows = rows.map_err(|error| {
            // Without the migrator's table there is no schema at all.
            if error.message.contains("_sqlx_migrations") {
                unreadable(doing, "there is no schema yet: run `bennu migrate`")
            } else {
                error
            }
        })?;
        let has: Option<i64> = match rows.first() {
            Some(row) => row.try_get("version").map_err(|e| failed(doing, &e))?,
            None => None,
        };
        let needs = MIGRATIONS.last().map_or(0, |(version, _, _)| *version);
        if has.is_some_and(|has| has >= needs) {
            Ok(())
        } else {
            let has = has.unwrap_or(0);
            Err(unreadable(
                doing,
                format!("it is at {has} and {needs} is needed: run `bennu migrate`"),
            ))
        }
    }
}

fn run(connection: &mut PgConnection) -> Step<'_, (), MigrateError> {
    Box::pin(async move {
        // Building an index may take its time; waiting for somebody's lock may not, for
        // everybody else queues up behind us meanwhile.
        sqlx::raw_sql("set local statement_timeout = 0; set local lock_timeout = '5s'")
            .execute(&mut *connection)
            .await?;
        sqlx::query("select pg_advisory_xact_lock($1)")
            .bind(LOCK)
            .execute(&mut *connection)
            .await?;
        let known = MIGRATIONS.iter().map(|(version, name, sql)| {
            let kind = MigrationType::Simple;
            Migration::new(*version, (*name).into(), kind, sql.into_sql_str(), false)
        });
        let mut migrator = Migrator::with_migrations(known.collect());
        // Its own lock belongs to a session, and a pooler may change that under it.
        migrator.set_locking(false);
        migrator.set_ignore_missing(true);
        // `run` asks for more of the lifetime than a boxed future can promise.
        migrator.run_direct(None, connection, false).await
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_registered_under_its_number() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
        let mut files: Vec<String> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".sql").map(str::to_owned))
            .collect();
        files.sort();
        let registered: Vec<_> = MIGRATIONS.iter().map(|(_, name, _)| *name).collect();
        assert_eq!(registered, files);
        for (version, name, sql) in MIGRATIONS {
            assert!(name.starts_with(&format!("{version:04}_")), "{name}");
            assert!(
                sql.starts_with("-- "),
                "{name} does not say why it is there"
            );
        }
    }
}
