//! Whether what is watched for is so.

use bennu_api::dto::EnvironmentDocument;

use super::Until;
use crate::cli::get::find;

/// How a watch ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// As it was waited for.
    Done(String),
    /// It will never be so.
    Failed(String),
    /// Not before somebody does something; why.
    Blocked(String),
}

/// Whether a watch is over; `first` is the life that it began with.
pub(super) fn end(
    until: Option<Until>,
    name: &str,
    first: Option<&str>,
    now: Option<&EnvironmentDocument>,
) -> Option<End> {
    let gone = || End::Done(format!("environment/{name} is gone"));
    let Some(now) = now else {
        return Some(match (until, first) {
            (Some(Until::Gone), _) | (None, Some(_)) => gone(),
            (None | Some(Until::Ready), None) => {
                End::Failed(format!("there is no environment {name}"))
            }
            (Some(Until::Ready), Some(_)) => End::Failed(format!("{name} was deleted")),
        });
    };
    let is_leaving = now.metadata.deleted_at.is_some();
    match until? {
        Until::Gone => {
            // The life that came after it carries the same name.
            if first.is_some_and(|uid| uid != now.metadata.uid) {
                return Some(gone());
            }
            let stalled = holds(now, "Stalled").filter(|_| is_leaving);
            stalled.map(End::Blocked)
        }
        Until::Ready if is_leaving => Some(End::Failed(format!("{name} is being deleted"))),
        Until::Ready => {
            let ready = holds(now, "Ready").map(|_| format!("environment/{name} is ready"));
            ready
                .map(End::Done)
                .or_else(|| holds(now, "Stalled").map(End::Blocked))
        }
    }
}

/// The message of a condition that is true of the spec as it is now: what was said of an
/// earlier one does not count.
fn holds(one: &EnvironmentDocument, kind: &str) -> Option<String> {
    let condition = find(&one.status.as_ref()?.conditions, kind)?;
    let counts = condition.observed_generation >= one.metadata.generation;
    (counts && condition.status == "True").then(|| condition.message.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::get::tests::{now, sample};

    fn with(kind: &str, generation: i64) -> EnvironmentDocument {
        let mut one = sample();
        let conditions = &mut one.status.as_mut().unwrap().conditions;
        conditions[1].kind = kind.into();
        conditions[1].observed_generation = generation;
        conditions.remove(0);
        one
    }

    #[test]
    fn ready_counts_for_the_spec_as_it_is_now() {
        let ready = |one: &EnvironmentDocument| end(Some(Until::Ready), "x", Some("u"), Some(one));
        assert_eq!(ready(&sample()), None);
        assert_eq!(ready(&with("Ready", 1)), None);
        assert!(matches!(ready(&with("Ready", 2)), Some(End::Done(_))));
        assert!(matches!(ready(&with("Stalled", 2)), Some(End::Blocked(_))));
        let mut leaving = with("Ready", 2);
        leaving.metadata.deleted_at = Some(now());
        assert!(matches!(ready(&leaving), Some(End::Failed(_))));
        let gone = end(Some(Until::Ready), "x", Some("u"), None);
        assert_eq!(gone, Some(End::Failed("x was deleted".into())));
    }

    #[test]
    fn gone_is_the_end_of_the_life_that_was_watched() {
        let gone = |first: Option<&str>, one: Option<&EnvironmentDocument>| {
            end(Some(Until::Gone), "x", first, one)
        };
        let one = with("Stalled", 2);
        assert_eq!(gone(None, Some(&one)), None);
        assert_eq!(gone(Some("00112233445566aa"), Some(&one)), None);
        let mut leaving = one.clone();
        leaving.metadata.deleted_at = Some(now());
        let blocked = gone(Some("00112233445566aa"), Some(&leaving));
        assert_eq!(
            blocked,
            Some(End::Blocked("the stack is being created".into()))
        );
        assert!(matches!(
            gone(Some("another"), Some(&one)),
            Some(End::Done(_))
        ));
        assert!(matches!(gone(None, None), Some(End::Done(_))));
        assert!(matches!(end(None, "x", None, None), Some(End::Failed(_))));
        assert!(matches!(
            end(None, "x", Some("u"), None),
            Some(End::Done(_))
        ));
        assert_eq!(end(None, "x", Some("u"), Some(&one)), None);
    }
}
