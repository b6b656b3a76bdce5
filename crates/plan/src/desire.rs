//! What a spec means, with every choice made.

use std::collections::BTreeMap;

use bennu_model::desired::{
    Connection, Desired, DesiredSoftware, DesiredStack, DesiredTenant, Input, Source, TemplateBody,
};
use bennu_model::document::{DocumentKey, Want};
use bennu_model::environment::Environment;
use bennu_model::ids::{InstallationId, ServerName, SpaceName, TargetName};
use bennu_model::names::{
    ENVIRONMENT_TAG, INSTALLATION_TAG, marker_role, ownership_line, stack_name, template_key,
};
use bennu_model::observed::Observed;
use bennu_model::outcome::Next;
use bennu_model::plan::{Blocked, Plan, Resource, Step, When};
use bennu_model::spec::OctopusSpec;
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
    /// Whether it has an artifact bucket: large templates need one.
    pub has_bucket: bool,
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
        stack: stack(environment, context),
        tenant: environment
            .spec
            .octopus
            .as_ref()
            .map(|o| tenant(environment, o, context)),
        software: software(environment, &context.installation),
        approve: environment.spec.approve,
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
        Some(facts) if is_large(environment) && !facts.has_bucket => blocks.push(Blocked {
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

/// The values of the parameters that we fill by ourselves.
fn filled(environment: &Environment, context: &Context) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    let Some(octopus) = &environment.spec.octopus else {
        return values;
    };
    let place = (octopus.server.clone(), octopus.space.clone());
    let url = context.spaces.get(&place).map(|facts| &facts.server_url);
    let marker = marker_role(&context.installation);
    let roles: Vec<_> = std::iter::once(marker.as_str())
        .chain(octopus.roles.iter().map(String::as_str))
        .collect();
    for name in &environment.spec.stack.filled {
        let value = match name.as_str() {
            "BennuTenant" => environment.name.to_string(),
            "BennuOctopusServer" => url.cloned().unwrap_or_default(),
            "BennuSpace" => octopus.space.to_string(),
            "BennuOctopusEnvironment" => octopus.environment.to_string(),
            "BennuRoles" => roles.join(","),
            "BennuMachinePolicy" => marker.clone(),
            _ => continue,
        };
        values.insert(name.clone(), value);
    }
    values
}

fn stack(environment: &Environment, context: &Context) -> DesiredStack {
    let installation = &context.installation;
    let spec = &environment.spec.stack;
    let mut parameters: BTreeMap<String, String> = spec
        .parameters
        .iter()
        .map(|(name, value)| (name.clone(), value.for_cloudformation()))
        .collect();
    parameters.extend(filled(environment, context));
    if let (Some(name), Some(release)) = (&spec.release_parameter, &environment.spec.release) {
        parameters.insert(name.clone(), release.clone());
    }
    let mut tags = spec.tags.clone();
    tags.insert(INSTALLATION_TAG.into(), installation.to_string());
    tags.insert(ENVIRONMENT_TAG.into(), environment.uid.to_string());
    let object =
        is_large(environment).then(|| template_key(installation, &environment.uid, &spec.template));
    DesiredStack {
        name: stack_name(installation, &environment.name, &environment.uid),
        template: spec.template.clone(),
        body: match &object {
            None => Input::Known(TemplateBody::Inline(spec.template.clone())),
            Some(key) => Input::From(Source::ObjectUrl(key.clone())),
        },
        object,
        parameters,
        capabilities: spec.capabilities.clone(),
        tags,
    }
}

fn tenant(environment: &Environment, octopus: &OctopusSpec, context: &Context) -> DesiredTenant {
    let line = ownership_line(&context.installation, &environment.uid);
    DesiredTenant {
        server: octopus.server.clone(),
        space: octopus.space.clone(),
        name: environment.name.clone(),
        description: format!("{line}\nThis tenant is made and removed by Bennu."),
        connections: octopus
            .projects
            .iter()
            .map(|project| Connection {
                project: Input::From(Source::ProjectId(project.clone())),
                environment: Input::From(Source::EnvironmentId(octopus.environment.clone())),
            })
            .collect(),
    }
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
