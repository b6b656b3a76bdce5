//! How an environment is, in two words.

use bennu_api::dto::EnvironmentDocument;
use bennu_api::dto::status::ConditionDocument;

use super::output::Mood;

/// How an environment is, in two words.
pub(super) struct Summary {
    pub(super) ready: String,
    pub(super) reason: String,
    pub(super) message: String,
    pub(super) mood: Mood,
}

/// What stands in the way says more than that it is not ready; what is being done, too.
pub(super) fn summary(one: &EnvironmentDocument) -> Summary {
    let conditions = one
        .status
        .as_ref()
        .map(|status| status.conditions.as_slice());
    // What was said of an earlier spec says nothing of this one.
    let conditions: Vec<_> = conditions
        .unwrap_or_default()
        .iter()
        .filter(|condition| condition.observed_generation == one.metadata.generation)
        .cloned()
        .collect();
    let conditions = conditions.as_slice();
    let holds = |kind: &str| find(conditions, kind).filter(|condition| condition.status == "True");
    let ready = find(conditions, "Ready");
    let (telling, mood) = match (holds("Stalled"), holds("Reconciling"), holds("Ready")) {
        (Some(stalled), _, _) => (Some(stalled), Mood::Bad),
        (None, Some(reconciling), _) => (Some(reconciling), Mood::Busy),
        (None, None, Some(ready)) => (Some(ready), Mood::Good),
        (None, None, None) => (ready, Mood::Plain),
    };
    let word = telling.map_or("NotSeenYet", |condition| condition.reason.as_str());
    Summary {
        ready: ready
            .map_or("Unknown", |ready| ready.status.as_str())
            .to_owned(),
        reason: match one.metadata.deleted_at {
            Some(_) => format!("Deleting/{word}"),
            None => word.to_owned(),
        },
        message: telling
            .map(|condition| condition.message.clone())
            .unwrap_or_default(),
        mood,
    }
}

pub(super) fn find<'a>(
    conditions: &'a [ConditionDocument],
    kind: &str,
) -> Option<&'a ConditionDocument> {
    conditions.iter().find(|condition| condition.kind == kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::get::tests::sample;

    /// A spec that no pass has seen yet is not ready, whatever was said of the one before.
    #[test]
    fn what_was_said_of_an_earlier_spec_does_not_count() {
        let mut changed = sample();
        changed.metadata.generation = 3;
        assert_eq!(summary(&changed).reason, "NotSeenYet");
    }

    #[test]
    fn what_nobody_has_seen_yet_is_unknown() {
        let mut new = sample();
        new.status = None;
        let summary = summary(&new);
        assert_eq!(
            (summary.ready.as_str(), summary.reason.as_str()),
            ("Unknown", "NotSeenYet")
        );
    }

    #[test]
    fn what_is_in_the_way_is_told_first() {
        let mut stalled = sample();
        let conditions = &mut stalled.status.as_mut().unwrap().conditions;
        let mut condition = conditions[1].clone();
        condition.kind = "Stalled".into();
        condition.reason = "NameForeign".into();
        conditions.push(condition);
        let summary = summary(&stalled);
        assert_eq!(
            (summary.reason.as_str(), summary.mood),
            ("NameForeign", Mood::Bad)
        );
    }
}
