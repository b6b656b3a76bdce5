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
    /// What all declared values come to that are possible.
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
    let environment = environment(case).ok_or("the environment's id is not known")?;
    let seen: BTreeMap<_, _> = seen.iter().map(|one| (&one.key, one)).collect();
    let mut lacking = Lacking::default();
    let mut possible = Vec::new();
    for setting in settings(case, declared)? {
        match obstacle(seen.get(&setting.key).copied(), &setting.value) {
            Some(why) => lacking.impossible.push((setting.key, why)),
            None => possible.push(setting),
        }
    }
    let subject = digest_of_settings(&environment, &possible);
    let was_set_so = last_set(case) == Some(&subject);
    let is_right = |setting: &VariableSetting| {
        let value = seen.get(&setting.key).and_then(|one| one.value.as_ref());
        match (&setting.value, value) {
            (SettingValue::Literal(wanted), Some(SeenValue::Literal(there))) => wanted == there,
            // What cannot be read back is right if it was set so.
            (SettingValue::Secret { .. }, Some(SeenValue::Sensitive)) => was_set_so,
            (_, _) => false,
        }
    };
    lacking.set = possible;
    lacking.set.retain(|setting| !is_right(setting));
    lacking.subject = Some(subject);
    let is_declared = |key: &VariableKey| declared.iter().any(|one| one.key == *key);
    let has_value = |key: &VariableKey| seen.get(key).is_some_and(|one| one.value.is_some());
    let ours = case.known.variables.iter();
    let leftover = ours.filter(|key| !is_declared(key) && has_value(key));
    lacking.clear = leftover.cloned().collect();
    Ok(lacking)
}

/// Why a template cannot take a value.
fn obstacle(seen: Option<&SeenVariable>, value: &SettingValue) -> Option<&'static str> {
    match (value, seen) {
        (_, None) => Some("no template of this name is there"),
        (SettingValue::Secret { .. }, Some(seen)) => (!seen.is_sensitive)
            .then_some("the template is not sensitive, and everybody could read it"),
        (SettingValue::Literal(_), Some(seen)) => seen
            .is_sensitive
            .then_some("the template is sensitive, and a literal in a spec is not"),
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

/// What was set last, if that is known: of a call without an answer nobody can tell whether it
/// stands there.
fn last_set<'s>(case: &'s Case<'_>) -> Option<&'s Digest> {
    let attempts = case.attempts.iter();
    let newest = attempts
        .filter(|a| a.resource == Resource::Variables)
        .max_by_key(|a| a.started_at)?;
    let is_applied = matches!(newest.settled, Some(Settled::Applied(_)));
    newest.subject.as_ref().filter(|_| is_applied)
}

/// Whether values of ours have to go before the tenant's connections change: a project's
/// values cannot be reached once it is not connected any more. What was not read may be there.
pub fn must_clear(case: &Case<'_>) -> bool {
    let declared = declared(case);
    let mut ours = case.known.variables.iter();
    let is_declared = |key: &VariableKey| declared.iter().any(|one| one.key == *key);
    let has_undeclared = ours.any(|key| !is_declared(key));
    has_undeclared && lacking(case).map_or(true, |lacking| !lacking.clear.is_empty())
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
