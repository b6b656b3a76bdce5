//! What the tenant's variables lack.
//!
//! What people set besides is left alone: only what is declared is set, and only what was
//! declared before and is not any more is cleared. A secret cannot be read back, so whether
//! it is right follows from what was set last, by fingerprint.

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::attempt::Settled;
use bennu_model::desired::DesiredVariable;
use bennu_model::ids::{Digest, OctopusEnvironmentId};
use bennu_model::known::Known;
use bennu_model::observed::Seen;
use bennu_model::plan::Resource;
use bennu_model::spec::ParameterValue;
use bennu_model::variable::{
    Fingerprint, SeenValue, SeenVariable, SettingValue, VariableKey, VariableSetting,
    digest_of_settings,
};

use crate::case::Case;

/// What has to be done about the variables of a tenant that is wanted.
#[derive(Debug, Default)]
pub struct Lacking {
    /// Values that differ, as they should be.
    pub set: Vec<VariableSetting>,
    /// Values of ours that are not wanted any more.
    pub clear: BTreeSet<VariableKey>,
    /// Variables that cannot have the value that is declared, each with why.
    pub impossible: Vec<(VariableKey, &'static str)>,
    /// What all declared values come to.
    pub subject: Option<Digest>,
}

impl Lacking {
    /// Whether nothing is lacking.
    pub fn is_nothing(&self) -> bool {
        self.set.is_empty() && self.clear.is_empty() && self.impossible.is_empty()
    }
}

/// What is lacking, or what is not known that would tell.
pub fn lacking(case: &Case<'_>) -> Result<Lacking, String> {
    let declared = declared(case);
    let seen = match &case.observed.variables.seen {
        Seen::Unknown(why) => return Err(why.clone()),
        Seen::Absent => return Err("there was no tenant when they were read".into()),
        Seen::Present(seen) => seen,
    };
    let settings = settings(case, declared)?;
    let subject = digest_of_settings(&settings);
    let was_set_so = last_set(case) == Some(&subject);
    let seen: BTreeMap<_, _> = seen.iter().map(|one| (&one.key, one)).collect();
    let mut lacking = Lacking {
        subject: Some(subject),
        ..Lacking::default()
    };
    for setting in settings {
        match verdict(seen.get(&setting.key).copied(), &setting.value, was_set_so) {
            Verdict::Right => {}
            Verdict::Differs => lacking.set.push(setting),
            Verdict::Impossible(why) => lacking.impossible.push((setting.key, why)),
        }
    }
    let is_declared = |key: &VariableKey| declared.iter().any(|one| one.key == *key);
    let has_value = |key: &VariableKey| seen.get(key).is_some_and(|one| one.value.is_some());
    let ours = case.known.variables.iter();
    let leftover = ours.filter(|key| !is_declared(key) && has_value(key));
    lacking.clear = leftover.cloned().collect();
    Ok(lacking)
}

enum Verdict {
    Right,
    Differs,
    Impossible(&'static str),
}

fn verdict(seen: Option<&SeenVariable>, value: &SettingValue, was_set_so: bool) -> Verdict {
    let Some(seen) = seen else {
        return Verdict::Impossible("no template of this name is there");
    };
    match (value, &seen.value) {
        (SettingValue::Secret { .. }, _) if !seen.is_sensitive => {
            Verdict::Impossible("the template is not sensitive, and everybody could read it")
        }
        (SettingValue::Literal(wanted), Some(SeenValue::Literal(there))) if wanted == there => {
            Verdict::Right
        }
        // What cannot be read back is right if it was set so.
        (_, Some(SeenValue::Sensitive)) if was_set_so => Verdict::Right,
        (_, _) => Verdict::Differs,
    }
}

fn settings(case: &Case<'_>, declared: &[DesiredVariable]) -> Result<Vec<VariableSetting>, String> {
    let settings = declared.iter().map(|variable| {
        let value = match &variable.value {
            ParameterValue::Literal(text) => SettingValue::Literal(text.clone()),
            ParameterValue::Secret(arn) => SettingValue::Secret {
                arn: arn.clone(),
                fingerprint: fingerprint(case, arn)?,
            },
        };
        Ok(VariableSetting {
            key: variable.key.clone(),
            value,
        })
    });
    settings.collect()
}

fn fingerprint(case: &Case<'_>, arn: &str) -> Result<Fingerprint, String> {
    match &case.observed.secrets.seen {
        Seen::Unknown(why) => Err(why.clone()),
        Seen::Absent => Err(format!("the secret {arn} was not read")),
        Seen::Present(found) => found
            .get(arn)
            .cloned()
            .ok_or_else(|| format!("the secret {arn} was not read")),
    }
}

/// What was set last with success.
fn last_set<'s>(case: &'s Case<'_>) -> Option<&'s Digest> {
    let attempts = case
        .attempts
        .iter()
        .filter(|a| a.resource == Resource::Variables);
    attempts
        .filter(|a| matches!(a.settled, Some(Settled::Applied(_))))
        .max_by_key(|a| a.settled_at)
        .and_then(|a| a.subject.as_ref())
}

/// The variables that are declared.
pub fn declared<'s>(case: &'s Case<'_>) -> &'s [DesiredVariable] {
    let tenant = case.desired.tenant.as_ref();
    tenant.map_or(&[], |tenant| tenant.variables.as_slice())
}

/// The secrets that are declared, by ARN.
pub fn secrets(case: &Case<'_>) -> BTreeSet<String> {
    let secrets = declared(case).iter().filter_map(|one| match &one.value {
        ParameterValue::Secret(arn) => Some(arn.clone()),
        ParameterValue::Literal(_) => None,
    });
    secrets.collect()
}

/// The environment that the tenant's values of projects belong to. One that is to go is
/// still connected where it was.
pub fn environment(case: &Case<'_>) -> Option<OctopusEnvironmentId> {
    if case.wanted() {
        let tenant = case.desired.tenant.as_ref()?;
        let first = tenant.connections.first()?;
        return case.octopus_environment(&first.environment).ok();
    }
    let tenant = case.observed.tenant.seen.present()?;
    let mut connected = tenant.connections.values().flatten();
    connected.next().cloned()
}

/// Whose values are ours: what is declared, and what was and still has a value.
pub(crate) fn remember(case: &Case<'_>, known: &mut Known) {
    if known.tenant.is_none() {
        known.variables.clear();
        return;
    }
    let declared: BTreeSet<_> = declared(case).iter().map(|one| one.key.clone()).collect();
    if let Seen::Present(seen) = &case.observed.variables.seen {
        let has_value = |key: &VariableKey| {
            let mut seen = seen.iter();
            seen.any(|one| one.key == *key && one.value.is_some())
        };
        known.variables.retain(|key| has_value(key));
    }
    if case.wanted() {
        known.variables.extend(declared);
    }
}
