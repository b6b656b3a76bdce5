//! What a spec's stack comes to: its objects, and every parameter.

use std::collections::BTreeMap;

use bennu_model::action::Content;
use bennu_model::desired::{DesiredStack, Input, Source, TemplateBody};
use bennu_model::environment::Environment;
use bennu_model::ids::{Digest, ObjectKey};
use bennu_model::names::{
    ENVIRONMENT_TAG, INSTALLATION_TAG, ObjectKind, digest_of, marker_role, object_key,
    object_prefix, stack_name,
};
use bennu_model::spec::Filling;

use super::{Context, is_large};

pub(super) fn stack(environment: &Environment, context: &Context) -> DesiredStack {
    let installation = &context.installation;
    let spec = &environment.spec.stack;
    let objects = Objects::of(environment, context);
    let mut parameters: BTreeMap<String, String> = spec
        .parameters
        .iter()
        .map(|(name, value)| (name.clone(), value.for_cloudformation()))
        .collect();
    for (name, filling) in &spec.fills {
        let value = value(environment, context, &objects, *filling);
        parameters.insert(name.clone(), value);
    }
    if let (Some(name), Some(release)) = (&spec.release_parameter, &environment.spec.release) {
        parameters.insert(name.clone(), release.clone());
    }
    let mut tags = spec.tags.clone();
    tags.insert(INSTALLATION_TAG.into(), installation.to_string());
    tags.insert(ENVIRONMENT_TAG.into(), environment.uid.to_string());
    DesiredStack {
        name: stack_name(installation, &environment.name, &environment.uid),
        template: spec.template.clone(),
        body: match &objects.template {
            None => Input::Known(TemplateBody::Inline(spec.template.clone())),
            Some((key, _)) => Input::From(Source::ObjectUrl(key.clone())),
        },
        objects: objects.all(),
        parameters,
        capabilities: spec.capabilities.clone(),
        tags,
        never_replaced: spec.never_replaced.clone(),
    }
}

/// The objects that have to be there before the stack asks for them.
struct Objects {
    template: Option<(ObjectKey, Content)>,
    package: Option<(ObjectKey, Digest)>,
    configuration: Option<(ObjectKey, Digest, String)>,
}

impl Objects {
    fn of(environment: &Environment, context: &Context) -> Self {
        let spec = &environment.spec.stack;
        let key = |kind, content: &Digest| {
            object_key(&context.installation, &environment.uid, kind, content)
        };
        let asks_for = |filling| spec.fills.values().any(|one| *one == filling);
        let template = is_large(environment).then(|| {
            let key = key(ObjectKind::Template, &spec.template);
            (key, Content::Blob(spec.template.clone()))
        });
        let package = spec.package.as_ref().map(|digest| {
            let key = key(ObjectKind::Package, digest);
            (key, digest.clone())
        });
        let configuration = asks_for(Filling::Configuration).then(|| {
            let text = spec.configuration_json();
            let digest = digest_of(text.as_bytes());
            (key(ObjectKind::Configuration, &digest), digest, text)
        });
        Self {
            template,
            package,
            configuration,
        }
    }

    fn all(self) -> BTreeMap<ObjectKey, Content> {
        let package = self.package;
        let package = package.map(|(key, digest)| (key, Content::Blob(digest)));
        let configuration = self.configuration;
        let configuration = configuration.map(|(key, _, text)| (key, Content::Text(text)));
        let all = [self.template, package, configuration];
        all.into_iter().flatten().collect()
    }
}

/// What a parameter is filled with. What does not exist is empty: the spec's own problems
/// and the refusals have told before what is missing.
fn value(
    environment: &Environment,
    context: &Context,
    objects: &Objects,
    filling: Filling,
) -> String {
    let spec = &environment.spec;
    let octopus = spec.octopus.as_ref();
    let value = match filling {
        Filling::Tenant => Some(environment.name.to_string()),
        Filling::Server => octopus.and_then(|octopus| {
            let place = (octopus.server.clone(), octopus.space.clone());
            let facts = context.spaces.get(&place)?;
            Some(facts.server_url.clone())
        }),
        Filling::Space => octopus.map(|octopus| octopus.space.to_string()),
        Filling::Environment => octopus.map(|octopus| octopus.environment.to_string()),
        Filling::Roles => octopus.map(|octopus| {
            let marker = marker_role(&context.installation);
            let roles = octopus.roles.iter().map(String::as_str);
            let all: Vec<_> = std::iter::once(marker.as_str()).chain(roles).collect();
            all.join(",")
        }),
        Filling::Policy => Some(marker_role(&context.installation)),
        Filling::Bucket => {
            let facts = context.targets.get(&spec.target);
            facts.and_then(|facts| facts.bucket.clone())
        }
        Filling::Prefix => Some(object_prefix(&context.installation, &environment.uid)),
        Filling::Package => objects.package.as_ref().map(|(key, _)| key.to_string()),
        Filling::PackageDigest => {
            let package = objects.package.as_ref();
            package.map(|(_, digest)| digest.to_string())
        }
        Filling::Configuration => {
            let configuration = objects.configuration.as_ref();
            configuration.map(|(key, _, _)| key.to_string())
        }
        Filling::ConfigurationDigest => {
            let configuration = objects.configuration.as_ref();
            configuration.map(|(_, digest, _)| digest.to_string())
        }
        Filling::Secrets => {
            let secrets = spec.stack.configuration_secrets();
            Some(secrets.into_iter().collect::<Vec<_>>().join(","))
        }
    };
    value.unwrap_or_default()
}
