//! What a pass would do, waits for, or is blocked by.

use bennu_model::environment::Tombstone;
use bennu_model::plan::{Line, Plan, Step, When};
use bennu_ports::ledger::Report;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the next pass would do, on what is seen now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanDocument {
    /// The generation that it was made for.
    pub generation: i64,
    /// Whether nothing is to be done, waited for or unblocked.
    pub converged: bool,
    /// `deleted` or `released` when the life is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tombstone: Option<String>,
    /// Every part and every step.
    #[serde(flatten)]
    pub report: ReportDocument,
}

/// Every part with what it is in, and every step.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ReportDocument {
    /// Every part with what it is in.
    pub lines: Vec<LineDocument>,
    /// Steps in the order in which they are taken.
    pub steps: Vec<StepDocument>,
}

/// One part with what it is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineDocument {
    /// `stack`, `tenant`, `machines`, `software` or `objects`.
    pub resource: String,
    /// What it is in, for people: `busy: being created`.
    pub verdict: String,
    /// When the read that says so began; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<DateTime<Utc>>,
}

/// One step, and whether it may go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepDocument {
    /// The part that it changes.
    pub resource: String,
    /// What is done, for people; absent while not all of it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Whether it may go.
    pub when: WhenWord,
    /// What it waits for; clears by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// What blocks it; needs a person or a new spec.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<BlockedDocument>,
    /// Why it is wanted.
    pub because: String,
}

/// Whether a step may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WhenWord {
    /// Now.
    Go,
    /// Not yet; clears by itself.
    Wait,
    /// Not before a person or a new spec changes something.
    Blocked,
}

/// Why nothing goes on, and who could change that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BlockedDocument {
    /// One CamelCase word.
    pub reason: String,
    /// What is in the way.
    pub cause: String,
    /// What a person can do about it.
    pub remedy: String,
}

impl From<&Plan> for PlanDocument {
    fn from(plan: &Plan) -> Self {
        let tombstone = plan.tombstone.map(|tombstone| match tombstone {
            Tombstone::Deleted => "deleted".to_owned(),
            Tombstone::Released => "released".to_owned(),
        });
        Self {
            generation: plan.generation.0,
            converged: plan.is_converged(),
            tombstone,
            report: ReportDocument::new(&plan.report, &plan.steps),
        }
    }
}

impl ReportDocument {
    fn new(lines: &[Line], steps: &[Step]) -> Self {
        Self {
            lines: lines.iter().map(Into::into).collect(),
            steps: steps.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Report> for ReportDocument {
    fn from(report: &Report) -> Self {
        Self::new(&report.lines, &report.steps)
    }
}

impl From<&Line> for LineDocument {
    fn from(line: &Line) -> Self {
        Self {
            resource: line.resource.to_string(),
            verdict: line.verdict.to_string(),
            seen_at: line.seen_at,
        }
    }
}

impl From<&Step> for StepDocument {
    fn from(step: &Step) -> Self {
        let (when, waits_for, blocked) = match &step.when {
            When::Go => (WhenWord::Go, None, None),
            When::Wait(on) => (WhenWord::Wait, Some(on.clone()), None),
            When::Blocked(blocked) => {
                let blocked = BlockedDocument {
                    reason: blocked.reason.clone(),
                    cause: blocked.cause.clone(),
                    remedy: blocked.remedy.clone(),
                };
                (WhenWord::Blocked, None, Some(blocked))
            }
        };
        Self {
            resource: step.resource.to_string(),
            action: step.action.as_ref().map(ToString::to_string),
            when,
            waits_for,
            blocked,
            because: step.because.clone(),
        }
    }
}
