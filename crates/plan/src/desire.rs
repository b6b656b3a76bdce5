//! What a spec means, with every choice made.

mod stack;
mod tenant;

use std::collections::BTreeMap;

use bennu_model::desired::{Desired, DesiredSoftware};
use bennu_model::document::{DocumentKey, Want};
use bennu_model::environment::Environment;
use bennu_model::ids::{InstallationId, ServerName, SpaceName, TargetName};
use bennu_model::names::marker_role;
use bennu_model::observed::Observed;
use bennu_model::outcome::Next;
use bennu_model::plan::{Blocked, Plan, Resource, Step, When};
use bennu_template::INLINE_LIMIT;

/// What the configuration offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Which Bennu this is.
    pub installation: InstallationId,
    /// The targets.
    pub targets: BTreeMap<TargetName, TargetFacts>,
    /// The spaces, by server.
    pub spaces: BTreeMap<(ServerName, SpaceName), SpaceFacts>,
    /// Whether the installation has a key to take fingerprints of secrets with.
    pub has_key: bool,
}

/// What matters of a space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceFacts {
    /// The server's URL as instances reach it.
    pub server_url: String,
    /// How many environments may boot instances at once: more than the server's task cap
    /// would only wait in its queue, with their signal clocks running.
    pub slots: usize,
}

/// What matters of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFacts {
    /// Its artifact bucket, if it has one: large templates, packages and configurations
    /// need it.
    pub bucket: Option<String>,
}

/// The meaning of a spec, or why it cannot have one here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Desire {
    /// What should be true.
    Stated(Box<Desired>),
    /// What is in the way.
    Refused(Vec<Blocked>),
}

/// Makes every choice that the spec leaves open.
pub fn desire(environment: &Environment, context: &Context) -> Desire {
    let blocks = refusals(environment, context);
    if !blocks.is_empty() {
        return Desire::Refused(blocks);
    }
    Desire::Stated(Box::new(Desired {
        installation: context.installation.clone(),
        uid: environment.uid.clone(),
        team: environment.team.clone(),
        name: environment.name.clone(),
        generation: environment.generation,
        retry: environment.retry,
        presence: environment.presence,
        target: environment.spec.target.clone(),
        stack: stack::stack(environment, context),
        tenant: environment
            .spec
            .octopus
            .as_ref()
            .map(|octopus| tenant::tenant(environment, octopus, context)),
        software: software(environment, &context.installation),
        approve: environment.spec.approve,
        refresh_at: environment.refresh_at,
        approved: environment.approved.clone(),
        deletion: environment.spec.deletion_policy,
    }))
}

fn refusals(environment: &Environment, context: &Context) -> Vec<Blocked> {
    let mut blocks = Vec::new();
    let spec = &environment.spec;
    match context.targets.get(&spec.target) {
        None => blocks.push(Blocked {
            reason: "TargetUnknown".into(),
            cause: format!("the configuration has no target {:?}", spec.target.as_str()),
            remedy: "have an operator configure it".into(),
        }),
        Some(facts) if spec.stack.needs_bucket() && facts.bucket.is_none() => {
            blocks.push(Blocked {
                reason: "NoArtifactBucket".into(),
                cause: format!(
                    "instances of this template read objects, and target {:?} has no artifact \
                     bucket",
                    spec.target.as_str()
                ),
                remedy: "have an operator give the target an artifact_bucket".into(),
            });
        }
        Some(facts) if is_large(environment) && facts.bucket.is_none() => blocks.push(Blocked {
            reason: "NoArtifactBucket".into(),
            cause: format!(
                "the template has {} bytes, CloudFormation takes {INLINE_LIMIT} in a request, \
                 and target {:?} has no artifact bucket",
                spec.stack.template_bytes,
                spec.target.as_str()
            ),
            remedy: "have an operator give the target an artifact_bucket".into(),
        }),
        Some(_) => {}
    }
    if let Some(octopus) = &spec.octopus
        && !context
            .spaces
            .contains_key(&(octopus.server.clone(), octopus.space.clone()))
    {
        blocks.push(Blocked {
            reason: "SpaceUnknown".into(),
            cause: format!(
                "the configuration has no space {:?} on an Octopus server {:?}",
                octopus.space.as_str(),
                octopus.server.as_str()
            ),
            remedy: "have an operator configure it".into(),
        });
    }
    let octopus = spec.octopus.as_ref();
    if !context.has_key && octopus.is_some_and(tenant::has_secrets) {
        blocks.push(Blocked {
            reason: "NoInstallationKey".into(),
            cause: "a tenant variable is a secret, and this installation has no key to tell \
                    by whether a secret has changed"
                .into(),
            remedy: "have an operator set installation.key".into(),
        });
    }
    blocks
}

fn is_large(environment: &Environment) -> bool {
    environment.spec.stack.template_bytes > INLINE_LIMIT as u64
}

/// What the machines should run; none without a release or without an Octopus space.
fn software(environment: &Environment, installation: &InstallationId) -> Option<DesiredSoftware> {
    environment.spec.octopus.as_ref()?;
    Some(DesiredSoftware {
        release: environment.spec.release.clone()?,
        rollout: environment.spec.rollout,
        marker: marker_role(installation),
        name: marker_role(installation),
    })
}

/// The plan for an environment that has no meaning here: nothing is touched, and each
/// reason is said.
pub fn refused(environment: &Environment, observed: &Observed, blocks: Vec<Blocked>) -> Plan {
    let steps = blocks
        .into_iter()
        .map(|blocked| Step {
            resource: Resource::Stack,
            action: None,
            when: When::Blocked(blocked),
            because: "the configuration does not offer what the spec asks for".into(),
            subject: None,
        })
        .collect();
    Plan {
        generation: environment.generation,
        steps,
        report: Vec::new(),
        settlements: Vec::new(),
        known: observed.known.clone(),
        // What stands goes on standing: nothing was decided.
        wants: standing(observed),
        remarks: Vec::new(),
        burn: Vec::new(),
        tombstone: None,
        next: Next::Stalled,
    }
}

/// What stands now, so that it goes on standing.
pub fn standing(observed: &Observed) -> Vec<(DocumentKey, Want)> {
    let standing = observed.wants.iter().filter(|want| !want.withdrawn);
    standing
        .map(|one| (one.document.clone(), one.want.clone()))
        .collect()
}
