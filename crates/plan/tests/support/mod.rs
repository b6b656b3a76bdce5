//! A small environment and a small world to decide about.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::attempt::{Attempt, Settled};
use bennu_model::desired::Desired;
use bennu_model::environment::{Environment, Presence};
use bennu_model::ids::*;
use bennu_model::names::{ENVIRONMENT_TAG, INSTALLATION_TAG, digest_of};
use bennu_model::observed::{Observation, Observed, Seen};
use bennu_model::plan::Resource;
use bennu_model::spec::*;
use bennu_model::stack::{Failure, Stack, StackStatus};
use bennu_model::tenant::{Space, Tenant};
use bennu_plan::desire::{Context, Desire, SpaceFacts, TargetFacts, desire};
use chrono::{DateTime, Duration, Utc};

pub const ARN: &str =
    "arn:aws:cloudformation:ap-southeast-2:123456789012:stack/bennu-dev-ryan0001/1";

pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + Duration::seconds(seconds)
}

pub fn context() -> Context {
    let server = ServerName::new("main").unwrap();
    Context {
        installation: InstallationId::new("dev").unwrap(),
        targets: BTreeMap::from([(
            TargetName::new("dev-sydney").unwrap(),
            TargetFacts {
                bucket: Some("artifacts".into()),
            },
        )]),
        spaces: BTreeMap::from([(
            (server, SpaceName::new("Default").unwrap()),
            SpaceFacts {
                server_url: "http://127.0.0.1:8065".into(),
                slots: 5,
            },
        )]),
        has_key: true,
    }
}

pub fn environment(presence: Presence) -> Environment {
    Environment {
        uid: EnvironmentUid::new("00112233445566aa").unwrap(),
        team: TeamName::new("checkout").unwrap(),
        name: EnvironmentName::new("ryan0001").unwrap(),
        labels: BTreeMap::new(),
        generation: Generation(1),
        retry: 0,
        presence,
        spec: Spec {
            target: TargetName::new("dev-sydney").unwrap(),
            release: None,
            stack: StackSpec {
                template: digest_of(b"template"),
                template_bytes: 8,
                parameters: BTreeMap::new(),
                release_parameter: None,
                fills: BTreeMap::new(),
                template_name: None,
                package: None,
                configuration: BTreeMap::new(),
                never_replaced: BTreeSet::new(),
                capabilities: BTreeSet::new(),
                tags: BTreeMap::new(),
            },
            octopus: Some(OctopusSpec {
                server: ServerName::new("main").unwrap(),
                space: SpaceName::new("Default").unwrap(),
                environment: OctopusEnvironmentName::new("Development").unwrap(),
                projects: vec![ProjectName::new("Checkout Web").unwrap()],
                roles: BTreeSet::new(),
                variables: BTreeMap::new(),
                common_variables: BTreeMap::new(),
            }),
            rollout: Rollout::Immutable,
            approve: Approve::Never,
            deletion_policy: DeletionPolicy::Delete,
        },
        predecessor: None,
        origin: None,
        approved: None,
        refresh_at: None,
        declared_at: None,
        created_at: at(0),
        deleted_at: None,
    }
}

pub fn desired(presence: Presence) -> Desired {
    match desire(&environment(presence), &context()) {
        Desire::Stated(desired) => *desired,
        Desire::Refused(blocks) => panic!("{blocks:?}"),
    }
}

pub fn stack(desired: &Desired, status: StackStatus) -> Stack {
    Stack {
        arn: StackArn::new(ARN).unwrap(),
        name: desired.stack.name.clone(),
        status,
        reason: None,
        tags: BTreeMap::from([
            (
                INSTALLATION_TAG.to_owned(),
                desired.installation.to_string(),
            ),
            (ENVIRONMENT_TAG.to_owned(), desired.uid.to_string()),
        ]),
        outputs: BTreeMap::new(),
        change_set: None,
        operation: None,
        created_at: at(-1_000),
        updated_at: None,
        termination_protection: false,
    }
}

pub fn tenant(desired: &Desired) -> Tenant {
    let wanted = desired.tenant.as_ref().unwrap();
    let project = ProjectId::new("Projects-1").unwrap();
    let environment = OctopusEnvironmentId::new("Environments-1").unwrap();
    Tenant {
        id: TenantId::new("Tenants-1").unwrap(),
        name: wanted.name.to_string(),
        description: wanted.description.clone(),
        connections: BTreeMap::from([(project, BTreeSet::from([environment]))]),
    }
}

/// Everything was read a moment ago; the stack is in `status`, the rest is as it should be.
pub fn observed(desired: &Desired, status: Option<StackStatus>) -> Observed {
    let mut observed = Observed::nothing(at(-10_000));
    let seen = status.map(|status| stack(desired, status));
    if let Some(stack) = &seen {
        observed.failure = Observation::at(
            at(-1),
            Seen::Present(Failure {
                moment: stack.moment(),
                logical_id: Some(LogicalId::new("Web").unwrap()),
                kind: Some("AWS::AutoScaling::AutoScalingGroup".into()),
                reason: "Received 0 SUCCESS signal(s) out of 2".into(),
                instance: None,
            }),
        );
    }
    observed.stack = Observation::at(at(-1), Seen::from_lookup(seen));
    observed.tenant = Observation::at(at(-1), Seen::Present(tenant(desired)));
    observed.change_set = Observation::at(at(-1), Seen::Absent);
    observed.deployments = Observation::at(at(-1), Seen::Present(Vec::new()));
    observed.groups = Observation::at(at(-1), Seen::Present(Vec::new()));
    observed.objects = Observation::at(at(-1), Seen::Present(Default::default()));
    observed.machines = Observation::at(at(-1), Seen::Present(Vec::new()));
    observed.space = Observation::at(
        at(-1),
        Seen::Present(Space {
            projects: BTreeMap::from([(
                ProjectName::new("Checkout Web").unwrap(),
                ProjectId::new("Projects-1").unwrap(),
            )]),
            environments: BTreeMap::from([(
                OctopusEnvironmentName::new("Development").unwrap(),
                OctopusEnvironmentId::new("Environments-1").unwrap(),
            )]),
        }),
    );
    observed
}

/// An attempt of this generation that is settled.
pub fn settled(desired: &Desired, verb: &str, token: &str, settled: Settled) -> Attempt {
    Attempt {
        token: Token::new(token).unwrap(),
        resource: Resource::Stack,
        verb: verb.to_owned(),
        generation: desired.generation,
        retry: desired.retry,
        subject: Some(desired.stack.digest()),
        release: desired
            .software
            .as_ref()
            .map(|software| software.release.clone()),
        started_at: at(-2_000),
        reference: None,
        settled: Some(settled),
        settled_at: Some(at(-900)),
    }
}
