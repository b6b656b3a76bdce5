//! Answers that were given before, for reads that are stale.
//!
//! A world does not keep what it was. What a read would have said then is known where the same
//! read was made then: so the answers to reads are kept for a while, and a stale read is given
//! the oldest answer to itself that is young enough.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

/// How many answers are kept, and how many bytes of them; the oldest go first.
const KEPT: usize = 2_000;
const KEPT_BYTES: usize = 16 * 1024 * 1024;

/// What makes two reads the same.
pub(super) type Key = [u8; 32];

/// The newest answers to reads.
#[derive(Debug)]
pub(super) struct Earlier<T> {
    kept: Mutex<Kept<T>>,
}

#[derive(Debug)]
struct Kept<T> {
    answers: VecDeque<Answer<T>>,
    bytes: usize,
}

#[derive(Debug)]
struct Answer<T> {
    key: Key,
    at: DateTime<Utc>,
    size: usize,
    said: T,
}

impl<T> Default for Earlier<T> {
    fn default() -> Self {
        let kept = Kept {
            answers: VecDeque::new(),
            bytes: 0,
        };
        Self {
            kept: Mutex::new(kept),
        }
    }
}

impl<T: Clone> Earlier<T> {
    /// Keeps an answer.
    pub(super) fn keep(&self, key: Key, at: DateTime<Utc>, said: T, size: usize) {
        let mut kept = self.lock();
        kept.bytes += size;
        kept.answers.push_back(Answer {
            key,
            at,
            size,
            said,
        });
        while kept.answers.len() > KEPT || kept.bytes > KEPT_BYTES {
            let Some(oldest) = kept.answers.pop_front() else {
                break;
            };
            kept.bytes -= oldest.size;
        }
    }

    /// The oldest answer to that read since a moment.
    pub(super) fn since(&self, key: &Key, moment: DateTime<Utc>) -> Option<T> {
        let kept = self.lock();
        let mut answers = kept.answers.iter();
        let oldest = answers.find(|answer| answer.key == *key && answer.at >= moment);
        oldest.map(|answer| answer.said.clone())
    }

    /// Forgets all: the world begins anew.
    pub(super) fn clear(&self) {
        *self.lock() = Kept {
            answers: VecDeque::new(),
            bytes: 0,
        };
    }

    fn lock(&self) -> MutexGuard<'_, Kept<T>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a read is, by everything that decides its answer.
pub(super) fn key(parts: &[&[u8]]) -> Key {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}
