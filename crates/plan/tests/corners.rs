//! Corners in which a plan was wrong once: a secret that changes between two reads, values that
//! go out of reach, instances that are on their way out, change sets that wait for days.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use bennu_model::action::{Action, DeploymentsAction};
use bennu_model::attempt::{Attempt, Settled};
use bennu_model::desired::{Desired, DesiredSoftware, DesiredVariable};
use bennu_model::environment::Presence;
use bennu_model::ids::*;
use bennu_model::known::{KnownMachine, Serving};
use bennu_model::observed::{Observation, Observed, Seen};
use bennu_model::outcome::Next;
use bennu_model::plan::{Look, Plan, Resource, Step};
use bennu_model::spec::{Approve, ParameterValue, Rollout};
use bennu_model::stack::{Change, ChangeSet, ChangeSetState, Group, GroupInstance, StackStatus};
use bennu_model::tenant::Machine;
use bennu_model::variable::*;
use bennu_plan::{Case, Policy, guard, looks, plan};
use support::{at, desired, observed, settled, stack};

const SECRET: &str = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:db-AbCdEf";

fn key(scope: &str, name: &str) -> VariableKey {
    let scope = VariableScope::Project(ProjectName::new(scope).unwrap());
    VariableKey {
        scope,
        name: name.into(),
    }
}

fn development() -> OctopusEnvironmentId {
    OctopusEnvironmentId::new("Environments-1").unwrap()
}

fn greeting() -> VariableKey {
    key("Checkout Web", "Greeting")
}

fn password() -> VariableKey {
    key("Checkout Web", "Password")
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

fn read_at(seconds: i64, fingerprint: &str) -> Observation<BTreeMap<String, Fingerprint>> {
    let found = BTreeMap::from([(SECRET.to_owned(), Fingerprint(fingerprint.into()))]);
    Observation::at(at(seconds), Seen::Present(found))
}

/// A converged environment with a literal and a secret.
fn world(values: Vec<SeenVariable>) -> (Desired, Observed) {
    let mut desired = desired(Presence::Present);
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
    let mut observed = observed(&desired, Some(StackStatus::CreateComplete));
    observed.known.tenant = Some(TenantId::new("Tenants-1").unwrap());
    let seen = stack(&desired, StackStatus::CreateComplete);
    observed.known.stack = Some(seen.arn.clone());
    let applied = Settled::Applied(Some(seen.version()));
    observed.attempts = vec![settled(&desired, "create-stack", "t-create", applied)];
    observed.variables = Observation::at(at(-1), Seen::Present(values));
    observed.secrets = read_at(-1, "f1");
    (desired, observed)
}

fn as_declared() -> Vec<SeenVariable> {
    vec![
        seen(greeting(), false, literal("hello")),
        seen(password(), true, Some(SeenValue::Sensitive)),
    ]
}

/// An attempt to set both, with this fingerprint of the secret.
fn attempt(desired: &Desired, fingerprint: &str, began: i64, ended: Settled) -> Attempt {
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
    let mut attempt = settled(desired, "set-variables", &format!("t{began}"), ended);
    attempt.resource = Resource::Variables;
    attempt.subject = Some(digest_of_settings(&development(), &settings));
    attempt.started_at = at(began);
    attempt.settled_at = Some(at(began + 1));
    attempt
}

fn planned((desired, observed): &(Desired, Observed)) -> Plan {
    plan(desired, observed, &Policy::default(), at(0))
}

fn step(plan: &Plan, verb: &str) -> Option<Step> {
    let mut ready = plan.ready();
    let is_it = |step: &&Step| step.action.as_ref().is_some_and(|one| one.verb() == verb);
    ready.find(is_it).cloned()
}

fn sets(plan: &Plan) -> Vec<VariableKey> {
    match step(plan, "set-variables").and_then(|step| step.action) {
        Some(Action::Deployments(_, _, DeploymentsAction::SetVariables { set, .. })) => {
            set.into_iter().map(|one| one.key).collect()
        }
        _ => Vec::new(),
    }
}

fn looked((desired, observed): &(Desired, Observed)) -> Vec<Look> {
    let policy = Policy::default();
    looks::looks(&Case::new(desired, observed, &policy, at(0)))
}

/// The secret was rotated ten minutes after it was read: the call is refused before it is sent,
/// and the next pass has to read the secret again.
#[test]
fn a_secret_that_changed_meanwhile_is_read_again() {
    let (desired, mut observed) = world(as_declared());
    observed.secrets = read_at(-600, "f1");
    observed.variables = Observation::at(at(-4), Seen::Unknown("not read since".into()));
    let refused = attempt(&desired, "f1", -5, Settled::NotApplied);
    observed.attempts.push(refused);
    let looks = looked(&(desired, observed));
    let reads = looks.iter().any(|one| matches!(one, Look::Secrets(_, _)));
    assert!(
        reads,
        "the old fingerprint is sent again and again: {looks:?}"
    );
}

/// f1 was set; then f2 was sent and the reply was lost; then the secret became f1 again.
#[test]
fn what_was_sent_without_an_answer_may_stand_there() {
    let (desired, mut observed) = world(as_declared());
    let applied = attempt(&desired, "f1", -900, Settled::Applied(None));
    let lost = attempt(&desired, "f2", -100, Settled::NotApplied);
    observed.attempts.extend([applied, lost]);
    let plan = planned(&(desired, observed));
    assert_eq!(sets(&plan), [password()], "{plan}");
}

/// Octopus is never sent a literal for a sensitive template: the adapter refuses it each time.
#[test]
fn a_literal_for_a_sensitive_template_is_impossible() {
    let mut values = as_declared();
    values[0] = seen(greeting(), true, None);
    let plan = planned(&world(values));
    assert!(!sets(&plan).contains(&greeting()), "{plan}");
}

/// The template was readable and had a value of somebody's; following our own remedy a person
/// makes it sensitive. The secret was never sent.
#[test]
fn a_secret_that_was_impossible_was_not_set() {
    let mut values = vec![
        seen(greeting(), false, None),
        seen(password(), false, literal("changeme")),
    ];
    let (desired, mut observed) = world(values.clone());
    let first = planned(&(desired.clone(), observed.clone()));
    assert_eq!(sets(&first), [greeting()]);
    let mut applied = attempt(&desired, "f1", -100, Settled::Applied(None));
    applied.subject = step(&first, "set-variables").unwrap().subject;
    observed.attempts.push(applied);
    values[0].value = literal("hello");
    values[1] = seen(password(), true, Some(SeenValue::Sensitive));
    observed.variables = Observation::at(at(-1), Seen::Present(values));
    let plan = planned(&(desired, observed));
    assert_eq!(sets(&plan), [password()], "{plan}");
}

/// A value is out of reach once its project is not connected any more (Octopus issue 6526).
#[test]
fn values_of_a_project_are_cleared_before_it_is_disconnected() {
    let mut values = as_declared();
    let gone = key("Payments", "Url");
    values.push(seen(gone.clone(), false, literal("ours")));
    let (desired, mut observed) = world(values);
    let applied = attempt(&desired, "f1", -900, Settled::Applied(None));
    observed.attempts.push(applied);
    observed.known.variables = [greeting(), password(), gone].into();
    let Seen::Present(tenant) = &mut observed.tenant.seen else {
        return;
    };
    let environment = OctopusEnvironmentId::new("Environments-1").unwrap();
    let project = ProjectId::new("Projects-2").unwrap();
    tenant.connections.insert(project, [environment].into());
    let plan = planned(&(desired, observed));
    assert!(step(&plan, "connect-tenant").is_none(), "{plan}");
}

/// Somebody deleted the Octopus environment: the tenant stands in the project with none.
#[test]
fn a_tenant_that_is_connected_to_no_environment_can_go() {
    let desired = desired(Presence::Absent);
    let mut observed = observed(&desired, None);
    observed.known.tenant = Some(TenantId::new("Tenants-1").unwrap());
    let Seen::Present(tenant) = &mut observed.tenant.seen else {
        return;
    };
    for environments in tenant.connections.values_mut() {
        environments.clear();
    }
    let world = (desired, observed);
    let plan = planned(&world);
    let waits = plan
        .steps
        .iter()
        .any(|one| one.resource == Resource::Variables);
    let looks = looked(&world);
    let reads = looks.iter().any(|one| matches!(one, Look::Variables(..)));
    assert!(
        !waits || reads,
        "waits for a look that nobody asks for: {plan}"
    );
}

fn machine(instance: &str) -> Machine {
    Machine {
        id: MachineId::new("Machines-1").unwrap(),
        name: format!("ryan0001-{instance}"),
        roles: BTreeSet::from(["bennu-dev".to_owned()]),
        tenants: BTreeSet::from([TenantId::new("Tenants-1").unwrap()]),
        environments: BTreeSet::from([OctopusEnvironmentId::new("Environments-1").unwrap()]),
        is_disabled: false,
        health: "Healthy".into(),
        thumbprint: None,
    }
}

const INSTANCE: &str = "i-0123456789abcd001";

fn group(stack: StackArn) -> Group {
    Group {
        name: "g".into(),
        stack: Some(stack),
        desired: 1,
        launches: Some("1".into()),
        instances: vec![GroupInstance {
            id: INSTANCE.into(),
            lifecycle: "InService".into(),
            healthy: true,
            launched_by: Some("1".into()),
        }],
    }
}

/// A new release in place, together with a new value for it.
#[test]
fn nothing_is_deployed_before_its_variables_are_set() {
    let mut values = as_declared();
    values[0].value = literal("of the old release");
    let (mut desired, mut observed) = world(values);
    desired.software = Some(DesiredSoftware {
        release: "2".into(),
        rollout: Rollout::InPlace,
        marker: "bennu-dev".into(),
        name: "bennu-dev".into(),
    });
    let stack = stack(&desired, StackStatus::CreateComplete);
    observed.known.groups_read_for = Some(stack.moment());
    observed.groups = Observation::at(at(-1), Seen::Present(vec![group(stack.arn)]));
    let machine = machine(INSTANCE);
    let project = ProjectId::new("Projects-1").unwrap();
    let serving = Serving {
        version: "1".into(),
        task: TaskId::new("ServerTasks-9").unwrap(),
        at: at(-500),
    };
    let known = KnownMachine {
        since: at(-5_000),
        serves: BTreeMap::from([(project.clone(), serving)]),
    };
    observed.known.machines.insert(machine.id.clone(), known);
    observed.machines = Observation::at(at(-1), Seen::Present(vec![machine]));
    let release = ReleaseId::new("Releases-2").unwrap();
    let found = BTreeMap::from([(project, release)]);
    observed.known.releases.insert("2".into(), found);
    let plan = planned(&(desired, observed));
    assert_eq!(sets(&plan).len(), 2, "{plan}");
    assert!(step(&plan, "deploy").is_none(), "{plan}");
}

/// EC2 said `shutting-down`: that it says `terminated` next moves nothing that is swept.
#[test]
fn an_instance_on_its_way_out_is_asked_for_again_soon() {
    let desired = desired(Presence::Present);
    let mut observed = observed(&desired, Some(StackStatus::CreateComplete));
    let stack = stack(&desired, StackStatus::CreateComplete);
    observed.known.stack = Some(stack.arn.clone());
    observed.known.tenant = Some(TenantId::new("Tenants-1").unwrap());
    let applied = Settled::Applied(Some(stack.version()));
    observed.attempts = vec![settled(&desired, "create-stack", "t-create", applied)];
    let machine = machine("i-0123456789abcd002");
    let known = KnownMachine {
        since: at(-5_000),
        serves: BTreeMap::new(),
    };
    observed.known.machines.insert(machine.id.clone(), known);
    observed.machines = Observation::at(at(-1), Seen::Present(vec![machine]));
    observed.groups = Observation::at(at(-1), Seen::Present(vec![group(stack.arn)]));
    let state = Some("shutting-down".to_owned());
    let answers = BTreeMap::from([("i-0123456789abcd002".to_owned(), state)]);
    observed.fates = Observation::at(at(-1), Seen::Present(answers));
    let plan = planned(&(desired, observed));
    assert_ne!(plan.next, Next::Settled, "{plan}");
}

/// `Dynamic`: CloudFormation cannot tell before what it will do.
#[test]
fn what_may_be_replaced_waits_for_a_person() {
    let mut desired = desired(Presence::Present);
    desired.approve = Approve::Replacements;
    let observed = observed(&desired, Some(StackStatus::CreateComplete));
    let set = ChangeSet {
        arn: ChangeSetArn::new("arn:aws:cloudformation:r:1:changeSet/x/1").unwrap(),
        name: ChangeSetName::new("x").unwrap(),
        stack: StackArn::new(support::ARN).unwrap(),
        state: ChangeSetState::Available,
        reason: None,
        changes: vec![Change {
            action: "Dynamic".into(),
            logical_id: LogicalId::new("Database").unwrap(),
            kind: "AWS::RDS::DBInstance".into(),
            replacement: None,
            policy_action: None,
            scope: Vec::new(),
            causes: Vec::new(),
        }],
    };
    let policy = Policy::default();
    let case = Case::new(&desired, &observed, &policy, at(0));
    assert!(guard::needs_a_person(&case, &set).is_some());
}

/// A change set can wait for a person for days; meanwhile an operator changes the bucket or the
/// server's URL, and the daemon starts again. What was judged is not what is desired now.
#[test]
fn a_change_set_is_named_after_what_it_would_bring_about() {
    let before = desired(Presence::Present);
    let observed = observed(&before, Some(StackStatus::CreateComplete));
    let mut after = before.clone();
    let other = ("BennuBucket".to_owned(), "another".to_owned());
    after.stack.parameters.extend([other]);
    assert_ne!(before.stack.digest(), after.stack.digest());
    let policy = Policy::default();
    let stack = stack(&before, StackStatus::CreateComplete);
    let name =
        |desired: &Desired| Case::new(desired, &observed, &policy, at(0)).change_set_name(&stack);
    assert_ne!(name(&before), name(&after));
}

/// Nothing goes on without a person: the wait for the tenant must not hide it, nor ask Octopus
/// each 20 seconds for ever.
#[test]
fn variables_do_not_hide_that_the_tenant_is_blocked() {
    let (desired, _) = world(as_declared());
    let mut observed = observed(&desired, None);
    let Seen::Present(tenant) = &mut observed.tenant.seen else {
        return;
    };
    tenant.description = "of somebody else".into();
    let plan = planned(&(desired, observed));
    assert!(bennu_plan::is_stalled(&plan), "{plan}");
    assert_eq!(plan.next, Next::after(Policy::default().foreign_poll));
}
