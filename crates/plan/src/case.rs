//! One environment at one moment: what every decision looks at.

use bennu_model::attempt::{Attempt, Settled, Settlement};
use bennu_model::desired::{Desired, Input, Source, TemplateBody};
use bennu_model::environment::Presence;
use bennu_model::ids::{ChangeSetName, Digest, OctopusEnvironmentId, ProjectId, Token};
use bennu_model::known::Known;
use bennu_model::names::{ENVIRONMENT_TAG, INSTALLATION_TAG, TokenParts, owner_in};
use bennu_model::observed::{Observation, Observed, Seen};
use bennu_model::plan::Resource;
use bennu_model::stack::{Stack, StackStatus};
use bennu_model::tenant::Tenant;
use chrono::{DateTime, Utc};

use crate::policy::Policy;
use crate::settle;
use crate::software::remember::remember;

/// One environment at one moment, with all that the observation itself settles applied.
#[derive(Debug)]
pub struct Case<'a> {
    /// What should be true.
    pub desired: &'a Desired,
    /// What was seen.
    pub observed: &'a Observed,
    /// Limits and periods.
    pub policy: &'a Policy,
    /// The moment.
    pub now: DateTime<Utc>,
    /// Ids, with what the observation adds and takes.
    pub known: Known,
    /// Attempts with the settlements applied, oldest first.
    pub attempts: Vec<Attempt>,
    /// Attempts that the observation settles.
    pub settlements: Vec<Settlement>,
}

/// Whose a thing under our name is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// This life of this environment.
    Us,
    /// Somebody else; says who.
    Another(String),
}

impl<'a> Case<'a> {
    /// Looks at an environment.
    pub fn new(
        desired: &'a Desired,
        observed: &'a Observed,
        policy: &'a Policy,
        now: DateTime<Utc>,
    ) -> Self {
        let mut case = Self {
            desired,
            observed,
            policy,
            now,
            known: observed.known.clone(),
            attempts: observed.attempts.clone(),
            settlements: Vec::new(),
        };
        case.known = settle::identify(&case);
        case.settlements = settle::settlements(&case);
        for settlement in &case.settlements {
            for attempt in case
                .attempts
                .iter_mut()
                .filter(|a| a.token == settlement.token)
            {
                attempt.settled = Some(settlement.settled.clone());
                attempt.settled_at = Some(now);
            }
        }
        case.known = remember(&case);
        case
    }

    /// Whether the environment should be there.
    pub fn wanted(&self) -> bool {
        self.desired.presence == Presence::Present
    }

    /// The stack as seen, unless it is a dead one.
    pub fn living_stack(&self) -> Option<&'a Stack> {
        let stack = self.observed.stack.seen.present()?;
        (stack.status != StackStatus::DeleteComplete).then_some(stack)
    }

    /// Whose a stack is. A shell that a change set made has no tags: its name, which holds
    /// the uid, says whose it is.
    pub fn owner_of_stack(&self, stack: &Stack) -> Owner {
        let is_recorded = self.known.stack.as_ref() == Some(&stack.arn)
            || self.observed.known.stack.as_ref() == Some(&stack.arn);
        let installation = stack.tags.get(INSTALLATION_TAG).map(String::as_str);
        let uid = stack.tags.get(ENVIRONMENT_TAG).map(String::as_str);
        let is_shell = stack.status == StackStatus::ReviewInProgress && stack.tags.is_empty();
        let is_tagged = installation == Some(self.desired.installation.as_str())
            && uid == Some(self.desired.uid.as_str());
        if is_recorded || is_tagged || (is_shell && stack.name == self.desired.stack.name) {
            return Owner::Us;
        }
        Owner::Another(match (installation, uid) {
            (Some(installation), Some(uid)) => format!("it belongs to bennu {installation}/{uid}"),
            (_, _) => "it does not carry Bennu's tags".into(),
        })
    }

    /// Whose a tenant is.
    pub fn owner_of_tenant(&self, tenant: &Tenant) -> Owner {
        match owner_in(&tenant.description, &self.desired.installation) {
            Some(uid) if uid == self.desired.uid => Owner::Us,
            _ if self.observed.known.tenant.as_ref() == Some(&tenant.id) => Owner::Us,
            Some(uid) => Owner::Another(format!("its description names the environment {uid}")),
            None => Owner::Another("its description does not say that it is Bennu's".into()),
        }
    }

    /// Whether every request of earlier claims must have shown its effect in this read.
    pub fn is_drained<T>(&self, observation: &Observation<T>) -> bool {
        observation.began_by(self.observed.drain_until + self.policy.certainty())
    }

    /// Whether a read began late enough to show whether an attempt had an effect.
    pub fn is_decisive<T>(&self, observation: &Observation<T>, attempt: &Attempt) -> bool {
        observation.began_by(attempt.started_at + self.policy.certainty())
    }

    /// Attempts on a resource that are not settled.
    pub fn open(&self, resource: Resource) -> impl Iterator<Item = &Attempt> {
        self.attempts
            .iter()
            .filter(move |a| a.resource == resource && a.settled.is_none())
    }

    /// Attempts of this generation and retry with one of these verbs, oldest first.
    pub fn tries<'s>(&'s self, verbs: &'s [&str]) -> impl DoubleEndedIterator<Item = &'s Attempt> {
        self.attempts.iter().filter(move |a| {
            a.generation == self.desired.generation
                && a.retry == self.desired.retry
                && verbs.contains(&a.verb.as_str())
        })
    }

    /// The last word on what the stack is made of: what was applied or found unchanged, and
    /// the stack version that this was true of.
    pub fn last_applied(&self) -> Option<(&Digest, &str)> {
        self.attempts
            .iter()
            .filter(|a| a.resource == Resource::Stack)
            .filter_map(|a| match (&a.settled, &a.subject) {
                (
                    Some(Settled::Applied(Some(version)) | Settled::Unchanged(Some(version))),
                    Some(subject),
                ) => Some((a.settled_at, subject, version.as_str())),
                (_, _) => None,
            })
            .max_by_key(|(at, _, _)| *at)
            .map(|(_, subject, version)| (subject, version))
    }

    /// The token of an action that follows `predecessor`.
    pub fn token(&self, action: &str, predecessor: &str) -> Token {
        self.parts(action, predecessor).token()
    }

    /// The name of the change set that leads from a version of the stack to what is desired.
    /// What is desired can change without the spec: an operator gives another bucket.
    pub fn change_set_name(&self, stack: &Stack) -> ChangeSetName {
        let predecessor = format!("{}/{}", stack.version(), self.desired.stack.digest());
        self.parts("change-set", &predecessor).change_set_name()
    }

    fn parts<'s>(&'s self, action: &'s str, predecessor: &'s str) -> TokenParts<'s> {
        TokenParts {
            uid: &self.desired.uid,
            generation: self.desired.generation,
            retry: self.desired.retry,
            action,
            predecessor,
        }
    }

    /// How the template travels, or what that waits for.
    pub fn template_body(&self) -> Result<TemplateBody, Source> {
        match &self.desired.stack.body {
            Input::Known(body) => Ok(body.clone()),
            Input::From(source) => match (source, self.observed.objects.seen.present()) {
                (Source::ObjectUrl(key), Some(objects)) if objects.keys.contains(key) => {
                    Ok(TemplateBody::Url(format!("{}{key}", objects.base_url)))
                }
                (_, _) => Err(source.clone()),
            },
        }
    }

    /// A project's id, or that the space does not have it.
    pub fn project(&self, input: &Input<ProjectId>) -> Result<ProjectId, Source> {
        match input {
            Input::Known(id) => Ok(id.clone()),
            Input::From(source) => match (source, self.observed.space.seen.present()) {
                (Source::ProjectId(name), Some(space)) => space
                    .projects
                    .get(name)
                    .cloned()
                    .ok_or_else(|| source.clone()),
                (_, _) => Err(source.clone()),
            },
        }
    }

    /// An Octopus environment's id, or that the space does not have it.
    pub fn octopus_environment(
        &self,
        input: &Input<OctopusEnvironmentId>,
    ) -> Result<OctopusEnvironmentId, Source> {
        match input {
            Input::Known(id) => Ok(id.clone()),
            Input::From(source) => match (source, self.observed.space.seen.present()) {
                (Source::EnvironmentId(name), Some(space)) => space
                    .environments
                    .get(name)
                    .cloned()
                    .ok_or_else(|| source.clone()),
                (_, _) => Err(source.clone()),
            },
        }
    }

    /// Whether the stack is known to be gone for good: nothing under the ARN or the name,
    /// nothing on its way, nothing unsettled.
    pub fn stack_is_gone(&self) -> bool {
        let is_absent = match &self.observed.stack.seen {
            Seen::Absent => true,
            Seen::Present(stack) => self.owner_of_stack(stack) != Owner::Us,
            Seen::Unknown(_) => false,
        };
        is_absent && self.known.stack.is_none() && self.is_stack_quiet()
    }

    /// Whether nothing that was ever sent can still change what was seen of the stack.
    pub fn is_stack_quiet(&self) -> bool {
        self.is_drained(&self.observed.stack) && self.open(Resource::Stack).next().is_none()
    }
}
