//! How everything stands, counted, for operators' metrics: one statement, whatever the number
//! of environments.

use async_trait::async_trait;
use bennu_model::ids::{ServerName, SpaceName, TeamName};

use crate::LedgerError;

/// How everything stands. Ages are seconds by the database's clock.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Overview {
    /// The queue, by kind of key.
    pub queues: Vec<Queue>,
    /// Environments whose life is not over.
    pub environments: Vec<Count>,
    /// Attempts of lives that are not over, and that are not settled, by verb of their action.
    pub attempts: Vec<OpenAttempts>,
    /// Places to boot instances, by space.
    pub slots: Vec<Slots>,
    /// Sweeps, by what they sweep.
    pub sweeps: Vec<SweepAge>,
}

/// Keys of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    /// `environment`, `target`, `space`, `document`.
    pub kind: String,
    /// Due and not claimed.
    pub due: u64,
    /// How long the oldest of those has been due; 0 without any.
    pub oldest_due_s: f64,
    /// Claimed, under a lease that has not run out.
    pub leased: u64,
    /// Failed the last time.
    pub failing: u64,
    /// Given up after three claims without a finish.
    pub parked: u64,
}

/// Environments of a team in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Whose.
    pub team: TeamName,
    /// How they are.
    pub readiness: Readiness,
    /// How many.
    pub environments: u64,
}

/// How an environment is, by its conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Readiness {
    /// `Ready` is true for the current generation.
    Ready,
    /// `Stalled` is true: a person is needed.
    Stalled,
    /// Its deletion was asked for, and it is not stalled.
    Deleting,
    /// Neither of them: on its way.
    Progressing,
}

impl Readiness {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Ready,
        Self::Stalled,
        Self::Deleting,
        Self::Progressing,
    ];

    /// As it stands in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Stalled => "stalled",
            Self::Deleting => "deleting",
            Self::Progressing => "progressing",
        }
    }
}

/// Attempts of one verb that are not settled.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenAttempts {
    /// Of which action: `create-stack`.
    pub verb: String,
    /// How many.
    pub open: u64,
    /// Since when the oldest is open.
    pub oldest_s: f64,
}

/// Places to boot instances in a space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slots {
    /// The server.
    pub server: ServerName,
    /// The space.
    pub space: SpaceName,
    /// Taken.
    pub held: u64,
    /// Wanted and not had.
    pub waiting: u64,
}

/// When something was last swept.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepAge {
    /// `target` or `space`.
    pub kind: String,
    /// Which: `dev-sydney`, `main/Default`.
    pub place: String,
    /// How long ago the last good sweep began; none: never.
    pub age_s: Option<f64>,
    /// How many things of ours it saw.
    pub seen: u64,
    /// Whether the last sweep counts for nothing: it failed, or the brake holds it.
    pub has_problem: bool,
}

/// Counts.
#[async_trait]
pub trait Counted: Send + Sync {
    /// How everything stands now.
    async fn overview(&self) -> Result<Overview, LedgerError>;
}
