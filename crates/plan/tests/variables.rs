//! Tenant variables: set before machines come, drift found, other people's left alone, cleared
//! before the tenant goes.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod support;

use std::collections::BTreeMap;

use bennu_model::action::{Action, DeploymentsAction};
use bennu_model::attempt::Settled;
use bennu_model::desired::{Desired, DesiredVariable};
use bennu_model::environment::Presence;
use bennu_model::ids::*;
use bennu_model::observed::{Observation, Observed, Seen};
use bennu_model::plan::{Plan, Resource};
use bennu_model::spec::ParameterValue;
use bennu_model::stack::StackStatus;
use bennu_model::variable::*;
use bennu_plan::{Policy, check, plan};
use support::{at, desired, observed, settled, stack};

const SECRET: &str = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:db-AbCdEf";

fn greeting() -> VariableKey {
    VariableKey {
        scope: VariableScope::Project(ProjectName::new("Checkout Web").unwrap()),
        name: "Greeting".into(),
    }
}

fn password() -> VariableKey {
    VariableKey {
        scope: VariableScope::Common(VariableSetName::new("Databases").unwrap()),
        name: "Password".into(),
    }
}

fn other() -> VariableKey {
    VariableKey {
        scope: VariableScope::Project(ProjectName::new("Checkout Web").unwrap()),
        name: "Somebody's".into(),
    }
}

fn seen(key: VariableKey, is_sensitive: bool, value: Option<SeenValue>) -> SeenVariable {
    SeenVariable {
        key,
        is_sensitive,
        value,
    }
}

fn literal(text: &str) -> Option<SeenValue> {
    Some(SeenValue::Literal(text.into()))
}

/// A converged environment but for its variables, which are as `values` say.
fn world(presence: Presence, values: Vec<SeenVariable>) -> (Desired, Observed) {
    let mut desired = desired(presence);
    desired.tenant.as_mut().unwrap().variables = vec![
        DesiredVariable {
            key: greeting(),
            value: ParameterValue::Literal("hello".into()),
        },
        DesiredVariable {
            key: password(),
            value: ParameterValue::Secret(SECRET.into()),
        },
    ];
    let is_there = presence == Presence::Present;
    let mut observed = observed(&desired, is_there.then_some(StackStatus::CreateComplete));
    observed.known.tenant = Some(TenantId::new("Tenants-1").unwrap());
    if is_there {
        let seen = stack(&desired, StackStatus::CreateComplete);
        observed.known.stack = Some(seen.arn.clone());
        let applied = Settled::Applied(Some(seen.version()));
        observed.attempts = vec![settled(&desired, "create-stack", "t-create", applied)];
    }
    observed.variables = Observation::at(at(-1), Seen::Present(values));
    observed.secrets = Observation::at(
        at(-1),
        Seen::Present(BTreeMap::from([(
            SECRET.to_owned(),
            Fingerprint("f1".into()),
        )])),
    );
    (desired, observed)
}

/// That everything was set as declared, with this fingerprint of the secret.
fn was_set(desired: &Desired, observed: &mut Observed, fingerprint: &str) {
    let settings = [
        VariableSetting {
            key: greeting(),
            value: SettingValue::Literal("hello".into()),
        },
        VariableSetting {
            key: password(),
            value: SettingValue::Secret {
                arn: SECRET.into(),
                fingerprint: Fingerprint(fingerprint.into()),
            },
        },
    ];
    let mut attempt = settled(desired, "set-variables", "t-set", Settled::Applied(None));
    attempt.resource = Resource::Variables;
    attempt.subject = Some(digest_of_settings(
        &OctopusEnvironmentId::new("Environments-1").unwrap(),
        &settings,
    ));
    observed.attempts.push(attempt);
    observed.known.variables = [greeting(), password()].into();
}

fn as_declared() -> Vec<SeenVariable> {
    vec![
        seen(greeting(), false, literal("hello")),
        seen(other(), false, literal("theirs")),
        seen(password(), true, Some(SeenValue::Sensitive)),
    ]
}

fn planned((desired, observed): &(Desired, Observed)) -> Plan {
    let plan = plan(desired, observed, &Policy::default(), at(0));
    assert_eq!(check::check(&plan), Vec::<String>::new(), "{plan}");
    plan
}

/// What would be set and cleared.
fn edits(plan: &Plan) -> (Vec<String>, Vec<String>) {
    let edit = plan.ready().find_map(|step| match &step.action {
        Some(Action::Deployments(_, _, DeploymentsAction::SetVariables { set, clear, .. })) => {
            let set = set.iter().map(|one| one.key.to_string()).collect();
            Some((set, clear.iter().map(ToString::to_string).collect()))
        }
        _ => None,
    });
    edit.unwrap_or_default()
}

#[test]
fn what_is_done_about_variables() {
    let mut table = Vec::new();
    let mut tell = |title: &str, world: (Desired, Observed)| {
        let plan = planned(&world);
        let (set, clear) = edits(&plan);
        table.push(format!("## {title}\n{plan}  set {set:?} clear {clear:?}\n"));
    };
    let unset = vec![
        seen(greeting(), false, None),
        seen(other(), false, literal("theirs")),
        seen(password(), true, None),
    ];
    tell(
        "none has a value yet",
        world(Presence::Present, unset.clone()),
    );

    let (desired, mut observed) = world(Presence::Present, as_declared());
    was_set(&desired, &mut observed, "f1");
    tell("as declared", (desired, observed));

    let mut drifted = as_declared();
    drifted[0].value = literal("hello, you");
    let (desired, mut observed) = world(Presence::Present, drifted);
    was_set(&desired, &mut observed, "f1");
    tell("somebody has changed a literal", (desired, observed));

    let (desired, mut observed) = world(Presence::Present, as_declared());
    was_set(&desired, &mut observed, "f0");
    tell("the secret holds something else now", (desired, observed));

    let (desired, mut observed) = world(Presence::Present, as_declared());
    observed.secrets.seen = Seen::Unknown("secretsmanager:GetSecretValue: denied".into());
    was_set(&desired, &mut observed, "f1");
    tell("the secret cannot be read", (desired, observed));

    let mut readable = unset.clone();
    readable[2].is_sensitive = false;
    readable[0].value = literal("hello");
    tell(
        "everybody could read the secret in its template",
        world(Presence::Present, readable),
    );

    let (desired, mut observed) = world(Presence::Present, as_declared()[..1].to_vec());
    was_set(&desired, &mut observed, "f1");
    tell("a template is gone", (desired, observed));

    let (mut desired, mut observed) = world(Presence::Present, as_declared());
    was_set(&desired, &mut observed, "f1");
    desired.tenant.as_mut().unwrap().variables.remove(0);
    tell(
        "one is not declared any more: ours goes, theirs stays",
        (desired, observed),
    );

    tell(
        "the environment goes",
        world(Presence::Absent, as_declared()),
    );
    tell("it goes, and none is left", world(Presence::Absent, unset));
    insta::assert_snapshot!(table.join("\n"));
}
