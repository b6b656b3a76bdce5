//! What passes, sweeps and documents' workers write besides their finish.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bennu_model::attempt::Attempt;
use bennu_model::document::{Want, Wanted};
use bennu_model::ids::{Digest, EnvironmentUid, Generation};
use bennu_model::observed::{Fact, Seen};
use bennu_model::timeline::Asked;
use bennu_model::work::{Lease, WorkKey};
use bennu_ports::ledger::{DocumentRecord, Opened, SweepEnd, SweepPage};
use bennu_ports::{Ledger, LedgerError};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::Store;
use crate::state::{column, document};
use crate::timeline::told;

const OPEN_ATTEMPTS: &str = include_str!("../sql/open_attempts.sql");
const BLOB: &str = include_str!("../sql/blob.sql");
const RECORD_SWEEP: &str = include_str!("../sql/record_sweep.sql");
const END_SWEEP: &str = include_str!("../sql/end_sweep.sql");
const RECORD_DOCUMENT: &str = include_str!("../sql/record_document.sql");
const BURN: &str = include_str!("../sql/burn.sql");

/// What is stored of something that a sweep should have shown and did not.
const MISSING: &str = "not in the last sweep";

#[derive(Serialize)]
struct Line<'a> {
    place: usize,
    uid: &'a EnvironmentUid,
    key: &'static str,
    fact: &'a Fact,
}

/// What a document's worker says of one want, named by all that tells it from others.
#[derive(Serialize)]
struct Said<'a> {
    uid: &'a EnvironmentUid,
    kind: &'static str,
    want: &'a Want,
    asked_at: DateTime<Utc>,
    verdict: &'static str,
}

/// One verdict for each want; of several, the most careful one counts.
fn verdicts(record: &DocumentRecord) -> Vec<Said<'_>> {
    let lists = [
        ("met", &record.met),
        ("gone", &record.gone),
        ("unmet", &record.unmet),
    ];
    let mut by_want = BTreeMap::new();
    for (verdict, wants) in lists {
        let own = wants
            .iter()
            .filter(|one| one.standing.document == record.document);
        for Wanted { uid, standing } in own {
            let said = Said {
                uid,
                kind: standing.want.kind(),
                want: &standing.want,
                asked_at: standing.asked_at,
                verdict,
            };
            by_want.insert((uid, said.kind), said);
        }
    }
    by_want.into_values().collect()
}

#[async_trait]
impl Ledger for Store {
    async fn open_attempts(
        &self,
        lease: &Lease,
        generation: Generation,
        attempts: &[Attempt],
    ) -> Result<Opened, LedgerError> {
        let doing = "open attempts";
        let WorkKey::Environment(uid) = &lease.key else {
            return Ok(Opened::Stale);
        };
        let query = sqlx::query(OPEN_ATTEMPTS)
            .bind(lease.key.to_string())
            .bind(lease.owner.as_str())
            .bind(lease.epoch)
            .bind(uid.as_str())
            .bind(generation.0)
            .bind(document(&attempts, doing)?);
        let rows = self.rows(doing, query).await?;
        let opened = rows.first().map(|row| column(row, "opened", doing));
        Ok(match opened.transpose()? {
            Some(true) => Opened::Opened,
            Some(false) | None => Opened::Stale,
        })
    }

    async fn blob(&self, digest: &Digest) -> Result<Option<Bytes>, LedgerError> {
        let doing = "read content";
        let query = sqlx::query(BLOB).bind(digest.as_str());
        let rows = self.rows(doing, query).await?;
        rows.first()
            .map(|row| column::<Vec<u8>, _>(row, "bytes", doing).map(Bytes::from))
            .transpose()
    }

    async fn record_sweep(&self, lease: &Lease, page: SweepPage) -> Result<u64, LedgerError> {
        let doing = "record a sweep's page";
        let lines: Vec<Line<'_>> = page
            .facts
            .iter()
            .enumerate()
            .map(|(place, (uid, fact))| Line {
                place,
                uid,
                key: fact.key(),
                fact,
            })
            .collect();
        let names = page.space.map(|space| Fact::Space(Seen::Present(space)));
        let (server, space, names) = match (&lease.key, names) {
            (WorkKey::Space(server, space), Some(names)) => (
                Some(server.as_str()),
                Some(space.as_str()),
                Some(document(&names, doing)?),
            ),
            _ => (None, None, None::<Value>),
        };
        let query = sqlx::query(RECORD_SWEEP)
            .bind(lease.key.to_string())
            .bind(lease.owner.as_str())
            .bind(lease.epoch)
            .bind(page.began_at)
            .bind(document(&lines, doing)?)
            .bind(server)
            .bind(space)
            .bind(names);
        let rows = self.rows(doing, query).await?;
        let woken = rows
            .first()
            .map(|row| column::<i64, _>(row, "woken", doing));
        Ok(woken.transpose()?.map_or(0, i64::unsigned_abs))
    }

    async fn end_sweep(&self, lease: &Lease, end: SweepEnd) -> Result<(), LedgerError> {
        let doing = "close a sweep";
        let missing = match &lease.key {
            WorkKey::Target(_) => Fact::Stack(Seen::Unknown(MISSING.into())),
            WorkKey::Space(_, _) => Fact::Tenant(Seen::Unknown(MISSING.into())),
            WorkKey::Environment(_) | WorkKey::Document(_) => return Ok(()),
        };
        let uids: Vec<&str> = end.missing.iter().map(EnvironmentUid::as_str).collect();
        let query = sqlx::query(END_SWEEP)
            .bind(lease.key.to_string())
            .bind(lease.owner.as_str())
            .bind(lease.epoch)
            .bind(end.began_at)
            .bind(uids)
            .bind(missing.key())
            .bind(document(&missing, doing)?)
            .bind(i64::from(end.seen))
            .bind(end.account)
            .bind(end.problem.map(|problem| problem.replace('\0', "\u{fffd}")));
        self.rows(doing, query).await.map(drop)
    }

    async fn record_document(
        &self,
        lease: &Lease,
        record: DocumentRecord,
    ) -> Result<u64, LedgerError> {
        let doing = "record a document";
        match &lease.key {
            WorkKey::Document(document) if *document == record.document => {}
            WorkKey::Document(_)
            | WorkKey::Environment(_)
            | WorkKey::Target(_)
            | WorkKey::Space(_, _) => return Ok(0),
        }
        let query = sqlx::query(RECORD_DOCUMENT)
            .bind(lease.key.to_string())
            .bind(lease.owner.as_str())
            .bind(lease.epoch)
            .bind(record.document.to_string())
            .bind(record.began_at)
            .bind(document(&verdicts(&record), doing)?);
        let rows = self.rows(doing, query).await?;
        let woken = rows
            .first()
            .map(|row| column::<i64, _>(row, "woken", doing));
        Ok(woken.transpose()?.map_or(0, i64::unsigned_abs))
    }

    async fn burn(&self, lease: &Lease, uids: &[EnvironmentUid]) -> Result<(), LedgerError> {
        let doing = "burn environments";
        let uids: Vec<&str> = uids.iter().map(EnvironmentUid::as_str).collect();
        let query = sqlx::query(BURN)
            .bind(lease.key.to_string())
            .bind(lease.owner.as_str())
            .bind(lease.epoch)
            .bind(uids)
            .bind(told(&Asked::Deleted, None, doing)?);
        self.rows(doing, query).await.map(drop)
    }
}
