//! What can happen at a boundary, which of it comes to the same, and how it is written down so
//! that it can be played again.

use std::fmt;

use bennu_ports::{Boundary, Moment};

use crate::story::{Crossing, Disturbance, changes};

/// What happens at a crossing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// The replica dies, and nothing was sent.
    BeforeSend,
    /// The replica dies with a request on its way that never arrives.
    NeverApplied,
    /// The provider has done it, and the replica dies before the reply.
    AppliedReplyLost,
    /// The reply was read, and the replica dies before anything of it is written down.
    RepliedNotRecorded,
    /// The replica dies before a statement to the ledger.
    BeforeCommit,
    /// A statement is committed, and whoever sent it never learns: the replica dies, or the
    /// client asks again.
    CommittedNotAcknowledged,
    /// Nobody dies: a request never arrives, and nobody answers.
    RequestLost,
    /// Nobody dies: a request arrives, and its reply does not.
    ReplyLost,
}

impl Mode {
    /// Every one there is.
    pub const ALL: [Self; 8] = [
        Self::BeforeSend,
        Self::NeverApplied,
        Self::AppliedReplyLost,
        Self::RepliedNotRecorded,
        Self::BeforeCommit,
        Self::CommittedNotAcknowledged,
        Self::RequestLost,
        Self::ReplyLost,
    ];

    /// Its name in a replay.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BeforeSend => "before-send",
            Self::NeverApplied => "never-applied",
            Self::AppliedReplyLost => "applied-reply-lost",
            Self::RepliedNotRecorded => "replied-not-recorded",
            Self::BeforeCommit => "before-commit",
            Self::CommittedNotAcknowledged => "committed-not-acknowledged",
            Self::RequestLost => "request-lost",
            Self::ReplyLost => "reply-lost",
        }
    }

    /// Whether it can happen at such a crossing. A read has no effect that could be missed:
    /// that its request is lost and that its reply is lost are the same to us.
    pub fn fits(self, crossing: Crossing) -> bool {
        match (self, crossing) {
            (
                Self::BeforeSend | Self::NeverApplied | Self::ReplyLost,
                Crossing::Engine(Boundary::Call(_, Moment::Before)),
            )
            | (
                Self::AppliedReplyLost | Self::RepliedNotRecorded,
                Crossing::Engine(Boundary::Call(_, Moment::After)),
            )
            | (Self::BeforeCommit, Crossing::Engine(Boundary::Commit(_, Moment::Before)))
            | (
                Self::CommittedNotAcknowledged,
                Crossing::Engine(Boundary::Commit(_, Moment::After)) | Crossing::Client(_),
            ) => true,
            (Self::RequestLost, Crossing::Engine(Boundary::Call(call, Moment::Before))) => {
                changes(call)
            }
            (
                Self::BeforeSend
                | Self::NeverApplied
                | Self::AppliedReplyLost
                | Self::RepliedNotRecorded
                | Self::BeforeCommit
                | Self::CommittedNotAcknowledged
                | Self::RequestLost
                | Self::ReplyLost,
                Crossing::Engine(_) | Crossing::Client(_),
            ) => false,
        }
    }

    /// Where it strikes, and with what, if it is to happen at crossing `at`.
    pub fn strike(self, at: usize, crossed: &[Crossing]) -> (usize, Disturbance) {
        match self {
            Self::BeforeSend | Self::NeverApplied | Self::AppliedReplyLost | Self::BeforeCommit => {
                (at, Disturbance::Death)
            }
            Self::RepliedNotRecorded => {
                let is_commit = |one: &&Crossing| {
                    matches!(one, Crossing::Engine(Boundary::Commit(_, Moment::Before)))
                };
                let mut later = crossed.iter().enumerate().skip(at);
                let next = later.find(|(_, one)| is_commit(one));
                (next.map_or(at, |(next, _)| next), Disturbance::Death)
            }
            Self::CommittedNotAcknowledged => match crossed.get(at) {
                Some(Crossing::Client(_)) => (at, Disturbance::AskedAgain),
                Some(Crossing::Engine(_)) | None => (at, Disturbance::Death),
            },
            Self::RequestLost => (at, Disturbance::RequestLost),
            Self::ReplyLost => (at, Disturbance::ReplyLost),
        }
    }
}

/// When another replica goes on after a death.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TakeOver {
    /// At once: the lease is still held by the dead.
    AtOnce,
    /// When half of the lease has passed.
    MidLease,
    /// A second after the lease has ended.
    AfterLease,
}

impl TakeOver {
    /// Every one there is.
    pub const ALL: [Self; 3] = [Self::AtOnce, Self::MidLease, Self::AfterLease];

    /// Its name in a replay.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtOnce => "at-once",
            Self::MidLease => "mid-lease",
            Self::AfterLease => "after-lease",
        }
    }

    /// How long nobody works.
    pub fn gap(self) -> chrono::Duration {
        chrono::Duration::seconds(match self {
            Self::AtOnce => 0,
            Self::MidLease => 15,
            Self::AfterLease => 31,
        })
    }
}

/// The first crossing at which a death leaves the same as at `at`: between the two nothing was
/// written, at any provider or in the ledger, and a replica's memory dies with it.
pub fn first_like(at: usize, crossed: &[Crossing]) -> usize {
    let mut first = at;
    while first > 0 {
        match crossed[first] {
            Crossing::Engine(Boundary::Call(call, Moment::After)) if changes(call) => break,
            Crossing::Engine(Boundary::Commit(_, Moment::After)) => break,
            // Time has passed before a claim.
            Crossing::Engine(Boundary::Commit(bennu_ports::Commit::Claim, Moment::Before)) => {
                break;
            }
            Crossing::Client(_) => return first + 1,
            Crossing::Engine(_) => first -= 1,
        }
    }
    first
}

/// One disturbed run of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Of which scenario.
    pub scenario: String,
    /// The number of the crossing.
    pub at: usize,
    /// What happens there.
    pub mode: Mode,
    /// When another replica goes on.
    pub take_over: TakeOver,
}

impl Replay {
    /// Reads what [`fmt::Display`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (scenario, at, mode, take_over) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            scenario: scenario.to_owned(),
            at: at.parse().ok()?,
            mode: Mode::ALL.into_iter().find(|one| one.as_str() == mode)?,
            take_over: TakeOver::ALL
                .into_iter()
                .find(|one| one.as_str() == take_over)?,
        })
    }
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mode, take_over) = (self.mode.as_str(), self.take_over.as_str());
        write!(f, "{}/{}/{mode}/{take_over}", self.scenario, self.at)
    }
}
