//! Answers that are kept for a day.

use async_trait::async_trait;
use bennu_model::ids::Digest;
use bennu_ports::answers::{Begun, KeptAnswer, RequestKey};
use bennu_ports::{Answers, LedgerError};
use chrono::{DateTime, TimeDelta, Utc};

use super::{MemoryLedger, Rows};

/// How long an answer is kept.
const KEPT: TimeDelta = TimeDelta::days(1);
/// Whoever began and did not end within this time never will.
const GIVEN_UP: TimeDelta = TimeDelta::minutes(2);

/// A request that was begun, and its answer if it has one.
pub(super) struct Kept {
    request: Digest,
    begun_at: DateTime<Utc>,
    answer: Option<KeptAnswer>,
}

#[async_trait]
impl Answers for MemoryLedger {
    async fn begin(&self, key: &RequestKey, request: &Digest) -> Result<Begun, LedgerError> {
        Ok(self.step(|rows, now| {
            rows.answers.retain(|_, kept| kept.begun_at + KEPT >= now);
            rows.begin(key, request, now)
        }))
    }

    async fn keep(&self, key: &RequestKey, answer: &KeptAnswer) -> Result<(), LedgerError> {
        self.step(|rows, _| {
            let kept = rows.answers.get_mut(key);
            if let Some(kept) = kept.filter(|kept| kept.answer.is_none()) {
                kept.answer = Some(answer.clone());
            }
        });
        Ok(())
    }

    async fn forget(&self, key: &RequestKey) -> Result<(), LedgerError> {
        self.step(|rows, _| {
            let kept = rows.answers.get(key);
            if kept.is_some_and(|kept| kept.answer.is_none()) {
                rows.answers.remove(key);
            }
        });
        Ok(())
    }
}

impl Rows {
    fn begin(&mut self, key: &RequestKey, request: &Digest, now: DateTime<Utc>) -> Begun {
        match self.answers.get(key) {
            Some(kept) if kept.request != *request => return Begun::Reused,
            Some(Kept {
                answer: Some(answer),
                ..
            }) => return Begun::Answered(answer.clone()),
            Some(kept) if kept.begun_at + GIVEN_UP >= now => return Begun::Running,
            Some(_) | None => {}
        }
        let kept = Kept {
            request: request.clone(),
            begun_at: now,
            answer: None,
        };
        self.answers.insert(key.clone(), kept);
        Begun::New
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use bennu_model::names::digest_of;

    use super::*;

    /// What a comparison with the store cannot wait for.
    #[tokio::test]
    async fn what_was_begun_is_given_up_and_forgotten_as_time_goes_by() {
        let seconds = Arc::new(AtomicI64::new(0));
        let passes = |more: i64| seconds.fetch_add(more, Ordering::Relaxed);
        let clock = seconds.clone();
        let now = move || DateTime::UNIX_EPOCH + TimeDelta::seconds(clock.load(Ordering::Relaxed));
        let ledger = MemoryLedger::new(1, now);
        let key = RequestKey {
            owner: "operators".into(),
            key: "a".into(),
        };
        let begin = async |body: &str| {
            let request = digest_of(body.as_bytes());
            ledger.begin(&key, &request).await.unwrap()
        };
        assert_eq!(begin("x").await, Begun::New);
        passes(120);
        assert_eq!(begin("x").await, Begun::Running);
        passes(1);
        assert_eq!(begin("x").await, Begun::New);
        let answer = KeptAnswer {
            status: 204,
            headers: Vec::new(),
            body: b""[..].into(),
        };
        ledger.keep(&key, &answer).await.unwrap();
        passes(24 * 3600);
        assert_eq!(begin("x").await, Begun::Answered(answer));
        passes(1);
        assert_eq!(begin("y").await, Begun::New);
    }
}
